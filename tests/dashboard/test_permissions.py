"""Who reaches what at the dashboard, over HTTP: every route, page and callback by every peer, as the table says."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
import uvicorn

from monitor.dashboard import ids
from monitor.dashboard.app import create_app
from monitor.dashboard.asked import ROUTER
from monitor.dashboard.desk import DeskUnreachableError
from monitor.dashboard.doors import CALLBACKS, PAGE_ACTIONS, ROUTES, Doors
from monitor.dashboard.pages import PAGES
from monitor.dashboard.permission_rows import WORDS, permission_rows, role_heads
from monitor.dashboard.visit import Parts
from monitor.domain.permissions import (
    FEED_READINGS,
    MAY_DO,
    MAY_ORDER,
    NURSE,
    OPEN_RECORD,
    REHEARSE,
    ROLES,
    SEE_FIGURES,
    SEE_HEALTH,
    SEE_METRICS,
    SEE_PLAN,
    SEE_SETTINGS,
    SEE_WARD,
    SIGN_IN,
    SPEAK_FOR_OPERATORS,
    STATION,
    STEP_CLOCK,
    STRANGER,
    may_do,
)
from monitor.domain.registry import Operator
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.identity import (
    COOKIE_NAME,
    STATION_COOKIE_NAME,
    holder_tag,
    new_station,
    sign_cookie,
    sign_station,
)
from tests.dashboard.clinic import COOKIE_KEY, T0, parts, records, session

ENDED = replace(
    session(), id="s2", phases=(*session().phases, PhaseEntry(Phase.DISCHARGED, T0 + 3_600_000))
)
PEERS = (*ROLES, STATION, STRANGER)
REFUSED = {303, 401, 403}


class SilentDesk:
    """A desk that gives no answer."""

    async def ask(self, do: str, **_given: Any) -> dict[str, Any]:
        raise DeskUnreachableError(do)


@dataclass(frozen=True)
class Site:
    """A dashboard that listens; ``callbacks`` has the action of each callback, as the gate knows it."""

    app: Any
    port: int
    simulated: bool
    callbacks: dict[str, str]

    def ask(self, method: str, path: str, peer: str, body: Any = None) -> int:
        """The status of the answer."""
        return self.answer(method, path, peer, body)[0]

    def answer(self, method: str, path: str, peer: str, body: Any = None) -> tuple[int, str]:
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            headers = {"Cookie": cookies_of(peer), "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")


def cookies_of(peer: str) -> str:
    left = new_station("en", holder_tag(COOKIE_KEY, NURSE))
    station = f"{STATION_COOKIE_NAME}={sign_station(COOKIE_KEY, left)}"
    if peer in ROLES:
        return f"{station}; {COOKIE_NAME}={sign_cookie(COOKIE_KEY, peer)}"
    return station if peer == STATION else "theme=dark"


@pytest.fixture(scope="module", params=[False, True], ids=["real", "simulated"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    known = records()
    known.all_operators = [Operator(role, role, "no password") for role in ROLES]
    known.all_sessions = [session(), ENDED]
    given = parts(records=known, simulated=request.param)
    with listening(replace(given, desk=SilentDesk() if request.param else None)) as found:
        # Dash has its router from its first request on.
        found.ask("GET", "/_dash-dependencies", NURSE)
        yield found


@contextlib.contextmanager
def listening(given: Parts) -> Iterator[Site]:
    callbacks: dict[str, str] = {}

    def doors(known: dict[str, str], declared: Any) -> Doors:
        callbacks.update(known)
        return Doors(known, declared)

    with patch("monitor.dashboard.app.Doors", doors):
        app = create_app(given)
    server = uvicorn.Server(uvicorn.Config(app.server, lifespan="off", log_config=None))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Site(app, listener.getsockname()[1], given.settings.simulated, callbacks)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def address(template: str, session_id: str) -> str:
    """An address of this route or page."""
    named = template.replace("<", "{").replace(">", "}").replace(":path", "")
    values = {"session_id": session_id, "protocol_name": "ketamine_iv", "patient": "P-0388"}
    values |= {
        "package_name": "dash",
        "fingerprinted_path": "dcc/async-upload.js",
        "path": "tokens.css",
    }
    return named.format(**values)


def action_at(action: str, template: str, session_id: str) -> str:
    is_over = "session_id" in template and session_id == ENDED.id
    return OPEN_RECORD if is_over and action == SEE_WARD else action


def test_every_route_and_page_is_in_the_table(site: Site) -> None:
    paths = {str(route.path).rstrip("/") for route in site.app.server.routes}
    # Dash's own socket is closed by the gate; its index page stands for every page.
    rest = {"", "/_dash-ws-callback", CALLBACKS, "/{path:path}"}
    known = {path.removesuffix("/{path:path}") for path in ROUTES}
    assert paths - rest <= known
    assert {page.name for page in PAGES} <= PAGE_ACTIONS.keys()
    assert {*ROUTES.values(), *PAGE_ACTIONS.values()} <= MAY_DO.keys()


def test_each_route_answers_those_whom_the_table_names_and_nobody_else(site: Site) -> None:
    methods = {str(route.path): getattr(route, "methods", None) for route in site.app.server.routes}
    for (path, action), peer, one in product(ROUTES.items(), PEERS, ("s1", ENDED.id)):
        if one == ENDED.id and "session_id" not in path:
            continue
        # Whether a session is open decides about the ward only; elsewhere one that is not there is asked for quickly.
        asked = one if action == SEE_WARD else "s9"
        for method in sorted(methods.get(path) or {"GET"}):
            given: Any = {} if method == "POST" else None
            status = site.ask(method, address(path, asked), peer, given)
            wanted = may_do(peer, action_at(action, path, one), simulated=site.simulated)
            # Signing out leads away on purpose.
            refused = status in REFUSED and path != "/sign-out"
            assert refused is not wanted or action == SIGN_IN, (method, path, one, peer, status)


def test_each_page_is_shown_to_those_whom_the_table_names_and_nobody_else(site: Site) -> None:
    templates = [(page, page.path_template or page.path or "/") for page in PAGES]
    for (page, template), peer, one in product(templates, PEERS, ("s1", ENDED.id)):
        if one == ENDED.id and "session_id" not in template:
            continue
        status = site.ask("GET", address(template, one), peer)
        action = action_at(PAGE_ACTIONS[page.name], template, one)
        wanted = may_do(peer, action, simulated=site.simulated)
        assert (status in REFUSED) is not wanted, (page.name, one, peer, status)


def test_each_page_asks_who_looks_also_within_the_app(site: Site) -> None:
    for page, role in product(PAGES, ROLES):
        template = page.path_template or page.path or "/"
        status, text = site.answer("POST", CALLBACKS, role, shown(address(template, ENDED.id)))
        action = action_at(PAGE_ACTIONS[page.name], template, ENDED.id)
        barred = "Your role may not see this" in text
        assert status == 200
        assert barred is not may_do(role, action, simulated=site.simulated), (page.name, role)


def test_each_callback_is_refused_to_those_whom_its_page_is_not_for(site: Site) -> None:
    assert len(keys_of(site)) > 40
    assert set(keys_of(site)) <= site.callbacks.keys()
    for key, peer in product(keys_of(site), PEERS):
        body = asked_of(site, key, ENDED.id if peer != STATION else None)
        names_session = any(one["id"] == ids.SESSION_ID for one in parts_of(body))
        status = site.ask("POST", CALLBACKS, peer, body)
        if peer == STRANGER:
            assert status == 401, key
        elif peer == STATION:
            assert (status == 204) is (key != f"{ids.NAV}.children"), key
        else:
            action = site.callbacks[key]
            # Of a session that is over: it is no longer of the ward.
            action = OPEN_RECORD if names_session and action == SEE_WARD else action
            wanted = may_do(peer, action, simulated=site.simulated)
            assert (status == 403) is not wanted, (key, peer, status)
            assert status != 400, key


# Who may what in a simulated directory has no part in it.
@pytest.mark.parametrize("site", [False], indirect=True)
def test_no_callback_is_run_for_anybody_but_as_it_is_declared(site: Site) -> None:
    for key in [*keys_of(site), ROUTER]:
        for otherwise, body in wrongly(asked_of(site, key, ENDED.id)):
            for peer in PEERS:
                status, text = site.answer("POST", CALLBACKS, peer, body)
                assert status == (401 if peer == STRANGER else 400), (key, otherwise, peer)
                assert ENDED.patient not in text


def keys_of(site: Site) -> list[str]:
    """Every callback that runs here, but the router's own: that one brings a page, which asks by itself."""
    calls = site.app.callback_map.items()
    return [key for key, call in calls if call.get("callback") and key != ROUTER]


