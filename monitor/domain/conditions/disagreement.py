"""Disagreement: two sources of one metric in one room that are farther apart than the setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.breaches import Entry
from monitor.domain.conditions import Condition
from monitor.domain.limits import Priority
from monitor.domain.readings import MINUTE, SECOND, Instant, Metric

KIND = "disagreement"
_TOGETHER_MS = {Metric.NIBP: 2 * MINUTE}
"""Values count as taken together within this time; 15 s for continuous metrics."""


def key_of(metric: str) -> str:
    """What makes disagreements one occurrence."""
    return f"{KIND}|{metric}"


def condition(
    metric: str,
    newest: Sequence[Entry],
    apart: Mapping[str, float],
    now: Instant,
) -> Condition | None:
    """Low, at once; None when all sources agree, or none of the others is recent."""
    together_ms = _TOGETHER_MS.get(Metric(metric), 15 * SECOND)
    latest = max(entry.at for entry in newest)
    recent = [entry for entry in newest if latest - entry.at <= together_ms]
    for name, most in apart.items():
        if metric not in {name, Metric.NIBP}:
            continue
        component = "value" if name == metric else name
        values = [value for e in recent if (value := getattr(e, component, None)) is not None]
        if len(values) > 1 and max(values) - min(values) > most:
            return Condition(
                key=key_of(metric),
                kind=KIND,
                metric=metric,
                source="",
                type=AlarmType.TECHNICAL,
                priority=Priority.LOW,
                onset=latest,
                rung=1,
                raised_at=min(latest, now),
                reason=Reason(
                    KIND,
                    {
                        "metric": metric,
                        "component": component,
                        "low": min(values),
                        "high": max(values),
                    },
                ),
            )
    return None
