"""Devices that keep what was not acknowledged, connect again by themselves, and so survive a server that is killed."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from tests.benchmarks.bedside import Bed
from tests.benchmarks.feeding import Sent
from tests.benchmarks.load import moment

Acknowledges = Literal["all before", "each", "nothing"]
"""What a server's acknowledgement says: all frames up to this one are durable, this one alone is; or it says none."""

EVERY_S = 0.2
_AGAIN_S = 0.05
_VALUES = 200
"""Pulse rates from 60 on: a value comes again after so many frames."""


@dataclass
class Queue:
    """One device. ``kept`` are frames that nobody has acknowledged, or that were never sent where nobody does."""

    bed: Bed
    acknowledges: Acknowledges
    made: list[Sent] = field(default_factory=list)
    kept: dict[int, str] = field(default_factory=dict)
    stream: str = field(default_factory=lambda: str(uuid.uuid4()))
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def measure(self, start: float, stop: asyncio.Event) -> None:
        """A reading every so often, connected or not."""
        seq = 0
        while not stop.is_set():
            await asyncio.sleep(max(0.0, start + seq * EVERY_S - time.monotonic()))
            seq += 1
            pulse, at = 60 + seq % _VALUES, moment()
            reading = {"metric": "pulse_rate", "value": pulse, "measured_at": at}
            frame = {"type": "readings", "seq": seq, "sent_at": at, "readings": [reading]}
            self.kept[seq] = json.dumps(frame)
            self.made.append(Sent(self.bed.room, "pulse_rate", str(pulse), time.time()))
            self._news.set()

    async def deliver(self) -> None:
        """Connect, send, and again when the connection is lost; until cancelled."""
        while True:
            try:
                await self._connected()
            except (OSError, WebSocketException, TimeoutError):
                await asyncio.sleep(_AGAIN_S)

    async def _connected(self) -> None:
        connection = connect(
            self.bed.url,
            compression=None,
            open_timeout=2,
            subprotocols=[Subprotocol("infusion-monitor.v1")],
            additional_headers={"Authorization": f"Bearer {self.bed.token}"},
        )
        async with connection as socket:
            hello = {"type": "hello", "stream": self.stream, "sent_at": moment()}
            await socket.send(json.dumps({**hello, "metrics": {"pulse_rate": 1}}))
            listening = asyncio.create_task(self._listen(socket))
            try:
                await self._send(socket, listening)
            finally:
                listening.cancel()

    async def _send(self, socket: ClientConnection, listening: asyncio.Task[None]) -> None:
        sent = 0
        while not listening.done():
            self._news.clear()
            for seq in [seq for seq in self.kept if seq > sent]:
                await socket.send(self.kept[seq])
                sent = seq
                if self.acknowledges == "nothing":
                    del self.kept[seq]
            # What ends the listening ends the waiting too.
            await self._news.wait()

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                message = json.loads(text)
                assert message["type"] != "error", message
                durable = message.get("last_seq" if message["type"] == "welcome" else "seq", 0)
                first = durable if self.acknowledges == "each" else 0
                for seq in [seq for seq in self.kept if first <= seq <= durable]:
                    del self.kept[seq]
        except WebSocketException:
            return
        finally:
            self._news.set()


class Queues:
    """All beds' devices, in a thread of their own."""

    def __init__(self, beds: list[Bed], *, acknowledges: Acknowledges) -> None:
        self.devices = [Queue(bed, acknowledges) for bed in beds]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._end = asyncio.Event()
        self._thread = Thread(target=self._work, name="queues")

    def start(self) -> None:
        self._thread.start()

    def measure_no_more(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)

    def end(self) -> None:
        self.measure_no_more()
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)

    def made(self) -> list[Sent]:
        return [sent for device in self.devices for sent in list(device.made)]

    def kept(self) -> int:
        """Frames that wait for an acknowledgement, or to be sent."""
        return sum(len(device.kept) for device in self.devices)

    def _work(self) -> None:
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        start = time.monotonic()
        tasks = []
        for number, device in enumerate(self.devices):
            begin = start + number * EVERY_S / len(self.devices)
            tasks += [
                asyncio.create_task(device.measure(begin, self._stop)),
                asyncio.create_task(device.deliver()),
            ]
        await self._end.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def queueing(beds: list[Bed], *, acknowledges: Acknowledges) -> Iterator[Queues]:
    """Devices for the length of the block."""
    queues = Queues(beds, acknowledges=acknowledges)
    queues.start()
    try:
        yield queues
    finally:
        queues.end()
