from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from dash import html

from monitor.dashboard.assigning import Offer, plausible
from monitor.dashboard.components.assigning import CONFIRM, PROPOSE, WITHDRAW, assigning_lists
from monitor.dashboard.order_forms import Filled, send_filled
from monitor.domain.assignments import Assignment
from monitor.domain.readings import HOUR, MINUTE, Metric
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.service.plan_ports import UnassignedSpan
from monitor.wire.base import milliseconds
from tests.dashboard.clinic import (
    T0,
    ScriptedOrders,
    parts,
    reading,
    records,
    refused,
    session,
    stored,
    visit_of,
)

SPAN = UnassignedSpan("d2", T0 - 2 * MINUTE, T0 - 500, 240)
KEY = Offer(SPAN, session()).as_key()


def known(**changes: Any) -> Any:
    return replace(records(), **changes)


def buttons(visit: Any) -> list[Any]:
    page = html.Div(assigning_lists(visit))
    return [found for found in page._traverse() if isinstance(found, html.Button)]


async def send(form: Any, key: str, *answers: Any, **values: str) -> tuple[Any, list[Any]]:
    orders = ScriptedOrders(list(answers))
    filled = Filled("", values, "", "", T0, key)
    answer = await send_filled(visit_of(parts(orders=orders)), form.make, filled, form.fields)
    return answer, [order for order, _by in orders.given]


def test_a_session_of_about_the_time_may_be_meant_and_no_other() -> None:
    ended = (PhaseEntry(Phase.PRECHECK, T0 - 9 * HOUR), PhaseEntry(Phase.CANCELLED, T0 - 8 * HOUR))
    later = (PhaseEntry(Phase.PRECHECK, T0 + 2 * HOUR),)
    sessions = [session(), session(id="s2", phases=ended), session(id="s3", phases=later)]
    visit = visit_of(parts(records=known(all_sessions=sessions)))
    assert [found.id for found in plausible(visit, SPAN)] == ["s1"]


def test_the_sessions_of_the_devices_own_room_come_first() -> None:
    other = session(id="s2", room_id="r1", phases=(PhaseEntry(Phase.PRECHECK, T0 + MINUTE),))
    span = SPAN._replace(last_at=T0 + MINUTE)
    visit = visit_of(parts(records=known(all_sessions=[other, session()])))
    assert [found.id for found in plausible(visit, span)] == ["s1", "s2"]


async def test_a_span_is_proposed_to_the_millisecond_as_it_was_offered() -> None:
    clocks = {"first_at": "10:18:00", "last_at": "10:19:59"}
    answer, (order,) = await send(PROPOSE, KEY, reason="started late", **clocks)
    assert answer.is_done
    assert milliseconds(order.first_at) == SPAN.first_at
    assert milliseconds(order.last_at) == SPAN.last_at
    assert (order.device, order.session, order.reason) == ("d2", "s1", "started late")


async def test_a_span_may_be_narrowed() -> None:
    clocks = {"first_at": "10:19:00", "last_at": "10:19:30"}
    _answer, (order,) = await send(PROPOSE, KEY, reason="x", **clocks)
    assert milliseconds(order.first_at) == T0 - MINUTE
    assert milliseconds(order.last_at) == T0 - 29_001


@pytest.mark.parametrize(("name", "text"), [("reason", ""), ("first_at", "ten past ten")])
async def test_what_is_missing_or_no_time_is_told_beside_its_field(name: str, text: str) -> None:
    values = {"reason": "x", "first_at": "10:18:00", "last_at": "10:19:59", name: text}
    answer, given = await send(PROPOSE, KEY, **values)
    assert list(answer.errors) == [name]
    assert not given


async def test_the_own_proposal_is_confirmed_by_somebody_else() -> None:
    answer, (order,) = await send(CONFIRM, "x1", refused("same_operator", "assignment"))
    assert order.assignment == "x1"
    assert answer.sentence == "You proposed this: somebody else must confirm it."


async def test_a_proposal_is_withdrawn_with_a_reason() -> None:
    answer, given = await send(WITHDRAW, "x1", reason=" ")
    assert list(answer.errors) == ["reason"]
    assert not given
    answer, (order,) = await send(WITHDRAW, "x1", reason="wrong patient")
    assert (order.assignment, order.reason) == ("x1", "wrong patient")


@pytest.mark.parametrize(
    ("name", "offered"), [("anna", ["Withdraw"]), ("kari", ["Bekreft", "Trekk tilbake"])]
)
def test_only_the_other_operator_is_offered_to_confirm(name: str, offered: list[str]) -> None:
    waiting = Assignment("x1", "d2", T0 - MINUTE, T0, "s1", "anna", T0, "started late")
    visit = visit_of(parts(records=known(all_assignments=[waiting])), name)
    assert [button.children for button in buttons(visit)] == offered


def test_a_span_is_offered_with_its_session_and_its_times() -> None:
    nobodys = stored(reading(Metric.SPO2, T0 - MINUTE, 97), session_id=None)
    (button,) = buttons(visit_of(parts(records=known(all_readings=[nobodys]))))
    given = json.loads(button.to_plotly_json()["props"]["data-amends"])
    assert given["texts"] == {"first_at": "10:19:00", "last_at": "10:19:00"}
    assert "P-0388" in given["said"]
