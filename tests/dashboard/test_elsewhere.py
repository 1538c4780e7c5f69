"""No page of another origin makes a browser change anything here, or fetch what only our pages are for."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.dashboard.app import create_app
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import ScriptedOrders, parts

HOST = "ward.test"
ELSEWHERE = [
    pytest.param({"origin": "https://evil.test"}, id="another-site"),
    pytest.param({"origin": f"http://{HOST}:8051"}, id="another-port"),
    pytest.param({"origin": "null"}, id="a-sandbox"),
    pytest.param({"origin": f"file://{HOST}"}, id="a-file"),
    pytest.param({"origin": "http://[", "sec-fetch-mode": "cors"}, id="nonsense"),
    pytest.param({"sec-fetch-site": "cross-site"}, id="says-cross-site"),
    pytest.param({"sec-fetch-site": "same-site", "origin": f"http://{HOST}"}, id="says-same-site"),
]
OURS = [
    pytest.param({"origin": f"http://{HOST}"}, id="own-origin"),
    pytest.param({"origin": f"https://{HOST}"}, id="own-origin-behind-a-proxy"),
    pytest.param({"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"}, id="says-own"),
    pytest.param({}, id="no-browser"),
]


def changing_routes(app: Any) -> list[tuple[str, str]]:
    """Every route and method that may change something, with the changing parts of its path filled in."""
    return [
        (method, route.path.replace("{session_id}", "s1").replace("{path:path}", "x"))
        for route in app.server.routes
        for method in sorted(getattr(route, "methods", None) or ())
        if method not in ("GET", "HEAD")
    ]


def test_there_are_routes_that_change_something() -> None:
    paths = {path for _, path in changing_routes(create_app(parts()))}
    assert {"/sign-in", "/sign-out", "/api/simulator/happen"} <= paths


@pytest.mark.parametrize("says", ELSEWHERE)
async def test_no_route_that_changes_something_answers_a_page_of_another_origin(
    says: dict[str, str],
) -> None:
    orders = ScriptedOrders()
    app = create_app(parts(orders=orders))
    browser = Browser(app)
    await browser.sign_in()
    browser.says = says
    routes = [*changing_routes(app), ("POST", "/_dash-update-component"), ("POST", "/")]
    for _, path in routes:
        before = dict(browser.cookies)
        page = await browser.post(path, b"{}", "application/json")
        assert page.status == 403, path
        assert "set-cookie" not in page.headers, path
        assert browser.cookies == before
    assert orders.given == []


@pytest.mark.parametrize("says", ELSEWHERE)
async def test_nobody_is_signed_in_or_out_by_a_page_of_another_origin(says: dict[str, str]) -> None:
    app = create_app(parts())
    stranger = Browser(app, says=says)
    assert (await stranger.sign_in()).status == 403
    assert stranger.cookies == {}
    visitor = Browser(app)
    await visitor.sign_in()
    visitor.says = says
    assert (await visitor.submit("/sign-out")).status == 403
    visitor.says = {}
    assert (await visitor.get("/api/screen")).status == 200


@pytest.mark.parametrize("says", OURS)
async def test_our_own_pages_and_programs_sign_in_and_out(says: dict[str, str]) -> None:
    browser = Browser(create_app(parts()), says=says)
    assert (await browser.sign_in()).status == 303
    assert (await browser.show("/session/s1")).status == 200
    assert (await browser.submit("/sign-out")).status == 303


async def test_what_only_scripts_ask_for_is_not_told_to_a_page_of_another_origin() -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    browser.says = {"sec-fetch-site": "same-site"}
    for path in ("/api/screen", "/api/trace/s1", "/_dash-layout", "/_dash-dependencies"):
        assert (await browser.get(path)).status == 403, path


async def test_a_link_from_anywhere_opens_a_page() -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    browser.says = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert (await browser.get("/session/s1")).status == 200


async def test_a_visitor_whom_a_demonstration_signs_in_by_itself_is_no_way_in_for_others() -> None:
    app = create_app(parts(simulated=True, auto_sign_in="anna"))
    browser = Browser(app, says={"origin": "https://evil.test"})
    page = await browser.post("/api/simulator/clear", b"", "application/json")
    assert page.status == 403
    assert browser.cookies == {}
