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


@dataclass(frozen=True, slots=True)
class WatchBegun:
    """The alarm system watches a new session; ``engine`` is the ``ENGINE`` of the version that does."""

    session_id: str
    engine: int


@dataclass(frozen=True, slots=True)
class WatchResumed:
    """The system runs again and goes on to watch an open session."""

    session_id: str
    engine: int


@dataclass(frozen=True, slots=True)
class FeedExpected:
    """A device is watched in a session, for the metrics it has named; ``intervals`` None while it has named none."""

    session_id: str
    device_id: str
    intervals: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class FeedForgotten:
    """A device has left the session."""

    session_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class ClockCompared:
    """The clock offset that the alarms go by from here on, in ms; None: what the readings themselves say."""

    session_id: str
    device_id: str
    offset_ms: int | None
