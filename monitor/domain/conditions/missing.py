"""No value and silence: a feed that says it measures nothing, or says nothing at all. One sensor, one alarm.

The ladder: no value is low at once; silence is low after 10 s; both are medium after 30 s, and high after 60 s when
nothing continuous is left. "Nothing ever arrived since the session began" is silence since the session began.
A closed socket is silence too. Times are settings (MissingLadder).
"""

from __future__ import annotations

from typing import NamedTuple

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.feeds import OXIMETER, Feed, Vital, sensor_of
from monitor.domain.limits import MissingLadder, Priority
from monitor.domain.readings import SECOND, Instant, Metric

NO_VALUE = "no_value"
SILENCE = "silence"


class Loss(NamedTuple):
    """One metric of a sensor that has no live value, and since when."""

    vital: Vital
    since: Instant


class Moment(NamedTuple):
    """When the rule is asked, since when the system runs again, and whether nothing continuous is left at all."""

    now: Instant
    resumed_at: Instant
    all_lost: bool


def conditions(feed: Feed, ladder: MissingLadder, moment: Moment) -> list[Condition]:
    """At most one condition per sensor, and one for all sensors that are silent together."""
    lost: dict[str, list[Loss]] = {}
    for vital in feed.vitals.values():
        since = vital.lost_since(moment.now, ladder)
        if since is not None:
            lost.setdefault(sensor_of(vital.metric), []).append(Loss(vital, since))
    silent = [sensor for sensor, losses in lost.items() if _is_silent(losses)]
    if len(silent) > 1:
        # A closed socket is one cause, however many sensors were behind it.
        speaking = OXIMETER if OXIMETER in silent else min(silent)
        lost[speaking] = [loss for sensor in sorted(silent) for loss in lost.pop(sensor)]
    return [
        _condition(feed, sensor, losses, ladder, moment) for sensor, losses in sorted(lost.items())
    ]


def _is_silent(losses: list[Loss]) -> bool:
    return all(loss.vital.valueless_since is None for loss in losses)


def _condition(
    feed: Feed,
    sensor: str,
    lost: list[Loss],
    ladder: MissingLadder,
    moment: Moment,
) -> Condition:
    explicit = [loss.vital for loss in lost if loss.vital.valueless_since is not None]
    dues = _dues(lost, ladder, moment)
    reached = [due for due in dues if due <= moment.now]
    return Condition(
        key=f"missing|{sensor}|{feed.source}",
        kind=NO_VALUE if explicit else SILENCE,
        metric=str(lost[0].vital.metric) if len(lost) == 1 else None,
        source=feed.source,
        type=AlarmType.TECHNICAL,
        priority=(Priority.LOW, Priority.LOW, Priority.MEDIUM, Priority.HIGH)[len(reached)],
        onset=min(loss.since for loss in lost),
        rung=len(reached),
        raised_at=reached[0] if reached else None,
        reason=_reason(feed, lost, explicit, len(reached), ladder),
    )


def _dues(lost: list[Loss], ladder: MissingLadder, moment: Moment) -> list[Instant]:
    """When low, medium and high begin, as far as they can; they never fall."""
    low, medium, high = (
        [_due(loss, after_ms, ladder, moment.resumed_at) for loss in lost]
        for after_ms in (ladder.low_ms, ladder.medium_ms, ladder.high_ms)
    )
    if all(loss.vital.interval_ms is None for loss in lost):
        return [min(low)]
    if not moment.all_lost:
        return [min(low), min(medium)]
    return [min(low), min(medium), max(high)]


def _due(loss: Loss, after_ms: int, ladder: MissingLadder, resumed_at: Instant) -> Instant:
    if loss.vital.valueless_since is not None:
        return loss.since if after_ms == ladder.low_ms else loss.since + after_ms
    quiet_until = resumed_at + ladder.after_restart_ms
    return max(loss.since + after_ms + loss.vital.allowance_ms(ladder), quiet_until)


def _reason(
    feed: Feed,
    lost: list[Loss],
    explicit: list[Vital],
    rung: int,
    ladder: MissingLadder,
) -> Reason:
    values: dict[str, float | int | str | None] = {
        "metrics": ",".join(sorted(str(loss.vital.metric) for loss in lost)),
        "source": feed.source,
        "after_s": (0, 0 if explicit else ladder.low_ms, ladder.medium_ms, ladder.high_ms)[rung]
        // SECOND,
    }
    if explicit:
        return Reason(NO_VALUE, {**values, "status": explicit[0].status})
    if not any(loss.vital.ever_arrived for loss in lost):
        return Reason("never_arrived", values)
    return Reason(SILENCE, values)


def next_due(feed: Feed, ladder: MissingLadder, now: Instant, resumed_at: Instant) -> Instant:
    """The next instant at which this rule may say something else if nothing arrives."""
    due = 2**62
    for vital in feed.vitals.values():
        since = vital.lost_since(now, ladder)
        if since is None:
            due = min(due, vital.stale_at(ladder))
            continue
        for after_ms in (ladder.low_ms, ladder.medium_ms, ladder.high_ms):
            candidate = _due(Loss(vital, since), after_ms, ladder, resumed_at)
            if candidate > now:
                due = min(due, candidate)
    return due


def is_live(feed: Feed, metric: Metric, ladder: MissingLadder, now: Instant) -> bool:
    """Whether the feed has a live value of the metric."""
    vital = feed.vitals.get(str(metric))
    return vital is not None and vital.lost_since(now, ladder) is None
