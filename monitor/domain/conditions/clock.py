"""Clock: a device whose clock is off by more than the setting. It never suppresses anything: times are corrected."""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.feeds import Feed
from monitor.domain.limits import AlarmSettings, Priority
from monitor.domain.readings import SECOND

KIND = "clock"


def key_of(feed: Feed) -> str:
    """What makes clock conditions one occurrence: a clock that was ahead and is behind is another one."""
    return f"{KIND}|{feed.source}|{_direction(feed)}"


def _direction(feed: Feed) -> str:
    return "behind" if feed.offset_ms > 0 else "ahead"


def condition(feed: Feed, settings: AlarmSettings) -> Condition | None:
    """Low, at once."""
    if feed.offset_since is None or abs(feed.offset_ms) <= settings.clock_ms:
        return None
    return Condition(
        key=key_of(feed),
        kind=KIND,
        metric=None,
        source=feed.source,
        type=AlarmType.TECHNICAL,
        priority=Priority.LOW,
        onset=feed.offset_since,
        rung=1,
        raised_at=feed.offset_since,
        reason=Reason(
            f"clock_{_direction(feed)}",
            {"seconds": abs(feed.offset_ms) // SECOND, "source": feed.source},
        ),
    )
