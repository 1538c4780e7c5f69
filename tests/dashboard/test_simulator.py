from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from monitor.dashboard.app import create_app
from monitor.dashboard.components import shell
from monitor.dashboard.components.simulator_drive import (
    device_deeds,
    network_deeds,
    patient_deeds,
)
from monitor.dashboard.desk import DeskSocket
from monitor.dashboard.simulator_access import may_simulate
from monitor.domain.registry import Binding, Device, Operator
from monitor.wire.orders import EnterPhase
from simulators.desk.asked import Happening
from tests.dashboard.browser import Browser, Page
from tests.dashboard.clinic import (
    T0,
    PlainHasher,
    ScriptedOrders,
    done,
    parts,
    records,
    refused,
    visit_of,
)
from tests.dashboard.fake_desk import FakeDesk, fake_desk
from tests.dashboard.records_in_memory import RecordsInMemory

ROLES = ("nurse", "clinician", "tester", "administrator")


def clinic_records() -> RecordsInMemory:
    known = records()
    password = PlainHasher().hash("infusion-1")
    known.all_operators += [Operator(role, role, password) for role in ROLES]
    return known


@asynccontextmanager
async def signed_in(
    tmp_path: Path, role: str = "tester", **changes: Any
) -> AsyncIterator[tuple[Browser, FakeDesk]]:
    control = tmp_path / "desk.json"
    async with fake_desk(control) as desk:
        given = parts(**{"records": clinic_records(), "simulated": True, **changes})
        browser = Browser(create_app(replace(given, desk=DeskSocket(control))))
        await browser.sign_in(role)
        yield browser, desk


async def ask(browser: Browser, what: str, **given: Any) -> tuple[int, dict[str, Any]]:
    body = json.dumps(given).encode()
    page = await browser.post(f"/api/simulator/{what}", body, "application/json")
    return page.status, json.loads(page.text)


