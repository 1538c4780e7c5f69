"""Idle stations lock and never blank, and whoever signed in there comes back with a PIN."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from monitor.dashboard.access_log import AccessLog
from monitor.dashboard.app import create_app
from monitor.dashboard.components.own_sign_in import set_pin, sign_out_everywhere
from monitor.dashboard.returning import PIN_TRIES
from monitor.domain import facts
from monitor.identity import COOKIE_MAX_AGE_S, COOKIE_NAME, read_cookie, sign_cookie
from monitor.wire.orders import SetPin, SignOutEverywhere
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import (
    COOKIE_KEY,
    PlainHasher,
    ScriptedOrders,
    done,
    parts,
    records,
    refused,
    visit_of,
)
from tests.dashboard.records_in_memory import RecordsInMemory

IDLE_S = 15 * 60


def with_pin() -> RecordsInMemory:
    known = records()
    anna = known.all_operators[0]
    known.all_operators[0] = replace(anna, pin_hash=PlainHasher().hash("4711"))
    return known


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets so many seconds pass for cookies, and none besides: a busy machine's own would count as idle ones."""
    began = time.time()
    passed = 0.0

    def wait(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(time, "time", lambda: began + passed)
    return wait


async def screen(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await browser.get("/api/screen")).text)
    return found


async def test_a_station_without_a_hand_locks_and_the_ward_stays_in_sight(later: Any) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    assert IDLE_S - 2 <= (await screen(browser))["signed_in_for_s"] <= IDLE_S
    later(IDLE_S + 1)
    assert (await screen(browser))["operator"] is None
    for path in ("/", "/session/s1", "/api/trace/s1"):
        assert (await browser.get(path)).status == 200
    assert (await browser.get("/sessions")).status == 303


async def test_a_hand_keeps_the_sign_in_and_what_the_page_asks_by_itself_does_not(
    later: Any,
) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    later(IDLE_S - 60)
    await browser.post("/api/active", b"", "application/json")
    later(IDLE_S - 60)
    assert (await screen(browser))["operator"]["name"] == "anna"
    later(61)
    assert (await screen(browser))["operator"] is None
    await browser.post("/api/active", b"", "application/json")
    assert (await screen(browser))["operator"] is None


