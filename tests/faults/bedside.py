"""A device as a program of its own, to be killed: ``python -m tests.faults.bedside URL TOKEN ROOM STREAM BEGAN``.

A line with a second at its input: it sends what it has measured until then, and tells ``ack SEQ`` for each
acknowledgement as it comes, ``welcome SEQ`` for each connection and ``done SECOND`` once all is acknowledged. When its
connection is lost it says ``lost`` and waits for the next line. Its queue outlives it: a frame follows from its number.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.faults.course import SECOND_MS, frame, last_seq, moment


class Bedside:
    def __init__(self, url: str, token: str, room: int, stream: str, began: int) -> None:
        self._url, self._token, self._room = url, token, room
        self._stream, self._began = stream, began
        self._socket: ClientConnection | None = None
        self._sent = self._durable = 0

    def live_until(self, second: int) -> None:
        """Send everything until the end of this second and hear that it is durable."""
        if self._socket is None:
            self._connect(second)
        assert self._socket is not None
        end = last_seq(second)
        while self._sent < end:
            self._sent += 1
            self._socket.send(json.dumps(frame(self._room, self._sent, self._began)))
        if self._durable < end:
            self._durable = self._hear(self._socket, "ack", end)
        say(f"done {second}")

    def cut_off(self) -> None:
        self._socket = None
        say("lost")

    def _connect(self, second: int) -> None:
        opening = connect(
            f"{self._url}/device",
            additional_headers={"Authorization": f"Bearer {self._token}"},
            subprotocols=[Subprotocol("infusion-monitor.v1")],
            proxy=None,
        )
        # Open until it is lost or this process is.
        socket = ExitStack().enter_context(opening)
        sent_at = moment(self._began + second * SECOND_MS)
        hello = {"type": "hello", "stream": self._stream, "sent_at": sent_at}
        socket.send(json.dumps({**hello, "metrics": {"pulse_rate": 1, "spo2": 1}}))
        # What is durable already is not sent, and not acknowledged, again.
        self._sent = self._durable = self._hear(socket, "welcome", 0)
        self._socket = socket

    def _hear(self, socket: ClientConnection, wanted: str, at_least: int) -> int:
        while True:
            message = json.loads(socket.recv(timeout=60))
            if message["type"] == "error":
                raise AssertionError(f"a frame of the course was refused: {message}")
            if message["type"] == wanted:
                seq = int(message["last_seq" if wanted == "welcome" else "seq"])
                say(f"{wanted} {seq}")
                if seq >= at_least:
                    return seq


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    url, token, room, stream, began = sys.argv[1:]
    bedside = Bedside(url, token, int(room), stream, int(began))
    for line in sys.stdin:
        try:
            bedside.live_until(int(line))
        except (WebSocketException, OSError):
            bedside.cut_off()


if __name__ == "__main__":
    main()
