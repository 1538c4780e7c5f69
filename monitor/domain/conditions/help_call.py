"""Call for help: a person in the room wants somebody there at once. High, at once, until it is acknowledged."""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.limits import Priority
from monitor.domain.readings import Instant

KIND = "help"
KEY = KIND


def condition(now: Instant) -> Condition:
    """The call that was made now."""
    return Condition(
        key=KEY,
        kind=KIND,
        metric=None,
        source="",
        type=AlarmType.TECHNICAL,
        priority=Priority.HIGH,
        onset=now,
        rung=1,
        raised_at=now,
        reason=Reason("help"),
    )
