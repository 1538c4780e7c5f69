"""A ward of processes that may be killed: a gateway whose clock is stepped, a device in each room, one who watches."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import uuid
from contextlib import ExitStack, closing, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from monitor.storage import open_records
from tests.faults.course import SECOND_MS, last_seq, moment
from tests.processes import Running, result, until

REPOSITORY = Path(__file__).parents[2]
AHEAD_S = 3600
"""The ward's time runs ahead of the machine's: a gateway that starts again goes on at what is on record."""
ANSWER_S = 60.0


class Screen:
    """A program that watches ``/live``: every alarm that it was told of, and whether it is still told anything."""

    def __init__(self, gateway: Running, url: str = "") -> None:
        self.alarms: dict[str, dict[str, Any]] = {}
        self.rooms: dict[str, dict[str, Any]] = {}
        self.degraded: list[str] = []
        self.heartbeats = 0
        self.first: dict[str, Any] | None = None
        self.is_cut_off = threading.Event()
        self._socket = speaking(gateway, "live", url)
        subscription = {"type": "subscribe", "screen": str(uuid.uuid4()), "kind": "quiet"}
        self._socket.send(json.dumps(subscription))
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def wait_for_snapshot(self) -> dict[str, Any]:
        return until(lambda: self.first, within_s=ANSWER_S, what="a snapshot")

    def open_alarms(self) -> dict[str, str]:
        """Id to state of the alarms that stand on the screen now."""
        return {a["id"]: a["state"] for a in self.alarms.values() if a["state"] != "ended"}

    def close(self) -> None:
        self._socket.close()
        self._reading.join(10)

    def _read(self) -> None:
        with suppress(WebSocketException, OSError):
            for text in self._socket:
                self._take(json.loads(text))
        self.is_cut_off.set()

    def _take(self, message: dict[str, Any]) -> None:
        for alarm in message.get("alarms", ()):
            self.alarms[alarm["id"]] = alarm
        for room in message.get("rooms", ()):
            self.rooms[room["name"]] = room
        if message["type"] == "heartbeat":
            self.degraded = message["degraded"]
            self.heartbeats += 1
        elif message["type"] == "snapshot" and self.first is None:
            self.first = message


class BedsideProcess:
    """A device's process, and what it has told."""

    def __init__(self, url: str, token: str, room: int, began: int) -> None:
        self.room = room
        self.acknowledged = 0
        self.fell_short = False
        """Whether a gateway ever had less than what was acknowledged."""
        self.is_lost = False
        self._stream = str(uuid.uuid4())
        self._arguments = [url, token, str(room), self._stream, str(began)]
        self.start()

    def start(self) -> None:
        """Start it, again after it was killed: with the queue that it had."""
        self.done = -1
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.faults.bedside", *self._arguments],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reading = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reading.start()

    def tell(self, second: int) -> None:
        """Let it be this late for the device."""
        self.is_lost = False
        assert self.process.stdin is not None
        self.process.stdin.write(f"{second}\n")
        self.process.stdin.flush()

    def has_done(self, second: int) -> bool:
        """Whether it has; one that found its connection gone is told once more."""
        if self.done < second and self.is_lost:
            self.tell(second)
        return self.done >= second

    def has_noticed(self, second: int) -> bool:
        """Whether it knows that its gateway is gone, or had nothing more to ask of it."""
        return self.is_lost or self.done >= second

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self._reading.join(10)
        self.process.stdin.close()  # type: ignore[union-attr]  # it has one
        self.process.stdout.close()  # type: ignore[union-attr]  # and this

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):
                self._take(line.split())

    def _take(self, words: list[str]) -> None:
        match words:
            case ["ack", seq]:
                self.acknowledged = max(self.acknowledged, int(seq))
            case ["welcome", seq]:
                self.fell_short |= int(seq) < self.acknowledged
                self.acknowledged = max(self.acknowledged, int(seq))
            case ["done", second]:
                self.done = int(second)
            case ["lost"]:
                self.is_lost = True


def speaking(gateway: Running, path: str, url: str = "") -> ClientConnection:
    """A connection with the local credential, over another address than the gateway's own where one is given."""
    address = json.loads((gateway.data / "gateway.json").read_text())
    credential = {"Authorization": f"Bearer {address['credential']}"}
    opening = connect(
        f"{url or gateway.url}/{path}", additional_headers=credential, proxy=None, max_size=None
    )
    # Closed by whoever asked for it.
    return ExitStack().enter_context(opening)


