"""Disagreement: two sources of one metric in one room that are farther apart than the setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.limits import Priority
from monitor.domain.readings import MINUTE, SECOND, Instant, Metric
from monitor.domain.session_state import Newest

KIND = "disagreement"
_TOGETHER_MS = {Metric.NIBP: 2 * MINUTE}
"""Values count as taken together within this time; 15 s for continuous metrics."""


def key_of(metric: str) -> str:
    """What makes disagreements one occurrence."""
    return f"{KIND}|{metric}"


def condition(
    metric: str,
    newest: Sequence[tuple[str, Newest]],
    apart: Mapping[str, float],
    now: Instant,
) -> Condition | None:
    """Low, at once; None when all sources agree, or none of the others is recent."""
    together_ms = _TOGETHER_MS.get(Metric(metric), 15 * SECOND)
    latest = max(known.at for _, known in newest)
    recent = [known for _, known in newest if latest - known.at <= together_ms]
    for component, most in apart.items():
        values = [value for known in recent for name, value in known.values if name == component]
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
                        "component": "value" if component == metric else component,
                        "low": min(values),
                        "high": max(values),
                    },
                ),
            )
    return None