def asked_of(site: Site, key: str, session_id: str | None) -> dict[str, Any]:
    """What the page's script would ask of this callback, on the page of a session."""
    call = site.app.callback_map[key]
    values = {ids.SESSION_ID: session_id, ids.LOCATION: f"/review/{session_id}"}

    def filled(one: dict[str, str]) -> dict[str, Any]:
        value = "" if one["property"] == "search" else values.get(one["id"])
        return {"id": one["id"], "property": one["property"], "value": value}

    several = key.startswith("..")
    outputs: list[Any] = []
    for one in key[2:-2].split("...") if several else [key]:
        id_, _, name = one.rpartition(".")
        outputs.append([] if "ALL" in id_ else {"id": id_, "property": name})
    body: dict[str, Any] = {"output": key, "outputs": outputs if several else outputs[0]}
    body["inputs"] = [filled(one) for one in call["inputs"]]
    if call["state"]:
        body["state"] = [filled(one) for one in call["state"]]
    return {**body, "changedPropIds": []}


def parts_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [*body["inputs"], *body.get("state", [])]


def wrongly(asked: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same request in every way that its callback does not declare."""
    more = {"id": ids.SESSION_ID, "property": "data", "value": None}
    yield "no outputs", {**asked, "outputs": []}
    yield "changed elsewhere", {**asked, "changedPropIds": ["x.data"]}
    yield "no inputs", {name: asked[name] for name in asked if name != "inputs"}
    for kind in ("inputs", "state"):
        parts = asked.get(kind, [])
        yield f"one more of {kind}", {**asked, kind: [*parts, more]}
        yield f"no list of {kind}", {**asked, kind: {}}
        if len(parts) > 1:
            yield f"{kind} the other way round", {**asked, kind: parts[::-1]}
        for place, one in enumerate(parts):
            others = (parts[:place], parts[place + 1 :])
            for otherwise, given in (
                (f"{kind}: one missing", []),
                (f"{kind}: one twice", [one, one]),
                (f"{kind}: one again, of nothing", [one, {**one, "value": None}]),
                (f"{kind}: one renamed", [{**one, "id": "x"}]),
                (f"{kind}: another property", [{**one, "property": "x"}]),
                (f"{kind}: one without a name", [{"value": one["value"]}]),
                (f"{kind}: one as a list", [[one]]),
                (f"{kind}: one as nothing", [None]),
            ):
                yield otherwise, {**asked, kind: [*others[0], *given, *others[1]]}


def test_what_only_some_may_do_has_callbacks_of_its_own(site: Site) -> None:
    actions = set(site.callbacks.values())
    assert actions <= MAY_DO.keys()
    assert {SEE_PLAN, OPEN_RECORD, SEE_FIGURES, REHEARSE, SEE_SETTINGS} <= actions


def test_a_callback_that_nobody_knows_is_not_run(site: Site) -> None:
    for key in ("made-up.children", "", 7, None):
        body: dict[str, Any] = {"output": key, "outputs": [], "inputs": []}
        assert site.ask("POST", CALLBACKS, "administrator", body) == 400


def shown(path: str) -> dict[str, Any]:
    """What the page's script asks when the reader follows a link."""
    return {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }


def test_settings_tells_every_order_and_every_action_of_a_person() -> None:
    for_machines = {SEE_HEALTH, SEE_METRICS, FEED_READINGS, SPEAK_FOR_OPERATORS, STEP_CLOCK}
    for_machines |= {"note_access"}
    assert WORDS.keys() == (MAY_ORDER.keys() | MAY_DO.keys()) - for_machines - {SIGN_IN}
    words = parts().words("en")
    rows = permission_rows(words, simulated=False)
    assert role_heads(words) == ["Nurse", "Clinician", "Administrator", "Tester"]
    [who] = [who for may, who in rows if "sign a review" in may]
    assert who == ["no", "yes", "no", "no"]


def test_the_navigation_leads_a_role_to_what_it_may_see_only(site: Site) -> None:
    body = {
        "output": f"{ids.NAV}.children",
        "outputs": {"id": ids.NAV, "property": "children"},
        "inputs": [{"id": ids.LOCATION, "property": "pathname", "value": "/"}],
        "changedPropIds": [f"{ids.LOCATION}.pathname"],
    }
    assert "Sessions" in site.answer("POST", CALLBACKS, "nurse", body)[1]
    assert ("Sessions" in site.answer("POST", CALLBACKS, "tester", body)[1]) is site.simulated
