"""Late data: values that came too late to raise anything, but show that a limit was crossed for its delay.

Told as a low condition that holds until somebody has seen it. When the breach still holds live, the limit rule
speaks for it instead.
"""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.breaches import Track
from monitor.domain.conditions import Condition
from monitor.domain.limits import Limit, Priority
from monitor.domain.readings import SECOND, Instant, Metric

KIND = "late_data"


def key_of(metric: str, source: str) -> str:
    """Of what late values of a source have told."""
    return f"{KIND}|{metric}|{source}"


def condition(
    metric: Metric, source: str, limits: tuple[Limit, ...], late: Track, now: Instant
) -> Condition | None:
    """The worst limit that the late values crossed for its delay, or None."""
    reached = [
        (limit, rung)
        for limit, rung in zip(limits, late.rungs, strict=True)
        if rung.reached and rung.onset is not None
    ]
    if not reached:
        return None
    limit, rung = max(reached, key=lambda pair: pair[0].severity)
    onset = rung.onset or 0
    return Condition(
        key=key_of(metric, source),
        kind=KIND,
        metric=str(metric),
        source=source,
        type=AlarmType.TECHNICAL,
        priority=Priority.LOW,
        onset=onset,
        rung=1,
        raised_at=now,
        reason=Reason(
            f"late_{limit.side}",
            {
                "metric": str(metric),
                "component": limit.component,
                "value": rung.value,
                "pressure": rung.pressure,
                "limit": limit.limit,
                "seconds": (late.newest_at - onset) // SECOND,
                "source": source,
            },
        ),
    )