class KillWard:
    """Rooms with a device and an open session each; second after second, killed in between or not."""

    def __init__(self, directory: Path, rooms: int = 3) -> None:
        directory.mkdir()
        self.data = directory / "data"
        self.second = -1
        self.sessions: list[str] = []
        self.bedsides: list[BedsideProcess] = []
        self._rooms = rooms
        self.gateway = Running(self.data, "gateway", "--simulated", "--stepped", "--speed", "100")

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            opening.callback(self.gateway.end)
            self.gateway.wait_until_healthy()
            self._tell_the_clock = speaking(self.gateway, "clock")
            self.began = self._now() + AHEAD_S * SECOND_MS
            # Sessions are open before anything is measured.
            self._step(self.began - SECOND_MS)
            for room in range(self._rooms):
                self._add_room(room)
            self._orders = speaking(self.gateway, "orders")
            self.screen = Screen(self.gateway)
            self.screen.wait_for_snapshot()
            self._opened = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            sys.stderr.write(self.gateway.log.read_text(errors="replace")[-3000:])
        for bedside in self.bedsides:
            bedside.kill()
        with suppress(WebSocketException, OSError):
            self._close_sockets()
        self._opened.close()

    def begin_second(self) -> None:
        """The clock goes on by a second, and the devices send what they have measured in it."""
        self.second += 1
        self._step(self.began + self.second * SECOND_MS)
        for bedside in self.bedsides:
            bedside.tell(self.second)

    def finish_second(self) -> None:
        """Return when everything of this second is acknowledged; staff acknowledge by the course."""
        for bedside in self.bedsides:
            until(
                partial(bedside.has_done, self.second),
                within_s=ANSWER_S,
                what=f"second {self.second} of room {bedside.room}",
            )
            assert bedside.acknowledged == last_seq(self.second)
            assert not bedside.fell_short
        if self.second % 50 == 49:
            self._acknowledge_alarms()

    def restart_gateway(self) -> None:
        """Start what was killed, and go on in the second in which it was."""
        self._close_sockets()
        self.gateway.wait_until_healthy()
        self._tell_the_clock = speaking(self.gateway, "clock")
        self._orders = speaking(self.gateway, "orders")
        self.screen = Screen(self.gateway)
        self.screen.wait_for_snapshot()

    def resume_second(self) -> None:
        """Let the clock and the devices be where they were when the gateway was killed."""
        self._step(self.began + self.second * SECOND_MS)
        for bedside in self.bedsides:
            bedside.tell(self.second)

    def timeline(self, session: str) -> list[tuple[Any, ...]]:
        """Every change of every alarm of the session on record, with times counted from the beginning."""
        with closing(open_records(self.data)) as records:
            facts = records.facts(session, ["alarm_changed"])
        return [(fact.at - self.began, *_relative(fact.body, self.began)) for fact in facts]

    def ended_alarms(self, session: str) -> set[str]:
        """Ids of the session's alarms that are over, by the record."""
        with closing(open_records(self.data)) as records:
            return {alarm.alarm_id for alarm in records.alarms(session) if alarm.state == "ended"}

    def stored(self, session: str) -> list[tuple[int, float]]:
        """Frame number and value of every stored pulse rate, by number."""
        with closing(open_records(self.data)) as records:
            known = records.readings(session)
        return sorted(
            (one.seq, float(one.reading.value or 0))
            for one in known
            if one.reading.metric == "pulse_rate"
        )

    def _add_room(self, number: int) -> None:
        name = str(number + 1)
        result(self.data, "room", "add", name)
        token = result(
            self.data, "device", "add", "--room", name, "--name", f"D{name}", "--simulated"
        )
        session = result(self.data, "session", "start", "--room", name, "--patient", f"P-{name}")
        self.sessions.append(session)
        self.bedsides.append(BedsideProcess(self.gateway.url, token, number, self.began))

    def _acknowledge_alarms(self) -> None:
        """Everything that is raised and not acknowledged, as the course has it."""
        for session in self.sessions:
            with closing(open_records(self.data)) as records:
                waiting = [a for a in records.alarms(session) if a.state in ("active", "latched")]
            for alarm in waiting:
                order = {"kind": "acknowledge_alarm", "alarm": alarm.alarm_id}
                message = {"type": "order", "order_id": str(uuid.uuid4()), "operator": "console:t"}
                self._orders.send(json.dumps({**message, "order": order}))
                answer = json.loads(self._orders.recv(timeout=ANSWER_S))
                assert answer["ok"], answer

    def _now(self) -> int:
        answer = self._asked(moment(0))
        return round(datetime.fromisoformat(answer["now"]).timestamp() * 1000)

    def _step(self, instant: int) -> None:
        answer = self._asked(moment(instant))
        assert answer["now"] == moment(instant), answer

    def _asked(self, text: str) -> dict[str, str]:
        self._tell_the_clock.send(text)
        answer: dict[str, str] = json.loads(self._tell_the_clock.recv(timeout=ANSWER_S))
        return answer

    def _close_sockets(self) -> None:
        self.screen.close()
        self._orders.close()
        self._tell_the_clock.close()


def _relative(body: Any, began: int) -> tuple[Any, ...]:
    """What a change of an alarm says, without ids that a run gives and with times counted from the beginning."""
    times = (body.onset, body.raised_at, body.acknowledged_at, body.ended_at)
    counted = tuple(None if time is None else time - began for time in times)
    said = (body.event, body.state, body.alarm_kind, body.metric, body.type, body.priority)
    return (*said, *counted, body.reason_code)
