"""A station at which nobody is signed in: it shows what is live and changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.dashboard import ids
from monitor.dashboard.app import create_app
from monitor.dashboard.asked import ROUTER
from monitor.dashboard.visit import NOBODY, Visit
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.identity import COOKIE_NAME, STATION_COOKIE_NAME, holder_tag, new_station, sign_station
from monitor.wire.orders import CallHelp
from tests.dashboard.browser import Browser, Page
from tests.dashboard.clinic import T0, ScriptedOrders, parts, records, session

RECORDS = ["/sessions", "/alarms", "/unassigned", "/settings", "/review/s1"]


async def locked_browser(**changes: Any) -> Browser:
    browser = Browser(create_app(parts(**changes)))
    await browser.sign_in("kari", "infusion-2")
    await browser.submit("/sign-out")
    return browser


def assert_refused(page: Page) -> None:
    assert (page.status, page.headers["x-infusion-monitor"], page.text) == (204, "locked", "")


async def redraw(browser: Browser, session_id: str) -> Page:
    places = [ids.SESSION_HEAD, ids.SESSION_LOG, ids.SESSION_ACTIONS, ids.SESSION_MARKS]
    places.append(ids.SESSION_DRAWN)
    kinds = ["children", "children", "children", "data", "data"]
    outputs = [{"id": place, "property": kind} for place, kind in zip(places, kinds, strict=True)]
    written = "...".join(f"{output['id']}.{output['property']}" for output in outputs)
    return await browser.callback(
        f"..{written}..",
        [{"id": ids.SESSION_CHANGED, "property": "data", "value": 1}],
        outputs,
        state=[
            {"id": ids.SESSION_ID, "property": "data", "value": session_id},
            {"id": ids.SESSION_DRAWN, "property": "data", "value": None},
        ],
        changedPropIds=[f"{ids.SESSION_CHANGED}.data"],
    )


async def test_signing_out_keeps_the_ward_and_the_open_sessions_in_sight() -> None:
    browser = await locked_browser()
    assert COOKIE_NAME not in browser.cookies
    ward = await browser.get("/")
    assert ward.status == 200
    assert 'data-locked="true"' in ward.text
    assert (await browser.get("/session/s1")).status == 200
    assert (await browser.get("/api/trace/s1")).status == 200
    for path in ("/_dash-layout", "/_dash-dependencies"):
        assert (await browser.get(path)).status == 200
    assert "ward-grid" in (await browser.show("/")).text
    assert "P-0388" in (await browser.show("/session/s1")).text
    assert "P-0388" in (await redraw(browser, "s1")).text


async def test_a_locked_station_speaks_the_language_of_whoever_left_it_and_names_nobody() -> None:
    browser = await locked_browser()
    screen = json.loads((await browser.get("/api/screen")).text)
    assert (screen["operator"], screen["language"]) == (None, "nb")
    assert "kari" not in "".join(browser.cookies.values())
    assert "kari" not in (await browser.get("/_dash-layout")).text
    assert "Logg inn" in (await browser.get("/sign-in")).text


@pytest.mark.parametrize("path", RECORDS)
async def test_what_is_beyond_the_live_ward_needs_somebody_signed_in(path: str) -> None:
    browser = await locked_browser()
    page = await browser.get(path)
    assert (page.status, page.headers["location"]) == (303, f"/sign-in?next={path}")
    assert_refused(await browser.show(path))


async def test_a_closed_session_is_a_record() -> None:
    known = records()
    known.all_sessions = [
        session(phases=(*session().phases, PhaseEntry(Phase.DISCHARGED, T0 + 3_600_000)))
    ]
    browser = await locked_browser(records=known)
    assert (await browser.get("/session/s1")).status == 303
    assert (await browser.get("/session/unknown")).status == 303
    assert (await browser.get("/api/trace/s1")).status == 401
    assert_refused(await browser.show("/session/s1"))
    assert_refused(await redraw(browser, "s1"))


async def test_forms_are_refused_and_no_order_is_given() -> None:
    orders = ScriptedOrders()
    browser = await locked_browser(orders=orders)
    language = await browser.callback(
        f"..{ids.LANGUAGE_CHOSEN}.data...{ids.NOTICE}.children..",
        [
            {"id": ids.LANGUAGE_EN, "property": "n_clicks", "value": 1},
            {"id": ids.LANGUAGE_NB, "property": "n_clicks", "value": None},
        ],
        [
            {"id": ids.LANGUAGE_CHOSEN, "property": "data"},
            {"id": ids.NOTICE, "property": "children"},
        ],
        changedPropIds=[f"{ids.LANGUAGE_EN}.n_clicks"],
    )
    assert_refused(language)
    assert orders.given == []


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"output": 7, "inputs": []}', '{"output": "x"', "[" * 200_000]
)
async def test_what_cannot_be_understood_is_refused_whoever_asks(body: str) -> None:
    locked, open_one = await locked_browser(), Browser(create_app(parts()))
    await open_one.sign_in()
    for browser in (locked, open_one):
        page = await browser.post("/_dash-update-component", body.encode(), "application/json")
        assert page.status == 400
        assert "declares" in page.text


async def test_a_page_is_asked_for_by_one_address_of_real_text() -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    assert (await browser.show("/review/\ud800")).status == 400
    for path, search in ((None, ""), (["/"], ""), ("/", 1), ("/review/s1", "?since=1&since=2")):
        assert (await browser.show(path, search)).status == 400
    assert (await browser.show("/review/s1", "?since=1")).status == 200


@pytest.mark.parametrize("path", ["/review/s1", "/review/s1/", "//review/s1", "/settings", "/"])
@pytest.mark.parametrize("search", ["?session_id=s2", "?session_id=", "?patient=P-2002"])
async def test_no_query_says_whom_a_page_is_about(path: str, search: str) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    assert (await browser.show(path, search)).status == 400


@pytest.mark.parametrize(("depth", "status"), [(20, 200), (100, 400)])
async def test_what_is_nested_without_end_reaches_no_callback(depth: int, status: int) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    output = {"id": ids.NAV, "property": "children"}
    value = json.loads("[" * depth + "]" * depth)
    page = await browser.callback(
        f"{ids.NAV}.children",
        [{"id": ids.LOCATION, "property": "pathname", "value": value}],
        output,
    )
    assert page.status == status


async def test_a_page_of_a_record_is_not_brought_by_a_second_address() -> None:
    browser = await locked_browser()
    outputs = [
        {"id": "_pages_content", "property": "children"},
        {"id": "_pages_store", "property": "data"},
    ]
    pair = [
        {"id": ids.LOCATION, "property": "pathname", "value": path} for path in ("/review/s1", "/")
    ]
    page = await browser.callback(ROUTER, pair, outputs)
    assert page.status == 400
    assert "P-0388" not in page.text


async def test_a_visit_of_nobody_gives_no_order_whatever_asks_for_it() -> None:
    orders = ScriptedOrders()
    given = parts(orders=orders)
    result = await Visit(given, NOBODY, given.words("en"), "dark").send(CallHelp(room="1"))
    assert (result.ok, result.code) == (False, "locked")
    assert orders.given == []


async def test_a_browser_where_nobody_ever_signed_in_gets_the_form_and_no_pass() -> None:
    browser = Browser(create_app(parts()))
    await browser.submit("/sign-out")
    await browser.sign_in("anna", "wrong")
    assert browser.cookies == {}
    assert (await browser.get("/")).status == 303


async def test_a_sign_in_that_has_run_out_locks_and_never_blanks() -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    del browser.cookies[COOKIE_NAME]
    assert 'data-locked="true"' in (await browser.get("/")).text


async def test_a_pass_of_another_key_is_a_stranger() -> None:
    forged = sign_station(b"x" * 32, new_station("en", holder_tag(b"x" * 32, "anna")))
    browser = Browser(create_app(parts()), {STATION_COOKIE_NAME: forged})
    assert (await browser.get("/")).status == 303
    assert (await browser.get("/api/screen")).status == 401


async def test_a_station_stays_the_same_one_whoever_signs_in() -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    first = browser.cookies[STATION_COOKIE_NAME].partition("-")[0]
    await browser.submit("/sign-out")
    await browser.sign_in("kari", "infusion-2")
    assert browser.cookies[STATION_COOKIE_NAME].partition("-")[0] == first


async def test_the_pass_is_kept_from_scripts_and_other_sites() -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    page = await browser.submit("/sign-out")
    cookie = page.headers["set-cookie"].lower()
    assert cookie.startswith(STATION_COOKIE_NAME)
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_somebody_who_was_disabled_does_not_go_on_as_a_station() -> None:
    known = records()
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    known.all_operators[0] = replace(known.all_operators[0], disabled=True)
    assert (await browser.get("/api/screen")).status == 401
    assert browser.cookies == {}
    assert (await browser.get("/")).status == 303


async def test_who_was_disabled_does_not_go_on_with_the_pass_alone() -> None:
    known = records()
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    del browser.cookies[COOKIE_NAME]
    known.all_operators[0] = replace(known.all_operators[0], disabled=True)
    assert (await browser.get("/api/screen")).status == 401
    assert (await browser.get("/")).status == 303


async def test_a_station_shows_the_ward_on_when_another_has_signed_in_there_since() -> None:
    known = records()
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    await browser.sign_in("kari", "infusion-2")
    await browser.submit("/sign-out")
    known.all_operators[0] = replace(known.all_operators[0], disabled=True)
    assert 'data-locked="true"' in (await browser.get("/")).text


async def test_the_pages_script_signs_in_and_out_without_leaving_the_page() -> None:
    browser = await locked_browser()
    wrong = await browser.submit(
        "/sign-in", accept="application/json", operator="anna", password="x"
    )
    assert (wrong.status, json.loads(wrong.text)) == (
        401,
        {"error": "Dette navnet og passordet logger deg ikke inn."},
    )
    done = await browser.submit(
        "/sign-in", accept="application/json", operator="anna", password="infusion-1"
    )
    assert done.status == 204
    screen = json.loads((await browser.get("/api/screen")).text)
    assert screen["operator"] == {"name": "anna", "role": "nurse", "label": "anna · nurse"}
    assert 0 < screen["signed_in_for_s"] <= 12 * 3600
    assert (await browser.submit("/sign-out", accept="application/json")).status == 204
    assert json.loads((await browser.get("/api/screen")).text)["operator"] is None


async def test_a_demonstration_can_be_locked_and_opened_again_without_a_password() -> None:
    browser = Browser(create_app(parts(simulated=True, auto_sign_in="anna")))
    assert (await browser.get("/")).status == 200
    await browser.submit("/sign-out")
    assert 'data-locked="true"' in (await browser.get("/")).text
    assert "no password is needed" in (await browser.get("/sign-in")).text
    assert (await browser.submit("/sign-in", operator="anna")).status == 303
    assert "data-locked" not in (await browser.get("/")).text
    assert (await browser.submit("/sign-in", operator="kari")).status == 401


async def test_a_locked_station_finds_back_from_the_sign_in_form() -> None:
    back = "Back to the ward (locked)"
    assert back not in (await Browser(create_app(parts())).get("/sign-in")).text
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    await browser.submit("/sign-out")
    assert back in (await browser.get("/sign-in")).text
