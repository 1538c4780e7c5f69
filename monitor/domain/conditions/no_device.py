"""No device: nothing measures what a device measured before, or no device measures the patient at all.

A session that moves to a room without a device, a device that is taken away: silence by another cause, and it climbs
the same ladder, from the last value on. Where no device ever was, staff may mean to measure by hand: that climbs to
medium, and what they enter is watched for being overdue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.feeds import CONTINUOUS, Feed
from monitor.domain.limits import MissingLadder, Priority
from monitor.domain.readings import Instant

KIND = "no_device"
KEY = f"missing|{KIND}"
_PRIORITIES = (Priority.LOW, Priority.MEDIUM, Priority.HIGH)


class Lack(NamedTuple):
    """Metric to since when no device measures it; ``by_none`` when all that did are gone."""

    since: Mapping[str, Instant]
    by_none: bool


def left_alone(
    gone: Feed | None, left: Iterable[Feed], ladder: MissingLadder, now: Instant
) -> dict[str, Instant]:
    """What a device that is gone measured and no other one does, each with the time since when it has no value."""
    measured = {name for feed in left for name in feed.vitals}
    vitals = () if gone is None else gone.vitals.values()
    found = {}
    for vital in vitals:
        if vital.metric in CONTINUOUS and str(vital.metric) not in measured:
            lost = vital.lost_since(now, ladder)
            found[str(vital.metric)] = now if lost is None else lost
    return found


def lack(unmeasured: Mapping[str, Instant], feeds: Iterable[Feed], began_at: Instant) -> Lack:
    """What is lacking now. ``unmeasured``: everything that a device measured until it was gone."""
    present = list(feeds)
    measured = {name for feed in present for name in feed.vitals}
    since = {name: at for name, at in unmeasured.items() if name not in measured}
    if since or present:
        return Lack(since, by_none=bool(since) and measured.isdisjoint(map(str, CONTINUOUS)))
    return Lack({str(metric): began_at for metric in CONTINUOUS}, by_none=False)


def dues(found: Lack, ladder: MissingLadder) -> list[Instant]:
    """When low, medium and high begin, as far as they can."""
    if not found.since:
        return []
    first, last = min(found.since.values()), max(found.since.values())
    rungs = [first + ladder.low_ms, first + ladder.medium_ms]
    return [*rungs, max(rungs[-1], last + ladder.high_ms)] if found.by_none else rungs


def condition(found: Lack, ladder: MissingLadder, now: Instant) -> Condition | None:
    """The condition; None within the grace."""
    reached = [due for due in dues(found, ladder) if due <= now]
    if not reached:
        return None
    metrics = sorted(found.since)
    return Condition(
        key=KEY,
        kind=KIND,
        metric=metrics[0] if len(metrics) == 1 else None,
        source="",
        type=AlarmType.TECHNICAL,
        priority=_PRIORITIES[len(reached) - 1],
        onset=min(found.since.values()),
        rung=len(reached),
        raised_at=reached[0],
        reason=Reason(KIND, {"metrics": ",".join(metrics)}),
    )
