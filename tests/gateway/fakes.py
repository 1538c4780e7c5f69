"""A recording stand-in of the monitor, for tests of what the gateway itself decides."""

# ruff: noqa: ARG002 - the signatures are the monitor's

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from monitor.domain.registry import Device, Operator
from monitor.service.batches import Batch
from monitor.wire.device import Hello, Readings, RejectedReading, Welcome


class Outcome(NamedTuple):
    stored: int
    rejected: list[RejectedReading]


@dataclass
class RecordingMonitor:
    """Says yes to every frame, rejects readings of the metric "glucose", and remembers what it was told."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    room: str = "1"
    session: str | None = "s1"

    def named(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]

    def welcome(self, device_id: str, hello: Hello, now: int) -> Welcome:
        self.calls.append(("welcome", device_id, hello))
        return Welcome(
            room=self.room,
            session=self.session,
            last_seq=max(self.seen, default=0),
            server_time="2026-11-21T10:00:00.000Z",
            clock_speed=1,
        )

    def record_frame(self, device_id: str, frame: Readings, offset_ms: int, now: int) -> Outcome:
        self.calls.append(("record_frame", device_id, frame, offset_ms))
        if frame.seq in self.seen:
            return Outcome(0, [])
        self.seen.add(frame.seq)
        rejected = [
            RejectedReading(seq=frame.seq, index=i, code="unknown_metric", message="not known")
            for i, reading in enumerate(frame.readings)
            if reading.metric == "glucose"
        ]
        return Outcome(len(frame.readings) - len(rejected), rejected)

    def device_status(
        self, device_id: str, battery_percent: float | None, offset_ms: int, now: int
    ) -> None:
        self.calls.append(("device_status", device_id, battery_percent, offset_ms))

    def frame_refused(self, device_id: str, message: str, now: int) -> None:
        self.calls.append(("frame_refused", device_id, message))

    def disconnected(self, device_id: str, reason: str, now: int) -> None:
        self.calls.append(("disconnected", device_id, reason))


def device(device_id: str = "d1", *, simulated: bool = False) -> Device:
    return Device(device_id, "bedside", simulated, "hash")


def operator(name: str, role: str = "nurse", *, disabled: bool = False) -> Operator:
    return Operator(name, role, "hash", disabled)


def batch() -> Batch:
    return Batch(0)


async def until(holds: Callable[[], bool], deadline_s: float = 10) -> None:
    """Wait for a condition; fails the test when it does not come to hold."""
    async with asyncio.timeout(deadline_s):
        while not holds():
            await asyncio.sleep(0.005)
