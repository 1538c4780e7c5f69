"""A device that is played second by second: it measures, queues, sends, and comes back after a gap."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple
from uuid import uuid4

from simulators.check.counterpart import Counterpart, Heard, Line
from simulators.feeds.disturbances import Frame
from simulators.feeds.frames import hello_text, reading_text, readings_text, status_text
from simulators.scenarios.bed import Bed

_BATTERY_EVERY_S = 60


class _Queued(NamedTuple):
    text: str
    readings: int


class PlayedDevice:
    """One bed's device. Each second: ``measure`` and ``send``, then ``settle``."""

    def __init__(self, bed: Bed, token: str) -> None:
        self.heard = Heard()
        self._bed = bed
        self._token = token
        self._stream = str(uuid4())
        self._seq = 0
        self._queue: OrderedDict[int, _Queued] = OrderedDict()
        self._line: Line | None = None

    async def send(self, second: int, gateway: Counterpart) -> None:
        """Play one second of the bed and send what leaves in it."""
        frames = self._measure(second, gateway.now)
        network = self._bed.network
        if not network.is_up(second):
            await self.close()
            return
        if self._line is None:
            frames = await self._connect(second, gateway)
        leaving = network.carry(second, frames)
        await self._send(leaving, gateway.now + network.clock_error_ms(second), second)

    async def settle(self) -> None:
        """Return when what was sent is answered."""
        if self._line is not None:
            await self._line.settle(self.heard)

    async def close(self) -> None:
        """The connection is gone; what is queued stays."""
        if self._line is not None:
            self._bed.network.cut()
            await self._line.close()
            self._line = None

    def _measure(self, second: int, now: int) -> list[Frame]:
        taken = self._bed.take()
        if not taken:
            return []
        measured_at = now + self._bed.network.clock_error_ms(second)
        texts = ",".join(reading_text(one, measured_at) for one in taken)
        self._seq += 1
        self._queue[self._seq] = _Queued(f"[{texts}]", len(taken))
        return [Frame(self._seq, self._queue[self._seq].text)]

    async def _connect(self, second: int, gateway: Counterpart) -> list[Frame]:
        sent_at = gateway.now + self._bed.network.clock_error_ms(second)
        hello = hello_text(self._stream, sent_at, self._bed.model, self._bed.metrics)
        self._line = await gateway.connect(self._token, hello)
        for seq in [seq for seq in self._queue if seq <= self._line.last_seq]:
            del self._queue[seq]
        return [Frame(seq, queued.text) for seq, queued in self._queue.items()]

    async def _send(self, frames: list[Frame], sent_at: int, second: int) -> None:
        texts = [
            readings_text(frame.seq, sent_at, frame.text) if frame.seq else frame.text
            for frame in frames
        ]
        new = {frame.seq for frame in frames if frame.seq in self._queue}
        readings = sum(self._queue.pop(seq).readings for seq in new)
        garbage = sum(not frame.seq for frame in frames)
        if second % _BATTERY_EVERY_S == 0:
            texts.append(status_text(sent_at, self._bed.battery_percent))
        if self._line is not None and texts:
            await self._line.send(texts, readings=readings, garbage=garbage)
