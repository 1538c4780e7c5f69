"""What must hold for every record: the verdict and the chart depend on what is in it, not on how it came in."""

from __future__ import annotations

from hypothesis import event, given, settings
from hypothesis import strategies as st

from monitor.domain import facts
from monitor.domain.baseline import suggested
from monitor.domain.chart import Chart, chart_of
from monitor.domain.discharge import Record, Verdict, verdict
from monitor.domain.facts import Fact
from monitor.domain.readings import Metric, Reading
from tests.domain.records import (
    COURSE,
    SESSION,
    at,
    baseline,
    fact,
    measured,
    pressure,
    score,
    session,
    vitals,
)

OBSERVED = session(0, 5, 10, 50)
REST = baseline(systolic=120, diastolic=80, pulse_rate=75, spo2=97)
ANSWERED = [
    fact(51, facts.CheckAnswered(SESSION, item.id, item.wanted, None))
    for item in COURSE.checks
    if item.phase == "discharge"
]
minutes = st.integers(45, 130)
systolic, spo2, pulse = (st.sampled_from(known) for known in ([120, 140, 150], [97, 93], [75, 100]))
Item = Fact | Reading


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    """Entries, some of them voided, and readings, with a calm feed for some stretch."""
    found: list[Item] = [REST, *ANSWERED]
    if draw(st.booleans()):
        found += [score(52, "moaas", 5, "awake"), score(52, "dissociation", 0, "calm")]
    begin = draw(st.one_of(st.just(45), minutes))
    end = draw(st.one_of(st.just(131), minutes))
    for minute in range(begin, end):
        found += [measured(Metric.SPO2, minute, 97), measured(Metric.PULSE_RATE, minute, 75)]
        found += [pressure(minute, 120, 80)] if minute % 10 == 0 else []
    for number in range(draw(st.integers(0, 8))):
        minute, kind, entry = draw(minutes), draw(st.integers(0, 5)), f"e{number}"
        made: list[Item] = [
            vitals(minute, entry, systolic=draw(systolic), diastolic=80),
            vitals(minute, entry, spo2=draw(spo2), pulse_rate=draw(pulse)),
            score(minute, "moaas", draw(st.integers(3, 5)), entry),
            score(minute, "dissociation", draw(st.integers(0, 3)), entry),
            measured(Metric.SPO2, minute + 0.5, draw(spo2)),
            pressure(minute + 0.5, draw(systolic), 80),
        ]
        found.append(made[kind])
        if kind < 4 and draw(st.booleans()):
            found.append(fact(minute, facts.EntryVoided(SESSION, entry, "typing error", None)))
    return found


def chart_at(known: list[Item], until: int) -> Chart:
    """The chart as it was at a moment."""
    stated = [item for item in known if isinstance(item, Fact) and item.at <= until]
    return chart_of(stated, [r for r in known if isinstance(r, Reading) and r.at <= until])


def judge(known: list[Item], minute: float, waiting: int = 0) -> Verdict:
    return verdict(Record(OBSERVED, chart_at(known, at(minute)), COURSE, waiting, at(minute)))


@settings(max_examples=150, deadline=None)
@given(items(), st.randoms(use_true_random=False), minutes)
def test_a_verdict_does_not_depend_on_the_order_in_which_things_came(
    known: list[Item], shuffling: object, minute: int
) -> None:
    before = judge(known, minute)
    voids = [i for i in known if isinstance(i, Fact) and isinstance(i.body, facts.EntryVoided)]
    others = [item for item in known if item not in voids]
    shuffling.shuffle(others)  # type: ignore[attr-defined]
    after = judge([*others, *voids], minute)
    assert after == before
    suggestions = [
        suggested(OBSERVED, chart_at(k, at(130)), at(130)) for k in (known, [*others, *voids])
    ]
    assert suggestions[0] == suggestions[1]


@settings(max_examples=150, deadline=None)
@given(items(), minutes, st.lists(minutes, min_size=1, max_size=6))
def test_nobody_may_leave_earlier_than_was_said_while_nothing_is_entered(
    known: list[Item], minute: int, later: list[int]
) -> None:
    entered = [k for k in known if isinstance(k, Reading) or k.at <= at(minute)]
    said = judge(entered, minute)
    for then in sorted(later):
        if then < minute:
            continue
        found = judge(entered, then)
        if said.earliest_at is not None and at(then) < said.earliest_at:
            assert not found.met
        assert found.met == all(judged.met for judged in found.judged)
        assert (found.blocking is None) == found.met
        if found.earliest_at is not None:
            assert found.earliest_at >= at(then)


@settings(max_examples=100, deadline=None)
@given(items(), minutes)
def test_what_was_said_comes_true_when_the_feed_stays_calm(known: list[Item], minute: int) -> None:
    past = [k for k in known if k.at <= at(minute)]
    said = judge(past, minute)
    event(f"told: {said.earliest_at is not None}")
    if said.earliest_at is None:
        return
    calm: list[Item] = []
    for then in range(minute + 1, 200):
        calm += [measured(Metric.SPO2, then, 97), measured(Metric.PULSE_RATE, then, 75)]
        calm += [pressure(then, 120, 80)] if then % 5 == 0 else []
    assert judge([*past, *calm], said.earliest_at / at(1)).met


@settings(max_examples=100, deadline=None)
@given(items(), minutes, st.integers(1, 3))
def test_an_alarm_that_waits_is_the_only_other_thing_a_verdict_asks(
    known: list[Item], minute: int, waiting: int
) -> None:
    calm, alarmed = judge(known, minute), judge(known, minute, waiting)
    assert not alarmed.met
    differ = [a.criterion.id for a, b in zip(alarmed.judged, calm.judged, strict=True) if a != b]
    assert differ == ["alarms"]


@given(items())
def test_a_void_leaves_the_verdict_of_a_record_without_the_entry(known: list[Item]) -> None:
    voided = {
        k.body.entry for k in known if isinstance(k, Fact) and isinstance(k.body, facts.EntryVoided)
    }
    without = [k for k in known if getattr(getattr(k, "body", None), "entry", "") not in voided]
    assert judge(known, 131) == judge(without, 131)
