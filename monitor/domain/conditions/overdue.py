"""Overdue: something that was due and was not done. Low after the grace, medium when a second one is due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.limits import Priority
from monitor.domain.readings import MINUTE, Instant, Metric

KIND = "overdue"
CUFF = str(Metric.NIBP)
CHECKS = "checks"
INFUSION_END = "infusion_end"
_CODES = {CUFF: "overdue_cuff", CHECKS: "overdue_checks", INFUSION_END: "overdue_infusion_end"}


class Agendum(NamedTuple):
    """Something due at ``at``, and each ``every_ms`` after (0: once).

    ``what`` is nibp, checks, infusion_end or a score.
    """

    what: str
    at: Instant
    every_ms: int = 0

    @property
    def key(self) -> str:
        """Of its condition."""
        return f"{KIND}|{self.what}"


KEY = Agendum(CUFF, 0).key


def next_cuff_at(last: Instant | None, phase_at: Instant, every_ms: int) -> Instant:
    """When a cuff is due: a cadence after the last one, or after the phase began where there was none.

    A phase that asks more often than the one before it asks from its beginning on: nothing is overdue before that.
    """
    if last is None:
        return phase_at + every_ms
    return max(last + every_ms, phase_at)


def condition(due: Agendum, grace_ms: int, now: Instant) -> Condition | None:
    """The condition of one thing that is due; None while it is not overdue."""
    rungs = _rungs(due, grace_ms)
    reached = [at for at in rungs if at <= now]
    if not reached:
        return None
    values: dict[str, float | int | str | None] = {"minutes": (reached[-1] - due.at) // MINUTE}
    if due.what not in _CODES:
        values["score"] = due.what
    return Condition(
        key=due.key,
        kind=KIND,
        metric=due.what if due.what == CUFF else None,
        source="",
        type=AlarmType.TECHNICAL,
        priority=Priority.MEDIUM if len(reached) > 1 else Priority.LOW,
        onset=due.at,
        rung=len(reached),
        raised_at=reached[0],
        reason=Reason(_CODES.get(due.what, "overdue_score"), values),
    )


def next_due(agenda: Iterable[Agendum], grace_ms: int, now: Instant) -> Instant:
    """The next instant at which this rule may say something else."""
    rungs = (at for due in agenda for at in _rungs(due, grace_ms) if at > now)
    return min(rungs, default=2**62)


def _rungs(due: Agendum, grace_ms: int) -> tuple[Instant, Instant]:
    return due.at + grace_ms, due.at + max(due.every_ms, 2 * grace_ms)
