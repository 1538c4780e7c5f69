"""Score: a sedation score at or below what is allowed, at once; the next score above it ends the condition."""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.limits import ScoreLimit
from monitor.domain.session_state import Score

KIND = "score"


def key_of(score: str) -> str:
    """What makes conditions of one score one occurrence."""
    return f"{KIND}|{score}"


def condition(name: str, limits: tuple[ScoreLimit, ...], newest: Score) -> Condition | None:
    """The worst limit of this score that its newest value reaches."""
    reached = [known for known in limits if known.score == name and newest.value <= known.at_most]
    if not reached:
        return None
    worst = max(reached, key=lambda known: known.severity)
    return Condition(
        key=key_of(name),
        kind=KIND,
        metric=None,
        source="manual",
        type=AlarmType.PHYSIOLOGICAL,
        priority=worst.priority,
        onset=newest.at,
        rung=worst.severity,
        raised_at=newest.at,
        reason=Reason(
            "score_at_most", {"score": name, "value": newest.value, "limit": worst.at_most}
        ),
    )
