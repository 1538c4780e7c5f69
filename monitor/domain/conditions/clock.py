"""Clock: a device whose clock is off by more than the setting. It never suppresses anything: times are corrected."""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.feeds import Feed
from monitor.domain.limits import AlarmSettings, Priority
from monitor.domain.readings import SECOND

KIND = "clock"


def conditions(feed: Feed, settings: AlarmSettings) -> list[Condition]:
    """At most one condition: low, at once."""
    if feed.offset_since is None or abs(feed.offset_ms) <= settings.clock_ms:
        return []
    return [
        Condition(
            key=f"{KIND}|{feed.source}",
            kind=KIND,
            metric=None,
            source=feed.source,
            type=AlarmType.TECHNICAL,
            priority=Priority.LOW,
            onset=feed.offset_since,
            rung=1,
            raised_at=feed.offset_since,
            reason=Reason(
                "clock_behind" if feed.offset_ms > 0 else "clock_ahead",
                {"seconds": abs(feed.offset_ms) // SECOND, "source": feed.source},
            ),
        )
    ]
