"""What is told of past alarms: held to the state machine that made them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.alarms import AlarmType, Event, Reason, State
from monitor.domain.chart import Cuff
from monitor.domain.conditions import Condition
from monitor.domain.facts import AlarmChanged, Fact
from monitor.domain.limits import RANK, Priority
from monitor.domain.occurrence_book import Change, OccurrenceBook, Occurrences
from monitor.domain.readings import MINUTE, SECOND, Instant, Metric
from monitor.domain.review.alarm_life import AlarmLife, life_of, lives_of
from monitor.domain.review.worst import worst_value
from tests.domain.records import SESSION

KEY = "limit|spo2|below|d1"
PRIORITIES = (Priority.LOW, Priority.MEDIUM, Priority.HIGH)
STEPS = st.tuples(
    st.integers(1, 600),
    st.one_of(
        st.tuples(st.just("holds"), st.integers(1, 6)),
        st.tuples(st.just("over"), st.just(0)),
        st.tuples(st.just("acknowledged"), st.just(0)),
        st.tuples(st.just("passes"), st.just(0)),
    ),
)


def condition(rung: int, onset: Instant, now: Instant) -> Condition:
    """Two rungs of each priority."""
    return Condition(
        key=KEY,
        kind="limit",
        metric="spo2",
        source="d1",
        type=AlarmType.PHYSIOLOGICAL,
        priority=PRIORITIES[(rung - 1) // 2],
        onset=onset,
        rung=rung,
        raised_at=now,
        reason=Reason("limit_below", {"value": 100 - rung, "limit": 100 - 2 * rung}),
    )


def played(steps: list[tuple[int, tuple[str, int]]], *, ended: bool) -> list[Change]:
    """A book of occurrences through these steps, each so many seconds after the one before."""
    book, now, onset = OccurrenceBook(SESSION, Occurrences()), 0, 0
    for seconds, (what, rung) in steps:
        now += seconds * SECOND
        if what == "holds":
            onset = onset if book.holds(KEY) else now
            book.reconcile(KEY, condition(rung, onset, now), now)
        elif what == "over":
            book.reconcile(KEY, None, now)
        elif what == "acknowledged":
            for known in book.signals():
                book.acknowledge(known.id, "kari", None, now)
        else:
            book.let_time_pass(60 * SECOND, 180 * SECOND, now)
    if ended:
        book.end_session(now + SECOND)
    return book.take_changes()


def fact_of(change: Change) -> Fact:
    known = change.occurrence
    told: dict[str, Any] = {
        "session_id": SESSION,
        "alarm_id": known.id,
        "event": str(change.event),
        "state": str(known.state),
        "alarm_kind": known.kind,
        "metric": known.metric,
        "source": known.source,
        "type": str(known.type),
        "priority": str(known.priority),
        "onset": known.onset,
        "raised_at": known.raised_at,
        "acknowledged_at": known.acknowledged_at,
        "acknowledged_by": known.acknowledged_by,
        "ended_at": known.ended_at,
        "reason_code": known.reason.code,
        "reason_values": known.reason.values,
        "note": known.note,
    }
    return Fact(change.at, change.by or Fact.SYSTEM, SESSION, AlarmChanged(**told))


def lives(facts: list[Fact]) -> list[AlarmLife]:
    newest = {fact.body.alarm_id: fact.body for fact in facts}  # type: ignore[union-attr]
    return lives_of(newest.values(), facts)  # type: ignore[arg-type]


@given(st.lists(STEPS, max_size=25), st.booleans())
def test_a_priority_is_told_with_the_moment_and_the_values_that_raised_it(
    steps: list[tuple[int, tuple[str, int]]], ended: bool
) -> None:
    facts = [fact_of(change) for change in played(steps, ended=ended)]
    for life in lives(facts):
        own = [f for f in facts if isinstance(f.body, AlarmChanged) and f.body.alarm_id == life.id]
        for rung in life.rungs:
            raising = next(f for f in own if f.body.priority == rung.priority)  # type: ignore[union-attr]
            assert isinstance(raising.body, AlarmChanged)
            assert raising.body.event in {Event.DELAY_ENDED, Event.ESCALATED}
            assert rung.since == raising.at
            assert rung.reason_values == raising.body.reason_values
        ranks = [RANK[Priority(rung.priority)] for rung in life.rungs]
        assert ranks == sorted(set(ranks)), "each priority once, the worst one last"
        assert life.worst.priority == life.newest.priority
        assert [r.since for r in life.rungs] == sorted(r.since for r in life.rungs)


@given(st.lists(STEPS, max_size=25), st.booleans())
def test_a_condition_is_over_when_it_ended_however_long_its_signal_stood(
    steps: list[tuple[int, tuple[str, int]]], ended: bool
) -> None:
    facts = [fact_of(change) for change in played(steps, ended=ended)]
    for life in lives(facts):
        own = [f for f in facts if isinstance(f.body, AlarmChanged) and f.body.alarm_id == life.id]
        over = [f.at for f in own if f.body.event == Event.CONDITION_ENDED]  # type: ignore[union-attr]
        if over:
            assert life.over_at == over[0]
        else:
            assert life.over_at == life.newest.ended_at, "it ended with its session, or it holds"
        assert life.over_at is None or life.over_at >= life.worst.since
        if life.stood_until is not None:
            assert life.over_at is not None
            assert life.over_at < life.stood_until == life.newest.ended_at
        assert life.still_stands == (life.newest.state == State.LATCHED)


@given(st.lists(STEPS, max_size=25))
def test_an_answer_counts_from_the_priority_that_it_came_after(
    steps: list[tuple[int, tuple[str, int]]],
) -> None:
    facts = [fact_of(change) for change in played(steps, ended=True)]
    for life in lives(facts):
        answers = [
            f.at
            for f in facts
            if isinstance(f.body, AlarmChanged)
            and (f.body.alarm_id, f.body.event) == (life.id, Event.ACKNOWLEDGED)
        ]
        for rung in life.rungs:
            expected = next((at for at in answers if at >= rung.since), None)
            assert rung.acknowledged_at == expected
            assert rung.answered_after == (None if expected is None else expected - rung.since)


def alarm(**given: Any) -> AlarmChanged:
    known = AlarmChanged(
        session_id=SESSION,
        alarm_id="a1",
        event="delay_ended",
        state="active",
        alarm_kind="rise",
        metric="nibp",
        source="d1",
        type="physiological",
        priority="medium",
        onset=0,
        raised_at=0,
        acknowledged_at=None,
        acknowledged_by=None,
        ended_at=None,
        reason_code="rise_above",
        reason_values={"component": "systolic", "pressure": "172/100"},
        note=None,
    )
    return replace(known, **given)


HIGH = alarm(
    event="escalated",
    priority="high",
    alarm_kind="limit",
    reason_code="limit_above",
    reason_values={"component": "systolic", "pressure": "183/106"},
)
AGAIN = replace(
    HIGH, reason_code="repeat_above", reason_values={"component": "systolic", "pressure": "180/103"}
)


def escalated() -> AlarmLife:
    latched = replace(AGAIN, event="condition_ended", state="latched")
    changes = [(0, alarm()), (10, HIGH), (40, AGAIN), (50, latched)]
    facts = [Fact(minute * MINUTE, Fact.SYSTEM, SESSION, body) for minute, body in changes]
    return life_of(latched, facts)


def test_a_pressure_that_became_worse_is_never_told_as_high_from_the_start() -> None:
    life = escalated()
    told = [(r.priority, r.since // MINUTE, r.reason_values["pressure"]) for r in life.rungs]
    assert told == [("medium", 0, "172/100"), ("high", 10, "183/106")]
    assert life.over_at == 50 * MINUTE
    assert life.still_stands


def test_the_worst_cuff_of_an_alarm_is_another_one_than_those_that_raised_it() -> None:
    cuffs = [
        Cuff(minute * MINUTE, systolic, 100.0, None, source)
        for minute, systolic, source in (
            (-10, 199.0, "d1"),
            (0, 172.0, "d1"),
            (10, 183.0, "d1"),
            (20, 188.0, "d1"),
            (20, 192.0, "d2"),
            (60, 190.0, "d1"),
        )
    ]
    worst = worst_value(escalated(), {}, cuffs)
    assert worst is not None
    assert (worst.at, worst.beyond) == (20 * MINUTE, 188.0)


@pytest.mark.parametrize(("side", "worst"), [("below", 81.0), ("above", 99.0)])
def test_the_worst_value_is_the_lowest_below_a_limit_and_the_highest_above(
    side: str, worst: float
) -> None:
    known = alarm(alarm_kind="limit", metric="spo2", reason_code=f"limit_{side}", reason_values={})
    values = {Metric.SPO2: [(SECOND * n, v, "d1") for n, v in enumerate((84.0, 81.0, 99.0))]}
    found = worst_value(life_of(known, ()), values, [])
    assert found is not None
    assert found.beyond == worst


def test_an_alarm_about_no_value_has_no_worst_one() -> None:
    known = alarm(alarm_kind="silence", metric="spo2", reason_code="silence", reason_values={})
    assert worst_value(life_of(known, ()), {Metric.SPO2: [(0, 84.0, "d1")]}, []) is None
