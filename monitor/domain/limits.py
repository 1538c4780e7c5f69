"""Alarm settings: limits with their delays, how a condition clears, and the ladder of a missing feed.

Every number comes from a protocol file; nothing here is a clinical default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.domain.readings import SECOND, Metric


class Priority(StrEnum):
    """How urgent an alarm condition is (the three priorities of IEC 60601-1-8)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


RANK = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3}


class Side(StrEnum):
    """Which way a limit is crossed."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Limit:
    """One alarm limit: a rung on one side of one metric. ``component`` is value, systolic, diastolic or mean."""

    metric: Metric
    component: str
    side: Side
    limit: float
    delay_ms: int
    priority: Priority
    severity: int
    """Rises with how bad the rung is; on one side of one metric no two rungs that differ in badness share it."""
    inclusive: bool = False
    """Whether the limit itself is already beyond."""
    source: str = ""

    def is_crossed_by(self, value: float) -> bool:
        """Whether the value lies beyond the limit."""
        if value == self.limit:
            return self.inclusive
        return value < self.limit if self.side is Side.BELOW else value > self.limit

    def is_cleared_by(self, value: float, margin: float) -> bool:
        """Whether the value lies inside by at least the clear margin."""
        if self.is_crossed_by(value):
            return False
        if self.side is Side.BELOW:
            return value >= self.limit + margin
        return value <= self.limit - margin


@dataclass(frozen=True, slots=True)
class Clearing:
    """How far inside, and for how long, a value must be before the condition ends."""

    margin: float = 0.0
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class MissingLadder:
    """How a value that does not come, or comes without a value, climbs in priority."""

    stale_ms: int = 3 * SECOND
    low_ms: int = 10 * SECOND
    medium_ms: int = 30 * SECOND
    high_ms: int = 60 * SECOND
    longest_interval_ms: int = 60 * SECOND
    """A device may not widen the ladder beyond this by declaring a longer usual interval."""
    after_restart_ms: int = 5 * SECOND


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """Everything the alarm rules need to know, for one session."""

    limits: tuple[Limit, ...] = ()
    clearing: dict[str, Clearing] = field(default_factory=dict)
    ladder: MissingLadder = MissingLadder()
    clock_ms: int = 2 * SECOND
    arrival_grace_ms: int = 500
    """How long after a delay's end a reading measured before it may still be under way."""

    def limits_of(self, metric: Metric) -> tuple[Limit, ...]:
        """The metric's limits, lower side first, milder before worse."""
        chosen = [limit for limit in self.limits if limit.metric is metric]
        return tuple(sorted(chosen, key=lambda limit: (limit.side, limit.severity)))
