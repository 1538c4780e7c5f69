from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import pytest
from dash import html

from monitor.dashboard.components.decisions import decide
from monitor.dashboard.components.session_actions import action_buttons
from monitor.dashboard.components.start import start
from monitor.dashboard.entry import Typed, question, send_vitals
from monitor.domain.readings import MINUTE
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.wire.base import milliseconds
from tests.dashboard.clinic import T0, ScriptedOrders, done, parts, refused, session, visit_of

ENTRY = "5b0f5bb8-6d0e-4f0e-9b56-3f1b7a9c2d11"


def typed(clock: str = "10:20", *, confirmed: bool = False, **values: str) -> Typed:
    given = values or {"pulse_rate": "82", "systolic": "132", "diastolic": "84", "spo2": "97"}
    return Typed("s1", ENTRY, given, clock, T0, confirmed)


def visitor(*answers: Any) -> tuple[Any, ScriptedOrders]:
    orders = ScriptedOrders(list(answers))
    return visit_of(parts(orders=orders)), orders


async def test_three_numbers_become_one_order_of_the_operator() -> None:
    visit, orders = visitor()
    answer = await send_vitals(visit, typed())
    assert answer.is_done
    order, by = orders.given[0]
    assert (order.systolic, order.diastolic, order.spo2, by) == (132, 84, 97, "anna")
    assert str(order.entry) == ENTRY


async def test_an_untouched_time_means_now_by_the_gateways_clock() -> None:
    visit, orders = visitor()
    await send_vitals(visit, typed("10:20"))
    assert orders.given[0][0].measured_at is None


async def test_the_time_can_be_set_back() -> None:
    visit, orders = visitor()
    await send_vitals(visit, typed("10:12"))
    assert milliseconds(orders.given[0][0].measured_at) == T0 - 8 * MINUTE


async def test_a_decimal_comma_is_a_decimal_point() -> None:
    visit, orders = visitor()
    await send_vitals(visit, typed(spo2="96,5"))
    assert orders.given[0][0].spo2 == 96.5


@pytest.mark.parametrize("text", ["9x", "1 2 3"])
async def test_text_for_a_number_is_refused_beside_its_field(text: str) -> None:
    visit, orders = visitor()
    answer = await send_vitals(visit, typed(pulse_rate=text))
    assert answer.errors == {"pulse_rate": "This is not a number."}
    assert not orders.given


@pytest.mark.parametrize("text", ["nan", "inf", "1e300"])
async def test_a_number_that_cannot_be_kept_is_refused(text: str) -> None:
    visit, orders = visitor()
    answer = await send_vitals(visit, typed(pulse_rate=text))
    assert answer.sentence
    assert not orders.given


async def test_a_time_that_is_none_is_refused_beside_its_field() -> None:
    visit, _orders = visitor()
    assert "measured_at" in (await send_vitals(visit, typed("25:61"))).errors


async def test_an_impossible_value_is_refused_beside_its_field_and_the_dialog_stays() -> None:
    visit, _orders = visitor(refused("out_of_range", "spo2"))
    answer = await send_vitals(visit, typed())
    assert answer.errors == {"spo2": "This value is not possible."}
    assert not answer.is_done


async def test_an_unusual_value_is_asked_about_once() -> None:
    visit, orders = visitor(refused("unusual", "spo2"), done())
    answer = await send_vitals(visit, typed(spo2="68"))
    assert answer.question == "SpO₂ 68 % – is that right?"
    assert (await send_vitals(visit, typed(spo2="68", confirmed=True))).is_done
    assert [order.confirmed for order, _by in orders.given] == [False, True]


def test_one_question_names_every_unusual_value() -> None:
    words = visit_of(parts()).words
    values = {"pulse_rate": 210.0, "spo2": 68.0, "systolic": 240.0, "diastolic": 100.0}
    text = question(words, values)
    assert text == "Pulse 210 /min, SpO₂ 68 %, BP 240/100 mmHg – is that right?"


