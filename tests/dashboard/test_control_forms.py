from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.components import control_fills as fills
from monitor.dashboard.components.control_forms import FORMS, HANDOVER, LIMITS
from monitor.dashboard.components.forms import filled_of
from monitor.dashboard.components.session_actions import standing_marks, why_not_switch
from monitor.dashboard.order_forms import OTHER, Filled, send_filled
from monitor.domain import facts
from monitor.domain.facts import Fact, FactBody
from monitor.domain.readings import MINUTE, Metric
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import (
    T0,
    ScriptedOrders,
    done,
    parts,
    reading,
    records,
    refused,
    session,
    stored,
    visit_of,
)

FORM = {form.name: form for form in FORMS}
ENTRY = "5b0f5bb8-6d0e-4f0e-9b56-3f1b7a9c2d11"


def fact(body: FactBody, by: str = "anna", at: int = T0) -> Fact:
    return Fact(at, by, "s1", body)


def visit_with(*bodies: FactBody, name: str = "anna") -> Any:
    known = records()
    known.all_facts = [fact(body) for body in bodies]
    return visit_of(parts(records=known), name)


async def send(form: str, pressed: str, *answers: Any, **values: str) -> tuple[Any, list[Any]]:
    orders = ScriptedOrders(list(answers))
    filled = Filled("s1", values, pressed, ENTRY, T0)
    sent = FORM[form]
    answer = await send_filled(visit_of(parts(orders=orders)), sent.make, filled, sent.fields)
    return answer, [order for order, _by in orders.given]


async def test_a_limit_is_asked_for_with_its_value_and_reason() -> None:
    answer, (order,) = await send(
        "limits", "set", limit="spo2_below_1", value="93,5", reason="COPD"
    )
    assert answer.is_done
    assert (order.limit, order.value, order.reason) == ("spo2_below_1", 93.5, "COPD")


async def test_a_limit_is_taken_out_without_a_value() -> None:
    _answer, (order,) = await send("limits", "take_out", limit="spo2_below_1", reason="hospice")
    assert order.value is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": "94", "reason": "x"}, "limit"),
        ({"limit": "spo2_below_1", "value": "94", "reason": ""}, "reason"),
        ({"limit": "spo2_below_1", "value": "", "reason": "x"}, "value"),
        ({"limit": "spo2_below_1", "value": "9o", "reason": "x"}, "value"),
        ({"limit": "spo2_below_1", "value": "nan", "reason": "x"}, "value"),
    ],
)
async def test_what_is_missing_or_wrong_in_a_limit_is_told_beside_its_field(
    values: dict[str, str], field: str
) -> None:
    answer, given = await send("limits", "set", **values)
    assert list(answer.errors) == [field]
    assert not given


async def test_a_limit_that_contradicts_another_is_refused_beside_its_value() -> None:
    words = "low limit 130 must be below high limit 120"
    answer, _given = await send(
        "limits",
        "set",
        refused("limits_cross", "value", words),
        limit="pulse_rate_below_1",
        value="130",
        reason="x",
    )
    assert answer.errors == {"value": words}


async def test_a_dead_gateway_leaves_a_form_as_it_is_and_says_that_nothing_was_changed() -> None:
    answer, _given = await send("limits", "set", None, limit="x", value="9", reason="x")
    assert not answer.is_done
    assert "nothing was changed" in answer.sentence


async def test_a_baseline_is_confirmed() -> None:
    _answer, (order,) = await send("baseline", "confirm", systolic="131", diastolic="82,5")
    assert (order.systolic, order.diastolic) == (131, 82.5)


async def test_a_pause_has_a_usual_reason_or_one_in_words() -> None:
    _answer, (usual,) = await send("pause", "pause", why="Toilet", minutes="3", reason="")
    _answer, (told,) = await send("pause", "pause", why=OTHER, minutes="1", reason="moved bed")
    assert (usual.minutes, usual.reason, told.reason) == (3, "Toilet", "moved bed")
    answer, given = await send("pause", "pause", why=OTHER, minutes="1", reason=" ")
    assert list(answer.errors) == ["reason"]
    assert not given


