"""Overdue: a cuff that was due and did not come. Low after the grace, medium when a second one is due."""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.limits import Priority
from monitor.domain.readings import MINUTE, Instant, Metric

KIND = "overdue"
KEY = f"{KIND}|{Metric.NIBP}"


def condition(due_at: Instant, cadence_ms: int, grace_ms: int, now: Instant) -> Condition | None:
    """``due_at``: when the next cuff is due, one cadence after the last."""
    rungs = [due_at + grace_ms, due_at + max(cadence_ms, grace_ms)]
    reached = [at for at in rungs if at <= now]
    if not reached:
        return None
    return Condition(
        key=KEY,
        kind=KIND,
        metric=str(Metric.NIBP),
        source="",
        type=AlarmType.TECHNICAL,
        priority=Priority.MEDIUM if len(reached) > 1 else Priority.LOW,
        onset=due_at,
        rung=len(reached),
        raised_at=reached[0],
        reason=Reason("overdue_cuff", {"minutes": (reached[-1] - due_at) // MINUTE}),
    )


def next_due(due_at: Instant, cadence_ms: int, grace_ms: int, now: Instant) -> Instant:
    """The next instant at which this rule may say something else."""
    rungs = (due_at + grace_ms, due_at + max(cadence_ms, grace_ms))
    return min((at for at in rungs if at > now), default=2**62)
