"""Alarm settings: limits with their delays, how a condition clears, and the ladder of a missing feed.

Every number comes from a protocol file; nothing here is a clinical default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.domain.readings import MINUTE, SECOND, Metric


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
class Burden:
    """Raise by how deep and how long together, instead of after a fixed delay.

    ``rule`` ``sum``: points beyond the limit times seconds (after Nellcor's SatSeconds); a value counts for the time
    since the one before, at most three seconds; inside the limit the sum falls at the same rate.
    ``rule`` ``index``: each value beyond counts its distance plus one, each inside takes one away; the third
    excursion within a minute raises regardless (after GE's smart index).
    """

    rule: str
    setting: float


@dataclass(frozen=True, slots=True)
class Limit:
    """One alarm limit: a rung on one side of one metric. ``component`` is value, systolic, diastolic or mean.

    ``kind`` is ``limit``, ``rise`` (over the baseline) or ``repeat`` (a second cuff confirms the first).
    """

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
    id: str = ""
    kind: str = "limit"
    phases: frozenset[str] | None = None
    """The phases it holds in; None for all."""
    confirm_within_ms: int = 0
    """Reached by a second value beyond within this time of the one before; 0 for other kinds."""
    burden: Burden | None = None

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

    def distance(self, value: float) -> float:
        """How far beyond the limit a value is; negative inside."""
        return self.limit - value if self.side is Side.BELOW else value - self.limit


@dataclass(frozen=True, slots=True)
class Rise:
    """A limit relative to the patient's own confirmed baseline."""

    metric: Metric
    component: str
    by: float
    priority: Priority
    source: str = ""


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
class ScoreLimit:
    """A score at or beyond ``limit`` is a condition at once.

    Below where a low one is bad (MOAA/S: 5 awake, 0 no response), above where a high one is (RASS: +4 combative).
    """

    score: str
    limit: int
    priority: Priority
    severity: int
    source: str = ""
    side: Side = Side.BELOW

    @property
    def sign(self) -> str:
        """What stands before the limit where it is shown."""
        return "≤" if self.side is Side.BELOW else "≥"

    def is_reached_by(self, value: int) -> bool:
        """Whether the value is at or beyond the limit."""
        return value <= self.limit if self.side is Side.BELOW else value >= self.limit


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """Everything the alarm rules need to know, for one session."""

    limits: tuple[Limit, ...] = ()
    rises: tuple[Rise, ...] = ()
    scores: tuple[ScoreLimit, ...] = ()
    clearing: dict[str, Clearing] = field(default_factory=dict)
    ladder: MissingLadder = MissingLadder()
    device_wanted: bool = False
    """Whether it is an alarm that no device measures the patient."""
    clock_ms: int = 2 * SECOND
    cuff_ms: dict[str, int] = field(default_factory=dict)
    """Phase to the time from one cuff to the next; a phase that is not named has no cadence."""
    overdue_grace_ms: int = 3 * MINUTE
    disagreement: dict[str, float] = field(default_factory=dict)
    """Metric or component to how far apart two sources may be."""
    unanswered_ms: int = MINUTE
    """An unanswered high alarm becomes louder and goes to the next holder after this, to all after twice this."""
    remind_ms: int = 3 * MINUTE
    """An acknowledged high or technical condition that persists is brought to mind this often."""
    arrival_grace_ms: int = 500
    """How long after a delay's end a reading measured before it may still be under way."""


SEVERITY_STEP = 10
"""Between two priorities: severities of one priority never reach the next one's."""


def severity(priority: Priority, step: int) -> int:
    """Worse priority first, then farther out."""
    return RANK[priority] * SEVERITY_STEP + step


def as_rungs(limits: Iterable[Limit]) -> list[Limit]:
    """The limits of one side of one value from the mildest on, with their severities: the farther out, the worse.

    Those that a repeat confirms are not among them: they come right after the limit that they belong to.
    """
    rungs: list[Limit] = []
    for limit in sorted(limits, key=lambda known: known.limit if _is_high(known) else -known.limit):
        same = [known for known in rungs if known.priority is limit.priority]
        rungs.append(replace(limit, severity=severity(limit.priority, 1 + 2 * len(same))))
    return rungs


def _is_high(limit: Limit) -> bool:
    return limit.side is Side.ABOVE


def limits_in_force(
    settings: AlarmSettings,
    phase: str,
    baseline: Mapping[str, float],
    own: Mapping[str, float | None],
    off: Collection[str] = (),
) -> dict[Metric, tuple[Limit, ...]]:
    """The limits of each metric, lower side first, milder before worse.

    ``baseline`` maps component to its confirmed value; without one the rise limits are not among them.
    ``own`` maps a limit's id to this patient's value for it; None takes the limit out. ``off`` are metrics whose
    limits are all switched off.
    """
    chosen = [*settings.limits, *_rises(settings.rises, baseline)]
    found: dict[Metric, tuple[Limit, ...]] = {}
    for metric in Metric:
        of_metric = [
            known if value == known.limit else replace(known, limit=value)
            for known in chosen
            if known.metric is metric
            and metric not in off
            and (known.phases is None or phase in known.phases)
            and (value := _own_value(known, own)) is not None
        ]
        found[metric] = tuple(sorted(of_metric, key=lambda known: (known.side, known.severity)))
    return found


def _own_value(limit: Limit, own: Mapping[str, float | None]) -> float | None:
    """This patient's value for a limit. A second value confirms the first beyond the same limit, wherever that is."""
    return own.get(limit.id, own.get(limit.id.removesuffix("_repeat"), limit.limit))


def _rises(rises: tuple[Rise, ...], baseline: Mapping[str, float]) -> list[Limit]:
    return [
        Limit(
            metric=rise.metric,
            component=rise.component,
            side=Side.ABOVE,
            limit=baseline[rise.component] + rise.by,
            delay_ms=0,
            priority=rise.priority,
            severity=severity(rise.priority, 0),
            inclusive=True,
            source=rise.source,
            id=f"{rise.component}_rise",
            kind="rise",
        )
        for rise in rises
        if rise.component in baseline
    ]