async def test_a_pause_is_ended_from_the_page() -> None:
    _answer, (order,) = await send("pause", "resume")
    assert order.kind == "resume_alarms"


@pytest.mark.parametrize(("pressed", "on"), [("off", False), ("on", True)])
async def test_the_alarms_of_a_metric_are_switched(pressed: str, on: bool) -> None:
    _answer, (order,) = await send("switch", pressed, metric="spo2", reason="artefact")
    assert (order.metric, order.on, order.reason) == ("spo2", on, "artefact")


async def test_a_session_is_offered_and_taken_over() -> None:
    _answer, (offer,) = await send("handover", "offer", to="kari")
    _answer, (accept,) = await send("handover", "accept")
    assert (offer.to, accept.kind) == ("kari", "accept_handover")


def test_a_form_is_what_stood_in_its_fields_and_the_button_that_sent_it() -> None:
    sent = {
        "values": {"value": "94", "reason": "x"},
        "pressed": LIMITS.part("take-out"),
        "entry": ENTRY,
        "opened_at": T0,
    }
    filled = filled_of(LIMITS, sent, "s1", ["spo2_below_1"])
    assert (filled.pressed, filled.values["limit"]) == ("take_out", "spo2_below_1")
    assert (filled.session, filled.entry, filled.opened_at) == ("s1", ENTRY, T0)


def test_enter_in_a_field_presses_the_first_button_and_without_one_nothing() -> None:
    assert LIMITS.plan({}).submit == LIMITS.part("set")
    assert HANDOVER.plan({}).submit == ""


def test_the_limits_dialog_tells_the_own_value_beside_that_of_the_protocol() -> None:
    visit = visit_with(facts.LimitChanged("s1", "spo2_below_1", 94, "COPD"))
    shown = json.dumps(fills.fill_limits(visit, session()), default=lambda c: c.to_plotly_json())
    assert '"< 92"' in shown
    assert '"< 94"' in shown


def test_the_baseline_dialog_proposes_the_resting_cuffs_and_later_shows_the_confirmed_one() -> None:
    visit = visit_with()
    cuff = reading(Metric.NIBP, T0 + MINUTE, None, systolic=130.0, diastolic=80.0)
    visit.parts.records.all_readings = [stored(cuff)]
    filled = fills.fill_baseline(visit, session())
    assert filled["systolic"] == {"value": "130"}
    assert filled["text"]["children"] == "Proposed from 1 cuff: 10:21 130/80."
    visit.parts.records.all_facts = [
        fact(facts.BaselineConfirmed("s1", {"systolic": 128.0, "diastolic": 79.0}))
    ]
    filled = fills.fill_baseline(visit, session())
    assert filled["text"]["children"] == "Confirmed: 128/79 mmHg."
    assert filled["diastolic"] == {"value": "79"}


def test_without_a_cuff_nothing_is_proposed() -> None:
    filled = fills.fill_baseline(visit_with(), session())
    assert filled["systolic"] == {"value": ""}
    assert "No cuff" in filled["text"]["children"]


def test_what_the_rise_limits_become_is_told_while_the_baseline_is_typed() -> None:
    visit = visit_with()
    assert fills.rises_told(visit, "s1", "130", "80") == (
        "With it the alarm for a rise is: systolic ≥ 170, diastolic ≥ 105 mmHg."
    )
    assert fills.rises_told(visit, "s1", "13o", "80") == ""


def test_a_session_is_offered_to_anybody_but_its_holder() -> None:
    visit = visit_with(facts.SessionStarted("s1", "r2", "P-1", None, "ketamine_iv"))
    filled = fills.fill_handover(visit, session())
    assert [choice["value"] for choice in filled["to"]["data"]] == ["kari"]
    assert filled["text"]["children"] == "anna answers for this session."


def test_a_metric_that_is_off_is_said_to_be() -> None:
    visit = visit_with(facts.AlarmsSwitched("s1", "spo2", False, "artefact"))
    labels = [choice["label"] for choice in fills.fill_switch(visit, session())["metric"]["data"]]
    assert labels[:3] == ["Pulse", "SpO₂ (now off)", "BP"]


