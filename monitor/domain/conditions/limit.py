"""Limit, rise over baseline, needs a repeat, burden: a value beyond a limit for longer, or deeper, than is allowed.

They are rungs, not rivals: all of one side of one metric are one occurrence, told by the worst that is reached.
"""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.breaches import Rung, Track
from monitor.domain.conditions import Condition
from monitor.domain.limits import Limit, Side
from monitor.domain.readings import SECOND, Instant, Metric

KIND = "limit"


def conditions(
    metric: Metric, source: str, limits: tuple[Limit, ...], track: Track
) -> list[Condition]:
    """At most one condition per side."""
    if not track.busy:
        return []
    found = []
    for side in Side:
        begun = [
            (limit, rung)
            for limit, rung in zip(limits, track.rungs, strict=True)
            if limit.side is side and rung.onset is not None and (rung.timely or rung.reached)
        ]
        if begun:
            found.append(_condition(metric, source, side, begun, track.spot))
    return found


def key_of(metric: Metric, source: str, side: Side) -> str:
    """What makes limit conditions one occurrence."""
    return f"{KIND}|{metric}|{side}|{source}"


def _condition(
    metric: Metric, source: str, side: Side, begun: list[tuple[Limit, Rung]], spot: bool
) -> Condition:
    reached = [(limit, rung) for limit, rung in begun if rung.reached]
    worst, state = max(reached or begun, key=lambda pair: pair[0].severity)
    return Condition(
        key=key_of(metric, source, side),
        kind="burden" if worst.burden is not None else worst.kind,
        metric=str(metric),
        source=source,
        type=AlarmType.PHYSIOLOGICAL,
        priority=worst.priority,
        onset=min(rung.onset for _, rung in begun if rung.onset is not None),
        rung=worst.severity if reached else 0,
        raised_at=min((_raised_at(*pair, spot) for pair in reached), default=None),
        reason=_reason(metric, source, worst, state, spot),
    )


def _raised_at(limit: Limit, rung: Rung, spot: bool) -> Instant:
    """The instant the delay ended; a confirmation and a burden have no delay but a moment."""
    if (limit.confirm_within_ms or limit.burden is not None) and rung.confirmed_at is not None:
        return rung.confirmed_at
    return (rung.onset or 0) + (0 if spot else limit.delay_ms)


def _reason(metric: Metric, source: str, worst: Limit, state: Rung, spot: bool) -> Reason:
    by_delay = not spot and worst.burden is None
    values: dict[str, float | int | str | None] = {
        "metric": str(metric),
        "component": worst.component,
        "value": state.value,
        "pressure": state.pressure,
        "limit": worst.limit,
        "inclusive": int(worst.inclusive),
        "delay_s": worst.delay_ms // SECOND if by_delay else 0,
        "source": source,
    }
    if worst.burden is not None:
        return Reason(f"burden_{worst.side}", {**values, "setting": worst.burden.setting})
    return Reason(f"{worst.kind}_{worst.side}", values)