def told(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(page.text)
    return answer


@pytest.mark.parametrize("role", ROLES)
async def test_testers_and_administrators_simulate_and_nobody_else(
    tmp_path: Path, role: str
) -> None:
    may = role in ("tester", "administrator")
    async with signed_in(tmp_path, role) as (browser, desk):
        page = await browser.get("/api/simulator")
        assert (page.status, told(page)["ok"]) == ((200, True) if may else (403, False))
        status, _ = await ask(browser, "happen", room="1", event={"do": "panic"})
        assert status == (200 if may else 403)
        assert bool(desk.asked) is may
        shown = (await browser.show("/simulator")).text
        assert ("simulator-rooms" in shown) is may
        assert ("testers and administrators" in shown) is not may


async def test_a_real_directory_says_that_it_simulates_nobody() -> None:
    browser = Browser(create_app(parts(records=clinic_records())))
    await browser.sign_in("administrator")
    page = await browser.get("/api/simulator")
    assert page.status == 403
    assert told(page) == {"ok": False, "message": "Your role may not see this"}
    shown = await browser.show("/simulator")
    assert "There is no simulator here" in shown.text
    assert "simulator-rooms" not in shown.text


async def test_a_locked_station_cannot_ask_the_desk(tmp_path: Path) -> None:
    async with signed_in(tmp_path) as (browser, desk):
        await browser.get("/")
        await browser.submit("/sign-out")
        assert (await browser.get("/api/simulator")).status == 401
        status, _ = await ask(browser, "stop", room="1")
        assert status == 401
        assert desk.asked == []


@pytest.mark.parametrize("role", ROLES)
def test_the_way_there_is_shown_to_those_who_may_go_it(role: str) -> None:
    simulated = replace(
        parts(records=clinic_records(), simulated=True), desk=DeskSocket(Path("desk.json"))
    )
    visit = visit_of(simulated, role)
    assert may_simulate(visit) is (role in ("tester", "administrator"))
    assert not may_simulate(visit_of(parts(records=clinic_records()), role))
    links = str(shell.navigation(visit.words, "/", simulates=may_simulate(visit)))
    assert ("/simulator" in links) is may_simulate(visit)


async def test_a_desk_that_does_not_answer_is_said_in_words(tmp_path: Path) -> None:
    async with signed_in(tmp_path) as (browser, _desk):
        (tmp_path / "desk.json").unlink()
        page = await browser.get("/api/simulator")
        assert page.status == 503
        assert told(page) == {
            "ok": False,
            "message": "The simulator desk does not answer.",
            "field": "",
        }


async def test_what_the_desk_refuses_comes_with_its_field_and_its_reason(tmp_path: Path) -> None:
    async with signed_in(tmp_path) as (browser, desk):
        desk.refusals["happen"] = ("event.to", "no more than 300")
        status, answer = await ask(browser, "happen", room="1", event={"do": "drive"})
    assert status == 409
    assert answer == {"ok": False, "message": "no more than 300", "field": "event.to"}


async def test_what_was_driven_is_given_out_as_a_file(tmp_path: Path) -> None:
    async with signed_in(tmp_path) as (browser, desk):
        _, answer = await ask(browser, "record", title="Driven by hand")
    assert answer["toml"] == "title = 'Driven by hand'"
    assert desk.has_done("record") == [{"title": "Driven by hand", "rooms": None}]


async def test_a_new_room_gets_device_and_session_before_its_patient(tmp_path: Path) -> None:
    answers = [done(id="r9"), done(id="d9", token="fresh"), done(session="s9")]
    orders = ScriptedOrders(list(answers))
    async with signed_in(tmp_path, orders=orders) as (browser, desk):
        wish = {"scenario": "ward", "place": 2, "seed": 7, "speed": 5, "session": True}
        status, _ = await ask(browser, "set-up", room="9", **wish)
    assert status == 200
    given = [(order.kind, by) for order, by in orders.given]
    assert given[:3] == [
        ("add_room", "tester"),
        ("add_device", "tester"),
        ("start_session", "tester"),
    ]
    assert {"answer_check", "confirm_baseline", "plan_infusion"} < {kind for kind, _ in given}
    assert given[-1] == ("enter_phase", "tester")
    assert desk.has_done("start") == [
        {
            "room": "9",
            "scenario": "ward",
            # Beyond the scenario's two patients they begin again.
            "place": 0,
            "seed": 7,
            "speed": 5,
            "into_infusion_min": None,
            "device": "d9",
            "token": "fresh",
        }
    ]


@pytest.mark.parametrize(("minute", "entered"), [(None, "infusion"), (55, "observation")])
async def test_the_session_is_brought_to_the_phase_that_the_desk_says_for_the_minute(
    tmp_path: Path, minute: float | None, entered: str
) -> None:
    answers = [done(id="r9"), done(id="d9", token="fresh"), done(session="s9")]
    orders = ScriptedOrders(list(answers))
    async with signed_in(tmp_path, orders=orders) as (browser, desk):
        wish = {"scenario": "ward", "place": 3, "session": True, "into_infusion_min": minute}
        status, _ = await ask(browser, "set-up", room="9", **wish)
    assert status == 200
    assert desk.has_done("phase") == [
        {"scenario": "ward", "place": 1, "into_infusion_min": minute},
    ]
    last = orders.given[-1][0]
    assert isinstance(last, EnterPhase)
    assert last.phase == entered


async def test_a_room_that_is_there_keeps_its_device_with_a_new_token(tmp_path: Path) -> None:
    known = clinic_records()
    known.all_devices.append(Device("d3", "Simulated monitor 1", True, "z"))
    known.all_bindings.append(Binding("d3", "r1", T0))
    orders = ScriptedOrders([done(id="d3", token="rotated")])
    async with signed_in(tmp_path, records=known, orders=orders) as (browser, desk):
        status, _ = await ask(browser, "set-up", room="1", scenario="ward")
    assert status == 200
    assert [order.kind for order, _ in orders.given] == ["rotate_token"]
    assert desk.has_done("start")[0]["token"] == "rotated"


async def test_a_patient_who_runs_keeps_the_token_that_the_feed_has(tmp_path: Path) -> None:
    orders = ScriptedOrders()
    async with signed_in(tmp_path, orders=orders) as (browser, desk):
        desk.beds["1"] = {"room": "1", "running": True}
        status, answer = await ask(browser, "set-up", room="1", scenario="ward")
    assert (status, answer["field"]) == (409, "room")
    assert "stop it first" in answer["message"]
    assert orders.given == []
    assert desk.has_done("start") == []


async def test_an_unknown_scenario_changes_nothing(tmp_path: Path) -> None:
    orders = ScriptedOrders()
    async with signed_in(tmp_path, orders=orders) as (browser, _desk):
        status, answer = await ask(browser, "set-up", room="1", scenario="no_such")
    assert (status, answer["field"]) == (409, "scenario")
    assert orders.given == []


async def test_an_order_that_is_refused_ends_the_setting_up_with_its_reason(tmp_path: Path) -> None:
    orders = ScriptedOrders([refused("not_allowed")])
    async with signed_in(tmp_path, orders=orders) as (browser, desk):
        status, answer = await ask(browser, "set-up", room="9", scenario="ward")
    assert status == 409
    assert answer["message"] == "Your role does not allow this."
    assert desk.has_done("start") == []


async def test_a_gateway_that_is_gone_is_said(tmp_path: Path) -> None:
    async with signed_in(tmp_path, orders=ScriptedOrders([None])) as (browser, _desk):
        status, answer = await ask(browser, "set-up", room="9", scenario="ward")
    assert status == 409
    assert "The gateway does not answer" in answer["message"]


async def test_clearing_stops_the_patients_before_it_ends_their_sessions(tmp_path: Path) -> None:
    orders = ScriptedOrders()
    async with signed_in(tmp_path, orders=orders) as (browser, desk):
        desk.beds["1"] = {"room": "1", "running": True}
        desk.beds["2"] = {"room": "2", "running": False}
        status, answer = await ask(browser, "clear")
    assert status == 200
    assert (answer["sessions"], answer["devices"]) == (1, 0)
    assert desk.has_done("stop") == [{"room": "1"}]
    assert orders.given[0][0].kind == "enter_phase"


@pytest.mark.parametrize("speed", [0, 61])
async def test_a_speed_that_is_none_is_refused_before_anything_is_done(
    tmp_path: Path, speed: int
) -> None:
    orders = ScriptedOrders()
    async with signed_in(tmp_path, orders=orders) as (browser, desk):
        status, _ = await ask(browser, "set-up", room="9", scenario="ward", speed=speed)
    assert status == 422
    assert (orders.given, desk.asked) == ([], [])


def test_every_button_means_something_that_the_desk_can_do_and_no_two_are_alike() -> None:
    words = visit_of(parts()).words
    deeds = [*patient_deeds(words), *device_deeds(words), *network_deeds(words)]
    assert len({deed.label for deed in deeds}) == len(deeds)
    happening: TypeAdapter[Any] = TypeAdapter(Happening)
    for deed in deeds:
        happening.validate_python(deed.event)
