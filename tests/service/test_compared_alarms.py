"""Two accounts of the same alarms: a verdict is about the priority that is otherwise, and tells that one's moments."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.alarms import AlarmType, Event, Occurrence, Reason
from monitor.domain.limits import Priority
from monitor.domain.occurrence_book import Change
from monitor.domain.readings import MINUTE, SECOND
from monitor.service.rehearsal import AlarmDifference, Verdict, compared, described, raised_alarms
from monitor.service.rehearsal.comparing import RaisedAlarm
from monitor.wire.base import rfc3339

LOW, MEDIUM, HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH


def account(*reached: tuple[Priority, float]) -> list[RaisedAlarm]:
    """One alarm that came to these priorities at these minutes."""
    changes, known = [], None
    for priority, minute in reached:
        at = round(minute * MINUTE)
        reason = Reason("limit_below", {"value": minute})
        if known is None:
            known = Occurrence(
                id="s1-a1",
                key="limit|spo2|below|d1",
                kind="limit",
                metric="spo2",
                source="d1",
                type=AlarmType.PHYSIOLOGICAL,
                priority=priority,
                onset=0,
                reason=reason,
                raised_at=at,
            )
            changes.append(Change(at, Event.DELAY_ENDED, known))
        else:
            known = replace(known, priority=priority, reason=reason)
            changes.append(Change(at, Event.ESCALATED, known))
    return raised_alarms(changes)


def only(recorded: list[RaisedAlarm], rehearsed: list[RaisedAlarm]) -> AlarmDifference:
    (found,) = compared(recorded, rehearsed)
    return found


def test_a_medium_limit_that_is_reached_sooner_is_never_told_as_a_high_alarm_that_came_earlier() -> (
    None
):
    found = only(account((MEDIUM, 10), (HIGH, 20)), account((MEDIUM, 8), (HIGH, 20)))
    assert (found.verdict, found.before, found.after) == (Verdict.EARLIER, MEDIUM, MEDIUM)
    assert found.seconds == -120
    told = described(found)
    assert told["recorded_at"] == rfc3339(10 * MINUTE)
    assert told["rehearsed_at"] == rfc3339(8 * MINUTE)


def test_a_high_alarm_that_loses_its_warning_has_lost_that_and_is_not_delayed() -> None:
    found = only(account((MEDIUM, 10), (HIGH, 20)), account((HIGH, 20)))
    assert (found.verdict, found.before, found.after) == (Verdict.LOST, MEDIUM, None)
    found = only(account((HIGH, 20)), account((MEDIUM, 10), (HIGH, 20)))
    assert (found.verdict, found.before, found.after) == (Verdict.GAINED, None, MEDIUM)


def test_of_two_priorities_that_moved_the_worse_one_is_told() -> None:
    found = only(account((MEDIUM, 10), (HIGH, 20)), account((MEDIUM, 8), (HIGH, 21)))
    assert (found.verdict, found.before, found.seconds) == (Verdict.DELAYED, HIGH, 60)


def test_an_alarm_that_becomes_worse_is_told_with_the_moment_of_its_worst_priority() -> None:
    found = only(account((MEDIUM, 10)), account((MEDIUM, 10), (HIGH, 20)))
    assert (found.verdict, found.before, found.after) == (Verdict.WORSE, MEDIUM, HIGH)
    assert described(found)["rehearsed_at"] == rfc3339(20 * MINUTE)


STAIRS = st.lists(st.integers(1, 3600), min_size=1, max_size=3, unique=True).map(
    lambda seconds: [
        (priority, second * SECOND / MINUTE)
        for priority, second in zip((LOW, MEDIUM, HIGH), sorted(seconds), strict=False)
    ]
)


@given(STAIRS)
def test_an_account_is_as_itself(stairs: list[tuple[Priority, float]]) -> None:
    assert only(account(*stairs), account(*stairs)).verdict is Verdict.UNCHANGED


@given(STAIRS, STAIRS)
def test_accounts_that_differ_anywhere_are_never_called_unchanged(
    one: list[tuple[Priority, float]], other: list[tuple[Priority, float]]
) -> None:
    found = only(account(*one), account(*other))
    assert (found.verdict is Verdict.UNCHANGED) == (one == other)
    for alarm, priority in ((found.recorded, found.before), (found.rehearsed, found.after)):
        assert priority is None or (alarm is not None and priority in alarm.reached)
