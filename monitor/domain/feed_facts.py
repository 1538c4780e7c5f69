"""Facts of the feeds of devices. See ``facts`` for what a fact is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SequenceGap:
    """Frames ``first`` to ``last`` of a device's queue have not come."""

    device_id: str
    stream: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class DeviceConnected:
    device_id: str
    stream: str
    model: str | None
    serial: str | None
    intervals: dict[str, float]


@dataclass(frozen=True, slots=True)
class DeviceDisconnected:
    device_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class FrameRefused:
    """A frame that was no valid message; at most one such fact per device and ten seconds, with their count."""

    device_id: str
    count: int
    message: str