def hidden(marks: list[Any]) -> dict[str, bool]:
    return {mark.id: mark.hidden for mark in marks if getattr(mark, "id", None)}


def test_the_head_tells_what_is_set_and_lets_the_right_person_end_it() -> None:
    bodies: list[FactBody] = [
        facts.SessionStarted("s1", "r2", "P-1", None, "ketamine_iv"),
        facts.AlarmsPaused("s1", T0 + MINUTE, "Toilet"),
        facts.AlarmsSwitched("s1", "spo2", False, "artefact"),
        facts.HandoverOffered("s1", "kari"),
    ]
    offered = visit_with(*bodies, name="kari")
    controls = fills.controls_on(offered, session())
    marks = standing_marks(offered, session(), controls)
    told = [mark.children for mark in marks[:3]]
    assert told[1:] == ["Alarmer på pause til 10:21:00 · Toilet", "Alarmer av: SpO₂"]
    assert hidden(marks) == {"pause-form-resume": False, "handover-form-accept": False}
    other = standing_marks(visit_with(*bodies), session(), controls)
    assert hidden(other)["handover-form-accept"] is True


async def press(form: Any, button: str, *answers: Any, **values: str) -> Any:
    browser = Browser(create_app(parts(orders=ScriptedOrders(list(answers)))))
    await browser.sign_in()
    texts = {name: values.get(name, "") for name in form.texts}
    sent = {"values": texts, "pressed": form.part(button), "entry": ENTRY, "opened_at": T0}
    told = f"{form.part('told')}.data"
    deps = json.loads((await browser.get("/_dash-dependencies")).text)
    name = next(
        d["output"]
        for d in deps
        if d["inputs"] and d["inputs"][0]["id"] == form.part("sent") and told in d["output"]
    )
    parts_of = [part.split(".") for part in name.strip(".").split("...")]
    page = await browser.callback(
        name,
        [{"id": form.part("sent"), "property": "data", "value": sent}],
        [{"id": one, "property": prop} for one, prop in parts_of],
        changedPropIds=[f"{form.part('sent')}.data"],
        state=[
            {"id": "session-id", "property": "data", "value": "s1"},
            *(
                {"id": form.part(name), "property": "value", "value": values.get(name)}
                for name in form.choices
            ),
        ],
    )
    return json.loads(page.text)


def told_by(form: Any, response: Any) -> Any:
    return response["response"][form.part("told")]["data"]


async def test_a_refusal_is_the_answer_to_the_entry_that_was_sent() -> None:
    told = told_by(HANDOVER, await press(HANDOVER, "accept", refused("not_offered")))
    assert (told["entry"], told["done"]) == (ENTRY, False)
    assert told["sentence"] == "The session was not offered to you."


async def test_a_refused_form_stays_open_and_what_is_typed_in_it_is_left_alone() -> None:
    response = await press(LIMITS, "set")
    assert told_by(LIMITS, response)["errors"] == {LIMITS.part("limit"): "This is needed."}
    assert not told_by(LIMITS, response)["done"]
    assert not response.get("sideUpdate")


async def test_a_done_form_closes() -> None:
    assert told_by(HANDOVER, await press(HANDOVER, "accept", done()))["done"]
    assert not HANDOVER.stays


async def test_a_form_that_stays_is_filled_anew_when_it_is_done() -> None:
    response = await press(LIMITS, "set", done(), limit="spo2_below_1", value="94", reason="COPD")
    told = told_by(LIMITS, response)
    assert (told["done"], told["stays"]) == (True, True)
    assert LIMITS.part("table") in response["sideUpdate"]
    assert LIMITS.part("value") not in response["sideUpdate"]


def test_who_may_not_switch_alarms_off_reads_who_may() -> None:
    assert why_not_switch(visit_with(name="kari")) == "bare: administrator, lege"
    nurse = visit_with()
    clinician = replace(nurse, operator=replace(nurse.operator, role="clinician"))
    assert why_not_switch(clinician) == ""