async def test_a_dead_gateway_leaves_the_dialog_open_and_says_so() -> None:
    visit, _orders = visitor(None)
    answer = await send_vitals(visit, typed())
    assert not answer.is_done
    assert answer.sentence == "The gateway does not answer: nothing was changed."


async def test_sending_again_carries_the_same_entry() -> None:
    visit, orders = visitor(None, done())
    await send_vitals(visit, typed())
    await send_vitals(visit, typed())
    assert len({str(order.entry) for order, _by in orders.given}) == 1


async def test_a_session_is_started_with_what_was_typed() -> None:
    visit, orders = visitor(done(session="s7"))
    assert (await start(visit, "1", " P-0417 ", "82,5", "ketamine_iv")).session == "s7"
    order = orders.given[0][0]
    assert (order.room, order.patient, order.weight_kg) == ("1", "P-0417", 82.5)


@pytest.mark.parametrize(
    ("patient", "weight", "field"),
    [
        ("", "", "patient"),
        ("P-1", "900", "weight_kg"),
        ("P-1", "heavy", "weight_kg"),
    ],
)
async def test_a_wrong_field_of_a_new_session_is_named(
    patient: str, weight: str, field: str
) -> None:
    visit, orders = visitor()
    assert field in (await start(visit, "1", patient, weight, "ketamine_iv")).errors
    assert not orders.given


async def test_a_refused_start_is_told_beside_its_field() -> None:
    visit, _orders = visitor(
        refused("patient_elsewhere", "patient"), refused("session_open", "room")
    )
    assert "patient" in (await start(visit, "1", "P-1", "", "ketamine_iv")).errors
    assert (await start(visit, "1", "P-1", "", "ketamine_iv")).sentence


async def test_a_phase_is_entered_as_confirmed() -> None:
    visit, orders = visitor()
    assert (await decide(visit, {"session": "s1", "phase": "observation"}, "")).is_done
    order = orders.given[0][0]
    assert (order.kind, order.phase, order.override) == ("enter_phase", "observation", None)


async def test_a_gate_asks_for_a_reason_and_takes_it() -> None:
    visit, orders = visitor(refused("alarms_waiting", "override"), done())
    decision = {"session": "s1", "phase": "discharged"}
    outcome = await decide(visit, decision, "")
    assert outcome.wants_reason
    assert (await decide(visit, decision, "seen by the doctor")).is_done
    assert orders.given[1][0].override == "seen by the doctor"


async def test_a_phase_order_to_a_dead_gateway_changes_nothing_and_says_so() -> None:
    visit, _orders = visitor(None)
    outcome = await decide(visit, {"session": "s1", "phase": "observation"}, "")
    assert not outcome.is_done
    assert "nothing was changed" in outcome.sentence


def test_a_closed_session_offers_nothing() -> None:
    closed = session(phases=(PhaseEntry(Phase.CANCELLED, T0),))
    page = html.Div(action_buttons(visit_of(parts()), closed))
    buttons = [found for found in page._traverse() if isinstance(found, html.Button)]
    (menu,) = [found for found in page._traverse() if isinstance(found, dmc.MenuTarget)]
    assert len(buttons) == 7
    assert all(getattr(found, "disabled", False) for found in buttons)
    assert menu.boxWrapperProps["disabled"]


def test_a_value_far_from_the_devices_is_asked_about_with_what_that_says() -> None:
    visit, _ = visitor()
    values = {"pulse_rate": 138.0, "systolic": 72.0, "diastolic": 50.0}
    far = {"pulse_rate": [80, 84], "systolic": [128, 128]}
    assert question(visit.words, values, far) == (
        "Pulse 138 /min (the device has 80–84), systolic 72 mmHg (the device has 128) – is that right?"
    )
    assert question(visit.words, {"pulse_rate": 30.0}, {"pulse_rate": [80, 80]}) == (
        "Pulse 30 /min (the device has 80) – is that right?"
    )