async def test_no_hand_keeps_a_sign_in_beyond_its_shift(later: Any) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    for _ in range(COOKIE_MAX_AGE_S // (IDLE_S - 60) + 1):
        later(IDLE_S - 60)
        await browser.post("/api/active", b"", "application/json")
    assert (await screen(browser))["operator"] is None


async def test_whoever_signed_in_here_comes_back_with_the_pin_for_the_rest_of_the_shift(
    later: Any,
) -> None:
    given = parts(records=with_pin())
    browser = Browser(create_app(given))
    assert (await browser.sign_in("anna", "4711")).status == 401
    await browser.sign_in()
    until_s = given_until(browser)
    later(IDLE_S + 1)
    assert (await browser.sign_in("anna", "4711")).status == 303
    assert given_until(browser) == until_s
    assert [n.detail for _, n in given.access_log.waiting if n.what == "signed_in"] == [
        "password",
        "PIN",
    ]
    later(COOKIE_MAX_AGE_S)
    assert (await browser.sign_in("anna", "4711")).status == 401


def given_until(browser: Browser) -> int:
    found = read_cookie(COOKIE_KEY, browser.cookies[COOKIE_NAME])
    assert found is not None
    return found.until_s


async def test_a_pin_is_no_use_at_a_station_where_its_owner_did_not_sign_in() -> None:
    app = create_app(parts(records=with_pin()))
    await Browser(app).sign_in()
    elsewhere = Browser(app)
    await elsewhere.sign_in("kari", "infusion-2")
    assert (await elsewhere.sign_in("anna", "4711")).status == 401


async def test_after_a_few_wrong_pins_the_password_is_wanted() -> None:
    browser = Browser(create_app(parts(records=with_pin())))
    await browser.sign_in()
    for _ in range(PIN_TRIES):
        assert (await browser.sign_in("anna", "0000")).status == 401
    assert (await browser.sign_in("anna", "4711")).status == 401
    assert (await browser.sign_in()).status == 303
    assert (await browser.sign_in("anna", "4711")).status == 303


async def test_a_sign_out_everywhere_locks_each_browser_and_ends_the_pin() -> None:
    known = with_pin()
    app = create_app(parts(records=known))
    one, other = Browser(app), Browser(app)
    await one.sign_in()
    await other.sign_in()
    known.all_operators[0] = replace(known.all_operators[0], generation=1)
    for browser in (one, other):
        assert (await screen(browser))["operator"] is None
        assert (await browser.get("/")).status == 200
        assert (await browser.sign_in("anna", "4711")).status == 401
    await one.sign_in()
    assert (await screen(one))["operator"]["name"] == "anna"


async def test_a_new_password_ends_the_pass_of_a_browser_and_its_holder_earns_another() -> None:
    known = records()
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    await browser.submit("/sign-out")
    assert (await browser.get("/api/trace/s1")).status == 200
    known.all_operators[0] = replace(known.all_operators[0], generation=1, passwords=1)
    for path in ("/api/screen", "/api/trace/s1"):
        assert (await browser.get(path)).status == 401
    await browser.sign_in()
    await browser.submit("/sign-out")
    assert (await browser.get("/api/trace/s1")).status == 200


@pytest.mark.parametrize(
    "value", ["anna", "0.900.1.anna", "a.x.900.1.anna", "a.0.900.1", "0.900.9999999999.o.r"]
)
def test_a_cookie_of_another_form_is_a_stranger(value: str) -> None:
    signed = sign_cookie(COOKIE_KEY, "anna")
    assert read_cookie(COOKIE_KEY, signed) is not None
    assert (
        read_cookie(COOKIE_KEY, value + signed[signed.rindex(".", 0, signed.rindex(".")) :]) is None
    )


async def test_signing_out_ends_the_sign_in_for_whoever_kept_its_cookie(later: Any) -> None:
    given = parts()
    app = create_app(given)
    browser = Browser(app)
    await browser.sign_in()
    later(60)
    copied = Browser(app, dict(browser.cookies))
    await browser.post("/api/active", b"", "application/json")
    renewed = Browser(app, dict(browser.cookies))
    elsewhere = Browser(app)
    await elsewhere.sign_in()
    await browser.submit("/sign-out")
    for kept in (copied, renewed):
        assert (await screen(kept))["operator"] is None
        await kept.post("/api/active", b"", "application/json")
        assert (await screen(kept))["operator"] is None
    assert (await screen(elsewhere))["operator"]["name"] == "anna"
    await browser.sign_in()
    assert (await screen(browser))["operator"]["name"] == "anna"


async def test_a_sign_in_that_was_ended_stays_so_when_the_dashboard_starts_again() -> None:
    known = records()
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    found = read_cookie(COOKIE_KEY, browser.cookies[COOKIE_NAME])
    assert found is not None
    body = facts.AccessNoted("signed_out", "", "", "", "", 0, found.id)
    known.all_facts = [facts.Fact(1, "anna", None, body)]
    again = Browser(create_app(parts(records=known)), dict(browser.cookies))
    assert (await screen(again))["operator"] is None


@pytest.mark.parametrize(
    ("accept", "said"), [("text/html", "only"), ("application/json", "not told")]
)
async def test_signing_out_without_the_gateway_ends_it_here_and_says_where_it_does_not(
    accept: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccessLog.told, "__defaults__", (0.05,))
    orders = ScriptedOrders(answers=[done(), None, None])
    browser = Browser(create_app(replace(parts(), access_log=AccessLog(orders, retry_s=0.1))))
    await browser.sign_in()
    kept = Browser(browser.app, dict(browser.cookies))
    page = await browser.submit("/sign-out", accept=accept)
    assert (page.status, said in page.text) == (202, True)
    assert (await screen(browser))["operator"] is None
    assert (await screen(kept))["operator"] is None
    async with asyncio.timeout(10):
        while len(orders.given) < 4:
            await asyncio.sleep(0.01)
    last = orders.given[-1][0]
    assert (last.what, len(last.sign_in)) == ("signed_out", 16)


async def test_a_pin_is_set_with_the_password_and_what_is_wrong_is_said() -> None:
    waits = refused("too_many_tries").model_copy(update={"result": {"wait_s": 61}})
    orders = ScriptedOrders(answers=[refused("wrong_password", "password"), waits])
    visit = visit_of(parts(orders=orders))
    assert "4 to 12 digits" in await set_pin(visit, "infusion-1", "12a4")
    assert await set_pin(visit, "wrong", "4711") == "This is not your password."
    assert "again in 2 minutes" in await set_pin(visit, "wrong", "4711")
    assert await set_pin(visit, "infusion-1", "4711") == "Your PIN is set."
    assert await sign_out_everywhere(visit) == "You are signed out everywhere."
    given = [order for order, _ in orders.given]
    assert given[2:] == [
        SetPin(pin="4711", password="infusion-1"),
        SignOutEverywhere(operator="anna"),
    ]
