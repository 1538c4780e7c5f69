"""Limit: a value beyond an alarm limit for longer than its delay. All rungs of one side are one occurrence."""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.breaches import Rung, Track
from monitor.domain.conditions import Condition
from monitor.domain.limits import Limit, Side
from monitor.domain.readings import SECOND, Metric

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
    onset = min(rung.onset for _, rung in begun if rung.onset is not None)
    return Condition(
        key=key_of(metric, source, side),
        kind=KIND,
        metric=str(metric),
        source=source,
        type=AlarmType.PHYSIOLOGICAL,
        priority=worst.priority,
        onset=onset,
        rung=worst.severity if reached else 0,
        raised_at=min((_delay_end(pair, spot) for pair in reached), default=None),
        reason=Reason(
            f"limit_{side}",
            {
                "metric": str(metric),
                "component": worst.component,
                "value": state.value,
                "pressure": state.pressure,
                "limit": worst.limit,
                "inclusive": int(worst.inclusive),
                "delay_s": 0 if spot else worst.delay_ms // SECOND,
                "source": source,
            },
        ),
    )


def _delay_end(pair: tuple[Limit, Rung], spot: bool) -> int:
    limit, rung = pair
    return (rung.onset or 0) + (0 if spot else limit.delay_ms)
