"""What stands in the way of the infusion, and of discharge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain import facts
from monitor.domain.chart import Chart
from monitor.domain.course import Course
from monitor.domain.discharge import Record
from monitor.domain.facts import Fact
from monitor.domain.gates import Block, before_infusion, blocks, open_checks
from monitor.domain.sessions import Phase
from tests.domain.records import COURSE, SESSION, at, baseline, charted, fact, session

PRECHECKS = [item for item in COURSE.checks if item.phase == "precheck"]


def answered(item: str, answer: str, minutes: float = 1) -> Fact:
    return fact(minutes, facts.CheckAnswered(SESSION, item, answer, None))


def planned(mg_per_kg: float = 0.5, *, needs_check: bool = False, by: str = "N-12") -> Fact:
    body = facts.InfusionPlanned(SESSION, 80, mg_per_kg, 80 * mg_per_kg, 40, 1, 40, 60, needs_check)
    return fact(2, body, by)


ALL_ANSWERED = [answered(item.id, item.wanted) for item in PRECHECKS]
REST = baseline(systolic=120, diastolic=80)
READY = [*ALL_ANSWERED, REST, planned()]


def codes(*known: Fact, course: Course = COURSE) -> list[tuple[str, str]]:
    return [(block.code, block.item) for block in before_infusion(charted(*known), course)]


def test_nothing_blocks_when_all_is_done() -> None:
    assert codes(*READY) == []


def test_a_chart_without_anything_is_blocked_by_checks_baseline_and_dose() -> None:
    assert codes() == [("checks_open", PRECHECKS[0].id), ("no_baseline", ""), ("no_dose", "")]


@pytest.mark.parametrize("item", PRECHECKS, ids=lambda item: item.id)
def test_each_check_blocks_while_it_is_open_or_answered_otherwise(item: object) -> None:
    known = next(k for k in PRECHECKS if k is item)
    left = [f for f in READY if getattr(f.body, "item", "") != known.id]
    assert codes(*left) == [("checks_open", known.id)]
    other = "no" if known.wanted == "yes" else "yes"
    assert codes(*READY, answered(known.id, other)) == [("check_failed", known.id)]
    assert codes(*READY, answered(known.id, other), answered(known.id, known.wanted)) == []


def test_not_applicable_is_an_answer_only_where_the_protocol_says_so() -> None:
    assert codes(*READY, answered("pregnancy_test", "not_applicable")) == []
    assert codes(*READY, answered("identity", "not_applicable")) == [("check_failed", "identity")]


@pytest.mark.parametrize(
    ("systolic", "diastolic", "blocked"),
    [(140, 90, False), (141, 90, True), (140, 91, True), (139, 89, False)],
)
def test_a_resting_pressure_above_the_gate_blocks_and_the_limit_itself_passes(
    systolic: float, diastolic: float, blocked: bool
) -> None:
    found = codes(*READY, baseline(systolic=systolic, diastolic=diastolic))
    assert found == ([("pressure_gate", "")] if blocked else [])


def test_the_pressure_gate_says_what_was_measured_and_what_is_allowed() -> None:
    (found,) = before_infusion(charted(*READY, baseline(systolic=152, diastolic=94)), COURSE)
    assert found == Block("pressure_gate", {"value": "152/94", "limit": "140/90"})


def test_without_a_gate_any_baseline_passes() -> None:
    course = replace(COURSE, gate=None)
    assert codes(*READY, baseline(systolic=200, diastolic=120), course=course) == []


def test_a_large_dose_waits_for_its_second_check() -> None:
    large = [*READY, planned(0.8, needs_check=True, by="N-7")]
    (found,) = before_infusion(charted(*large), COURSE)
    assert found == Block("dose_unchecked", {"by": "N-7"})
    assert codes(*large, fact(3, facts.DoseChecked(SESSION), "N-8")) == []


def test_a_dose_planned_anew_is_checked_anew() -> None:
    large = planned(0.8, needs_check=True)
    checked = fact(3, facts.DoseChecked(SESSION), "N-8")
    assert codes(*READY, large, checked, large) == [("dose_unchecked", "")]


def test_a_protocol_without_a_dose_asks_for_none() -> None:
    course = replace(COURSE, dose=None)
    assert codes(*ALL_ANSWERED, REST, course=course) == []


@pytest.mark.parametrize("phase", [Phase.BASELINE, Phase.OBSERVATION])
def test_nothing_stands_before_baseline_and_observation(phase: Phase) -> None:
    known = session(0, 5, 10) if phase is Phase.OBSERVATION else session(0)
    assert blocks(Record(known, Chart(), COURSE, 0, at(30)), phase) == []


def test_each_criterion_that_is_not_met_blocks_discharge() -> None:
    record = Record(session(0, 5, 10, 50), Chart(), COURSE, 1, at(60))
    found = [block.item for block in blocks(record, Phase.DISCHARGED)]
    assert found == [criterion.id for criterion in COURSE.discharge]


def test_what_was_done_on_paper_is_past_its_gates() -> None:
    record = Record(session(0, 5, paper=True), Chart(), COURSE, 1, at(60))
    assert blocks(record, Phase.INFUSION) == []


def test_checks_of_another_phase_are_not_asked_for() -> None:
    asked = {item.phase for item in open_checks(Chart(), COURSE, "discharge")}
    assert asked == {"discharge"}
