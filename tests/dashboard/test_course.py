"""The course of a session on its page: what comes next, the arithmetic of a dose, what is in the way of a phase."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dash import html

from monitor.dashboard import course_orders
from monitor.dashboard.components import course_dose, start_plan
from monitor.dashboard.components.course_checks import checks_body
from monitor.dashboard.components.course_more import CANCEL
from monitor.dashboard.components.course_next import next_panel
from monitor.dashboard.components.decisions import blocks_list, decide
from monitor.dashboard.components.start import start
from monitor.dashboard.course_reading import blocks, course_of, may_override
from monitor.dashboard.course_steps import course_steps
from monitor.dashboard.course_words import second_check_text, sum_lines
from monitor.dashboard.order_forms import OTHER, Filled, WrongFieldError, send_filled
from monitor.dashboard.refusals import course_refusal
from monitor.domain import course_facts, facts
from monitor.domain.dose import Dose, Wanted, work_out
from monitor.domain.facts import Fact, FactBody
from monitor.domain.readings import MINUTE
from monitor.domain.registry import Operator
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.domain.visits import Visit as PlannedVisit
from tests.dashboard.clinic import (
    T0,
    ScriptedOrders,
    done,
    parts,
    records,
    refused,
    session,
    visit_of,
)

PRECHECK = (PhaseEntry(Phase.PRECHECK, T0),)
PLAN = course_facts.InfusionPlanned("s1", 82.0, 0.6, 49.2, 40.0, 1.0, 49.2, 73.8, True)
TYPED = {
    "weight_kg": "82",
    "dose_mg_per_kg": "0,5",
    "minutes": "40",
    "concentration_mg_per_ml": "1",
}


def fact(body: FactBody, at: int = T0, by: str = "anna") -> Fact:
    return Fact(at, by, "s1", body)


def visit_with(*bodies: FactBody, role: str = "nurse", phases: Any = PRECHECK) -> Any:
    kept = records()
    kept.all_sessions = [session(phases=phases)]
    kept.all_facts = [fact(body) for body in bodies]
    kept.all_operators.append(Operator("dina", "clinician", "plain:x"))
    name = {"nurse": "anna", "clinician": "dina"}[role]
    return visit_of(parts(records=kept), name)


def shown(children: list[Any]) -> str:
    return json.dumps(html.Div(children), default=lambda c: c.to_plotly_json())


def panel(visit: Any) -> str:
    return shown(next_panel(visit, visit.parts.records.session("s1")))


def rules() -> Any:
    return parts().protocols["ketamine_iv"].course.dose


def test_the_arithmetic_of_a_dose_is_told_line_by_line() -> None:
    words = visit_of(parts()).words
    assert sum_lines(words, rules(), TYPED) == [
        "82 kg × 0.5 mg/kg = 41 mg",
        "41 mg ÷ 1 mg/ml = 41 ml over 40 min = 61.5 ml/h",
    ]


def test_the_arithmetic_on_the_screen_is_the_gateways_own() -> None:
    words = visit_of(parts()).words
    dose = work_out(rules(), Wanted(67.3, 0.7, None, 45, 2))
    assert isinstance(dose, Dose)
    typed = {
        "weight_kg": "67.3",
        "dose_mg_per_kg": "0.7",
        "minutes": "45",
        "concentration_mg_per_ml": "2",
    }
    told = " ".join(sum_lines(words, rules(), typed))
    for number in (dose.mg, dose.volume_ml, dose.rate_ml_per_h):
        assert number is not None
        assert words.number(number) in told
    assert "Another operator must check" in told


@pytest.mark.parametrize("change", [{"minutes": ""}, {"weight_kg": "x"}, {"dose_mg_per_kg": "0"}])
def test_half_a_dose_has_no_arithmetic(change: dict[str, str]) -> None:
    assert sum_lines(visit_of(parts()).words, rules(), {**TYPED, **change}) == []


def test_a_dose_above_the_protocols_most_is_told_while_it_is_typed() -> None:
    told = sum_lines(visit_of(parts()).words, rules(), {**TYPED, "dose_mg_per_kg": "1.2"})
    assert told == ["More than the protocol's most: 1 mg/kg."]


def test_the_second_operator_is_not_told_the_milligrams() -> None:
    text = second_check_text(visit_of(parts()).words, PLAN, "anna")
    assert text == "anna planned: 82 kg · 0.6 mg/kg · 40 min · 1 mg/ml."


def test_who_planned_the_dose_is_told_that_somebody_else_checks_it() -> None:
    visit = visit_with(PLAN)
    mine = course_dose.SECOND_CHECK.fill(visit, session())
    others = course_dose.SECOND_CHECK.fill(visit_with(PLAN, role="clinician"), session())
    assert mine["own"] == {"hidden": False}
    assert others["own"] == {"hidden": True}


def test_a_dose_of_what_was_typed_becomes_an_order_with_those_fields_alone() -> None:
    words = visit_of(parts()).words
    order = course_orders.dose_order(words, Filled("s1", {**TYPED, "dose_mg": ""}))
    assert order.model_dump(exclude_none=True) == {
        "kind": "plan_infusion",
        "session": "s1",
        "weight_kg": 82.0,
        "dose_mg_per_kg": 0.5,
        "minutes": 40.0,
        "concentration_mg_per_ml": 1.0,
    }


def test_a_pause_has_a_reason_in_words_where_none_of_the_usual_ones_fits() -> None:
    words = visit_of(parts()).words
    with pytest.raises(WrongFieldError):
        course_orders.pause_order(words, Filled("s1", {"why": OTHER, "reason": " "}))
    order = course_orders.pause_order(words, Filled("s1", {"why": OTHER, "reason": "music"}))
    assert order.model_dump()["reason"] == "music"


def test_the_panel_says_what_is_missing_before_the_infusion() -> None:
    told = panel(visit_with())
    for text in ("0 of 25 answered", "not planned", "not confirmed", "Start baseline"):
        assert text in told


def test_an_answer_that_blocks_is_marked_and_says_who_may_pass_it() -> None:
    visit = visit_with(course_facts.CheckAnswered("s1", "fasting", "no", None))
    told = shown(checks_body(visit, session(phases=PRECHECK)))
    assert "Stops the infusion. May go on with a reason: administrator, clinician." in told
    assert "anna 10:20" in told
    assert "Otherwise than wanted: Fasted" in panel(visit)


def test_a_dose_above_the_usual_asks_for_its_second_check() -> None:
    assert "wanted: by another operator than anna" in panel(visit_with(PLAN))
    assert "Second check" not in panel(visit_with())


def test_while_the_infusion_stands_still_the_panel_offers_to_resume_and_says_why() -> None:
    infusing = (*PRECHECK, PhaseEntry(Phase.BASELINE, T0), PhaseEntry(Phase.INFUSION, T0))
    told = panel(visit_with(course_facts.InfusionPaused("s1", "Pump alarm"), phases=infusing))
    assert '"data-paused": "true"' in told
    assert "Pump alarm" in told


def test_a_session_that_is_over_says_that_it_is_locked() -> None:
    over = (*PRECHECK, PhaseEntry(Phase.CANCELLED, T0 + MINUTE))
    told = panel(visit_with(facts.SessionCancelled("s1", "ill"), phases=over))
    assert "Cancelled" in told
    assert "by anna" in told
    assert "The record is locked" in told


def test_a_session_kept_on_paper_says_that_nothing_is_watched() -> None:
    visit = visit_with()
    kept = session(phases=PRECHECK, paper=True)
    assert "nothing is watched here" in shown(next_panel(visit, kept))


def test_what_is_in_the_way_is_told_in_the_readers_language() -> None:
    visit = visit_with(PLAN, course_facts.CheckAnswered("s1", "fasting", "no", None))
    given = visit.parts.records.session("s1")
    found = [block._asdict() for block in blocks(visit, given, Phase.INFUSION, T0)]
    course = course_of(visit, given)
    told = shown(blocks_list(visit.words, course, found))
    assert "24 checks are not answered" in told
    assert "No baseline is confirmed" in told
    assert "The dose planned by anna has no second check" in told
    norwegian = visit.parts.words("nb")
    assert "24 punkter er ikke besvart" in shown(blocks_list(norwegian, course, found))


def test_only_the_roles_of_the_protocol_may_pass_a_gate() -> None:
    course = course_of(visit_with(), session())
    assert not may_override(visit_with(), course)
    assert may_override(visit_with(role="clinician"), course)


async def test_a_gate_that_the_gateway_closes_is_told_with_its_blocks() -> None:
    block = {"code": "no_dose", "values": {}, "item": ""}
    answer = refused("gate", "override").model_copy(update={"result": {"blocks": [block]}})
    visit = visit_of(parts(orders=ScriptedOrders([answer])))
    outcome = await decide(visit, {"session": "s1", "phase": "infusion"}, "")
    assert outcome.wants_reason
    assert list(outcome.blocks) == [block]


async def test_a_phase_that_was_kept_on_paper_is_entered_with_its_time() -> None:
    orders = ScriptedOrders([done()])
    visit = visit_of(parts(orders=orders))
    at = course_orders.paper_moment(visit.words, "2026-11-21", "1012")
    assert (await decide(visit, {"session": "s1", "phase": "baseline"}, "", at)).is_done
    assert orders.given[0][0].at.isoformat() == "2026-11-21T09:12:00+00:00"


async def test_another_patient_than_planned_needs_a_reason_to_start() -> None:
    other = refused("other_patient", "patient").model_copy(update={"result": {"patient": "P-2"}})
    orders = ScriptedOrders([other, done(session="s9")])
    visit = visit_of(parts(orders=orders))
    outcome = await start(visit, "1", "P-1", "", "ketamine_iv")
    assert outcome.wants_despite
    assert "The plan has patient P-2 in this room" in outcome.sentence
    again = await start(visit, "1", "P-1", "", "ketamine_iv", despite="they changed places")
    assert again.session == "s9"
    assert orders.given[1][0].despite == "they changed places"


async def test_a_patient_who_is_in_a_session_is_refused_plainly() -> None:
    there = refused("patient_in_session", "patient").model_copy(update={"result": {"room": "3"}})
    visit = visit_of(parts(orders=ScriptedOrders([there])))
    outcome = await start(visit, "1", "P-1", "", "ketamine_iv")
    assert outcome.errors == {"patient": "This patient is in an open session in room 3."}
    assert not outcome.wants_despite


async def test_half_a_time_of_a_session_on_paper_is_refused_beside_its_field() -> None:
    visit = visit_of(parts())
    outcome = await start(visit, "1", "P-1", "", "ketamine_iv", paper=("", "1010"))
    assert set(outcome.errors) == {"date"}


def test_the_plan_fills_in_a_start_only_for_its_own_patient_and_room() -> None:
    kept = records()
    kept.all_visits = [PlannedVisit("v1", "P-7", "ketamine_iv", T0 + MINUTE, "r1", 3)]
    visit = visit_of(parts(records=kept))
    assert start_plan.planned_in(visit, {"room": "2"}, T0) is None
    found = start_plan.planned_in(visit, {"room": "1"}, T0)
    assert found is not None
    known = {"room": "1", "visit": found.id, "patient": found.patient}
    assert start_plan.visit_of(known, "1", " P-7 ") == "v1"
    assert start_plan.visit_of(known, "1", "P-8") is None


def test_the_stepper_tells_what_was_out_of_the_ordinary() -> None:
    infusing = (*PRECHECK, PhaseEntry(Phase.BASELINE, T0), PhaseEntry(Phase.INFUSION, T0))
    visit = visit_with(
        facts.PhaseEntered("s1", Phase.INFUSION, "the doctor is here"),
        course_facts.InfusionPaused("s1", "Pump alarm"),
        course_facts.InfusionResumed("s1"),
        phases=infusing,
    )
    steps = course_steps(visit, visit.parts.records.session("s1"))
    step = next(step for step in steps if step.phase == Phase.INFUSION)
    assert step.note == "override · 1 pause"
    assert step.why == "the doctor is here · Pump alarm"


def test_refusals_about_the_course_are_told_in_the_readers_language() -> None:
    words = parts().words("nb")
    assert course_refusal(words, refused("same_operator")) == (
        "Du planla denne dosen: en annen kontrollerer den."
    )
    assert course_refusal(words, refused("incomplete", "weight_kg")) == "Dette trengs."
    assert course_refusal(words, refused("incomplete", "systolic")) is None


async def test_cancelling_over_a_high_alarm_asks_for_a_reason_of_its_own() -> None:
    given = Filled("s1", {"reason": "ill", "override": " "})
    order = course_orders.cancel_order(parts().words("en"), given).model_dump()
    assert (order["reason"], order["override"]) == ("ill", None)
    visit = visit_of(parts(orders=ScriptedOrders([refused("alarms_waiting", "override")])))
    answer = await send_filled(visit, course_orders.cancel_order, given, CANCEL.fields)
    assert set(answer.errors) == {"override"}
    shown = json.loads(CANCEL.plan({}).as_json())["resets"]
    assert shown == {CANCEL.part("override-place"): {"hidden": True}}
    answered = Filled("s1", {"reason": "ill", "override": "probe on the floor"})
    order = course_orders.cancel_order(parts().words("en"), answered).model_dump()
    assert order["override"] == "probe on the floor"
