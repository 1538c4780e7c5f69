"""Devices at the bedside: one frame a second from each room, spread over the second, and when each was sent."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import NamedTuple

from tests.benchmarks.bedside import Bed, device, each_second
from tests.benchmarks.load import moment


class Sent(NamedTuple):
    """One reading: the text that a screen shows for it, and when it was sent (seconds since the epoch)."""

    room: str
    metric: str
    text: str
    at: float


@dataclass
class Feed:
    """All beds' devices. ``sent`` grows while they send."""

    beds: list[Bed]
    sent: list[Sent] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Send until stopped."""
        start = time.monotonic() + 0.3
        async with asyncio.TaskGroup() as rooms:
            for number, bed in enumerate(self.beds):
                rooms.create_task(self._send(bed, start + number / len(self.beds)))

    async def _send(self, bed: Bed, start: float) -> None:
        async with device(bed, {"pulse_rate": 1, "spo2": 1, "nibp": 1}) as socket:
            async for seq in each_second(start, self._stop):
                frame, texts = _frame(seq)
                at = time.time()
                await socket.send(frame)
                self.sent += [Sent(bed.room, metric, text, at) for metric, text in texts.items()]

    def stop(self) -> None:
        self._stop.set()


def _frame(seq: int) -> tuple[str, dict[str, str]]:
    """The next frame, other values than the last, none near a limit; and what a screen shows of it."""
    at, pulse, spo2 = moment(), 70 + seq % 15, 96 + seq % 3
    systolic, diastolic = 115 + seq % 13, 72 + seq % 7
    pressure = {"systolic": systolic, "diastolic": diastolic, "mean": 90}
    readings = [
        {"metric": "pulse_rate", "value": pulse, "measured_at": at},
        {"metric": "spo2", "value": spo2, "measured_at": at},
        {"metric": "nibp", **pressure, "measured_at": at},
    ]
    frame = {"type": "readings", "seq": seq, "sent_at": at, "readings": readings}
    texts = {"pulse_rate": f"{pulse}", "spo2": f"{spo2}", "nibp": f"{systolic}/{diastolic}"}
    return json.dumps(frame), texts


@contextmanager
def feeding(beds: list[Bed]) -> Iterator[list[Sent]]:
    """Devices that send in a thread of their own for the length of the block; what they have sent."""
    loop = asyncio.new_event_loop()
    feed = Feed(beds)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            loop.run_until_complete(feed.run())
        except BaseExceptionGroup as failure:
            failures.append(failure)

    thread = Thread(target=work, name="devices")
    thread.start()
    try:
        yield feed.sent
    finally:
        loop.call_soon_threadsafe(feed.stop)
        thread.join(20)
        loop.close()
    assert not failures, failures
