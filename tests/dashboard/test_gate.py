from __future__ import annotations

import re
from dataclasses import replace

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.settings import DashboardSettings
from monitor.identity import COOKIE_NAME, sign_cookie
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import COOKIE_KEY, parts, records

PAGES = ["/", "/session/s1", "/sessions", "/unassigned", "/settings"]
MACHINERY = [
    "/api/screen",
    "/api/trace/s1",
    "/_dash-layout",
    "/_dash-dependencies",
    "/_dash-component-suites/dash/deps/react.js",
    "/_reload-hash",
]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_sends_a_stranger_to_the_sign_in_form(path: str) -> None:
    page = await Browser(create_app(parts())).get(path)
    assert page.status == 303
    assert page.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", MACHINERY)
async def test_nothing_behind_the_pages_answers_a_stranger(path: str) -> None:
    assert (await Browser(create_app(parts())).get(path)).status == 401


async def test_callbacks_do_not_run_for_a_stranger() -> None:
    assert (await Browser(create_app(parts())).show("/session/s1")).status == 401


async def test_a_forged_cookie_is_a_stranger() -> None:
    forged = sign_cookie(b"x" * 32, "anna")
    browser = Browser(create_app(parts()), {COOKIE_NAME: forged})
    assert (await browser.get("/api/screen")).status == 401


async def test_signing_in_opens_the_page_that_was_wanted() -> None:
    browser = Browser(create_app(parts()))
    wanted = await browser.get("/session/s1")
    form = await browser.get(wanted.headers["location"])
    assert 'name="next" value="/session/s1"' in form.text
    page = await browser.submit(
        "/sign-in", operator="anna", password="infusion-1", next="/session/s1"
    )
    assert (page.status, page.headers["location"]) == (303, "/session/s1")
    assert (await browser.get("/session/s1")).status == 200


async def test_the_cookie_is_kept_from_scripts_and_other_sites() -> None:
    page = await Browser(create_app(parts())).sign_in()
    cookie = page.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_a_refusal_does_not_say_which_part_was_wrong() -> None:
    app = create_app(parts())
    wrong_password = await Browser(app).sign_in("anna", "nonsense")
    unknown_name = await Browser(app).sign_in("nobody", "infusion-1")
    assert wrong_password.status == unknown_name.status == 401
    sentence = "This name and password do not sign you in."
    assert sentence in wrong_password.text
    assert wrong_password.text.replace("anna", "") == unknown_name.text.replace("nobody", "")


async def test_a_refused_name_is_kept_and_cannot_inject_markup() -> None:
    page = await Browser(create_app(parts())).sign_in('"><script>', "x")
    assert "<script>" not in page.text
    assert "&quot;&gt;&lt;script&gt;" in page.text


async def test_signing_in_never_leads_to_another_site() -> None:
    browser = Browser(create_app(parts()))
    for elsewhere in ("//evil.test", "/\\evil.test", "https://evil.test"):
        page = await browser.submit(
            "/sign-in", operator="anna", password="infusion-1", next=elsewhere
        )
        assert page.headers["location"] == "/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "///evil.test",
        "/\\/evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "evil.test",
        "javascript:1",
        "",
    ],
)
async def test_nor_does_an_address_that_a_browser_would_straighten_out(elsewhere: str) -> None:
    page = await Browser(create_app(parts())).submit(
        "/sign-in", operator="anna", password="infusion-1", next=elsewhere
    )
    assert page.headers["location"] == "/"


async def test_a_form_of_enormous_size_signs_nobody_in() -> None:
    page = await Browser(create_app(parts())).sign_in("anna", "x" * 100_000)
    assert page.status == 401


async def test_a_disabled_operator_is_out_at_once() -> None:
    known = records()
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    assert (await browser.get("/api/screen")).status == 200
    known.all_operators[0] = replace(known.all_operators[0], disabled=True)
    assert (await browser.get("/api/screen")).status == 401
    assert (await browser.sign_in()).status == 401


async def test_a_simulated_directory_may_sign_every_visitor_in() -> None:
    browser = Browser(create_app(parts(simulated=True, auto_sign_in="anna")))
    assert (await browser.get("/")).status == 200
    assert COOKIE_NAME in browser.cookies
    assert '"anna"' in (await browser.get("/api/screen")).text


def test_a_real_directory_signs_nobody_in_by_itself() -> None:
    with pytest.raises(ValueError, match="simulated"):
        DashboardSettings(assets=None, simulated=False, cookie_key=COOKIE_KEY, auto_sign_in="a")  # type: ignore[arg-type]


async def test_the_sign_in_form_says_that_data_are_simulated() -> None:
    simulated = await Browser(create_app(parts(simulated=True))).get("/sign-in")
    real = await Browser(create_app(parts())).get("/sign-in")
    assert "data-simulated" in simulated.text
    assert "data-simulated" not in real.text


async def test_the_sign_in_form_is_in_the_clinics_language() -> None:
    page = await Browser(create_app(parts(language="nb"))).get("/sign-in")
    assert "Logg inn" in page.text
    assert '<html lang="nb"' in page.text


async def test_an_address_that_does_not_exist_is_said_not_to() -> None:
    browser = Browser(create_app(parts(simulated=True)))
    await browser.sign_in()
    page = await browser.get("/series/P-0388/x")
    assert page.status == 404
    assert "There is no such page" in page.text
    assert 'data-connection="lost"' in page.text
    assert "data-simulated" in page.text


async def test_no_page_fetches_anything_from_elsewhere() -> None:
    browser = Browser(create_app(parts()))
    form = await browser.get("/sign-in")
    await browser.sign_in()
    for page in (form, await browser.get("/"), await browser.get("/session/s1")):
        fetched = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert fetched
        assert [address for address in fetched if not address.startswith("/")] == []
        assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_pages_stay_out_of_caches() -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    for path in ("/", "/api/screen", "/api/trace/s1"):
        assert (await browser.get(path)).headers["cache-control"] == "no-store"


async def test_dashs_own_callback_socket_is_closed() -> None:
    sent = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message["type"])

    app = create_app(parts())
    await app.server({"type": "websocket", "path": "/_dash-ws-callback"}, None, send)
    assert sent == ["websocket.close"]


@pytest.mark.parametrize(
    "path",
    [
        "/session/s99",
        "/review/s99",
        "/review/..",
        "/review/S1",
        "/review/s1\n",
        "/review/s1\x00",
        "/review/" + "s" * 5000,
        "/series/P-0000",
        "/series/Kari Nordmann",
        "/paper/none",
    ],
)
async def test_a_page_of_what_is_not_on_record_is_the_page_and_is_not_found(path: str) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    page = await browser.get(path)
    assert page.status == 404
    assert "_dash-config" in page.text


@pytest.mark.parametrize("path", ["/review/", "/review/s1/", "/review/s1/../s2", "/review//s1"])
async def test_a_path_that_leads_to_no_page_is_not_found(path: str) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    page = await browser.get(path)
    assert page.status == 404
    assert "_dash-config" not in page.text


@pytest.mark.parametrize(
    "path", ["/session/s1", "/review/s1", "/series/P-0388", "/paper/ketamine_iv"]
)
async def test_a_page_of_what_is_on_record_is_found(path: str) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    assert (await browser.get(path)).status == 200
