"""No value and silence: a feed that says it measures nothing, or says nothing at all. One sensor, one alarm.

The ladder: no value is low at once; silence is low after 10 s; both are medium after 30 s, and high after 60 s when
nothing continuous is left. "Nothing ever arrived since the session began" is silence since the session began.
A closed socket is silence too. Times are settings (MissingLadder).
"""

from __future__ import annotations

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.conditions import Condition
from monitor.domain.feeds import Feed, Vital, sensor_of
from monitor.domain.limits import MissingLadder, Priority
from monitor.domain.readings import SECOND, Instant, Metric

NO_VALUE = "no_value"
SILENCE = "silence"


def conditions(
    feed: Feed, ladder: MissingLadder, now: Instant, resumed_at: Instant, all_lost: bool
) -> list[Condition]:
    """At most one condition per sensor. ``all_lost``: no source of the session has a live pulse or SpO2."""
    found = []
    for sensor in sorted({sensor_of(vital.metric) for vital in feed.vitals.values()}):
        lost = [
            (vital, since)
            for vital in feed.vitals.values()
            if sensor_of(vital.metric) == sensor
            and (since := vital.lost_since(now, ladder)) is not None
        ]
        if lost:
            expected = sum(sensor_of(v.metric) == sensor for v in feed.vitals.values())
            found.append(
                _condition(feed, sensor, lost, expected, ladder, now, resumed_at, all_lost)
            )
    return found


def _condition(
    feed: Feed,
    sensor: str,
    lost: list[tuple[Vital, Instant]],
    expected: int,
    ladder: MissingLadder,
    now: Instant,
    resumed_at: Instant,
    all_lost: bool,
) -> Condition:
    explicit = [vital for vital, _ in lost if vital.valueless_since is not None]
    rungs = _rungs(lost, ladder, resumed_at, all_lost)
    reached = [(number, due) for number, due in enumerate(rungs, 1) if due <= now]
    rung = reached[-1][0] if reached else 0
    only = lost[0][0].metric if len(lost) < expected or expected == 1 else None
    return Condition(
        key=f"missing|{sensor}|{feed.source}",
        kind=NO_VALUE if explicit else SILENCE,
        metric=None if only is None else str(only),
        source=feed.source,
        type=AlarmType.TECHNICAL,
        priority=(Priority.LOW, Priority.LOW, Priority.MEDIUM, Priority.HIGH)[rung],
        onset=min(since for _, since in lost),
        rung=rung,
        raised_at=reached[0][1] if reached else None,
        reason=_reason(feed, lost, explicit, rung, ladder),
    )


def _rungs(
    lost: list[tuple[Vital, Instant]], ladder: MissingLadder, resumed_at: Instant, all_lost: bool
) -> list[Instant]:
    """When low, medium and high begin, as far as they can."""
    low = min(_due(vital, since, ladder.low_ms, ladder, resumed_at) for vital, since in lost)
    medium = min(_due(vital, since, ladder.medium_ms, ladder, resumed_at) for vital, since in lost)
    if all(vital.interval_ms is None for vital, _ in lost):
        return [low]
    if not all_lost:
        return [low, medium]
    return [low, medium, max(_due(v, since, ladder.high_ms, ladder, resumed_at) for v, since in lost)]


def _due(
    vital: Vital, since: Instant, after_ms: int, ladder: MissingLadder, resumed_at: Instant
) -> Instant:
    if vital.valueless_since is not None:
        return since if after_ms == ladder.low_ms else since + after_ms
    quiet_until = resumed_at + ladder.after_restart_ms
    return max(since + after_ms + vital.allowance_ms(ladder), quiet_until)


def _reason(
    feed: Feed, lost: list[tuple[Vital, Instant]], explicit: list[Vital], rung: int, ladder: MissingLadder
) -> Reason:
    values: dict[str, float | int | str | None] = {
        "metrics": ",".join(sorted(str(vital.metric) for vital, _ in lost)),
        "source": feed.source,
        "after_s": (0, 0 if explicit else ladder.low_ms, ladder.medium_ms, ladder.high_ms)[rung]
        // SECOND,
    }
    if explicit:
        return Reason(NO_VALUE, {**values, "status": explicit[0].status})
    if not any(vital.ever_arrived for vital, _ in lost):
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
            candidate = _due(vital, since, after_ms, ladder, resumed_at)
            if candidate > now:
                due = min(due, candidate)
    return due


def is_live(feed: Feed, metric: Metric, ladder: MissingLadder, now: Instant) -> bool:
    """Whether the feed has a live value of the metric."""
    vital = feed.vitals.get(str(metric))
    return vital is not None and vital.lost_since(now, ladder) is None
