"""How much one peer may ask of the gateway, so that nobody's flood, fault or forgetfulness is everybody's."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a gateway. Rates are in real time; orders are given faster where the clock runs faster."""

    waiting_connections: int = 1024
    """Connections that have not asked for anything yet; the oldest makes way for the newest."""
    screens_per_operator: int = 40
    """Live feeds of one operator, or of one locked station, open at once."""
    device_frames_per_s: float = 5000.0
    """Of one device; what comes faster waits in the device."""
    screen_frames_per_s: float = 200.0
    """Of one screen."""
    snapshots_per_minute: float = 120.0
    """Of one screen; what it asks for sooner waits."""
    orders_per_minute: int = 600
    """Of one operator; more are refused."""


class Pace:
    """How long a peer must be made to wait before its next frame is taken. ``now_s`` is the event loop's time.

    A second's worth may come at once: a queue that is delivered after a gap comes in bursts.
    """

    def __init__(self, frames_per_s: float) -> None:
        self._interval_s = 1 / frames_per_s
        self._free_at_s = 0.0

    def wait_s(self, now_s: float) -> float:
        """Count one frame; returns the seconds to wait, usually none."""
        free_at_s, earliest_s = self._free_at_s, now_s - 1.0
        free_at_s = max(free_at_s, earliest_s)
        self._free_at_s = free_at_s = free_at_s + self._interval_s
        return free_at_s - now_s if free_at_s > now_s else 0.0


class OrderCount:
    """Orders of each operator within the last minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._given: dict[str, deque[float]] = {}

    def is_too_many(self, operator: str, now_s: float) -> bool:
        """Count one order; True where this operator has given as many as are taken in a minute."""
        given = self._given.setdefault(operator, deque())
        while given and now_s - given[0] >= MINUTE_S:
            given.popleft()
        if len(given) >= self._most:
            return True
        given.append(now_s)
        return False
