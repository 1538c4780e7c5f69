"""Score: one at or beyond what is allowed, at once; the next score inside ends the condition.

Its two sides (too sedated, too agitated) are two conditions, as those of a metric.
"""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.limits import ScoreLimit, Side
from monitor.domain.session_state import Score

KIND = "score"
_CODES = {Side.BELOW: "score_at_most", Side.ABOVE: "score_at_least"}


def key_of(score: str, side: Side = Side.BELOW) -> str:
    """What makes conditions of one side of one score one occurrence."""
    return f"{KIND}|{score}" if side is Side.BELOW else f"{KIND}|{score}|{side}"


def conditions(
    name: str, limits: tuple[ScoreLimit, ...], newest: Score | None
) -> dict[str, Condition | None]:
    """By key, for both sides: the worst limit that the newest value reaches, if it reaches one."""
    return {key_of(name, side): _condition(name, limits, newest, side) for side in Side}


def _condition(
    name: str, limits: tuple[ScoreLimit, ...], newest: Score | None, side: Side
) -> Condition | None:
    if newest is None:
        return None
    of_side = (known for known in limits if known.score == name and known.side is side)
    reached = [known for known in of_side if known.is_reached_by(newest.value)]
    if not reached:
        return None
    worst = max(reached, key=lambda known: known.severity)
    return Condition(
        key=key_of(name, side),
        kind=KIND,
        metric=None,
        source="manual",
        type=AlarmType.PHYSIOLOGICAL,
        priority=worst.priority,
        onset=newest.at,
        rung=worst.severity,
        raised_at=newest.at,
        reason=Reason(_CODES[side], {"score": name, "value": newest.value, "limit": worst.limit}),
    )
