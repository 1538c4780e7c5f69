from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from monitor import dashboard
from monitor.dashboard import ids
from monitor.dashboard.app import create_app
from monitor.dashboard.components import shell
from monitor.dashboard.pages import PAGES
from monitor.domain.facts import AlarmChanged, AlarmsTested, Fact
from monitor.domain.readings import MINUTE, Metric
from monitor.domain.registry import Operator
from monitor.service.review_ports import ErasedSession
from tests import past_session
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import (
    T0,
    PlainHasher,
    ScriptedOrders,
    parts,
    reading,
    records,
    refused,
    session,
    stored,
    visit_of,
    visiting,
)

DASHS_OWN = {"_pages_location", "_pages_content", "_pages_store", "_pages_dummy"}
SOURCES = sorted(Path(dashboard.__file__).parent.rglob("*.py"))


async def signed_in(**changes: Any) -> Browser:
    browser = Browser(create_app(parts(**changes)))
    await browser.sign_in()
    return browser


def all_ids(layout: Any) -> set[str]:
    found = {component.id for component in layout._traverse() if getattr(component, "id", None)}
    return found | ({layout.id} if getattr(layout, "id", None) else set())


@pytest.mark.parametrize(
    "path", ["/", "/session/s1", "/sessions", "/alarms", "/unassigned", "/settings"]
)
async def test_every_page_is_shown(path: str) -> None:
    browser = await signed_in()
    assert (await browser.get(path)).status == 200
    page = await browser.show(path)
    assert page.status == 200
    assert "404" not in page.text


async def test_a_page_opened_first_has_the_scripts_and_styles_too() -> None:
    page = await (await signed_in()).get("/session/s1")
    assert "/assets/" in page.text
    assert ".css" in page.text


async def test_two_dashboards_in_one_process_show_their_own_records() -> None:
    here, there = records(), records()
    there.all_sessions = [session(patient="P-OTHER")]
    first, second = await signed_in(records=here), await signed_in(records=there)
    for _again in range(2):
        assert "P-0388" in (await first.show("/session/s1")).text
        assert "P-OTHER" in (await second.show("/session/s1")).text
        assert "P-OTHER" not in (await first.show("/session/s1")).text
        assert "P-OTHER" not in (await first.show("/sessions")).text


async def ids_of_callbacks() -> tuple[set[str], set[str]]:
    """The plain ids and the patterns, as Dash writes them."""
    browser = await signed_in()
    used = set()
    for callback in json.loads((await browser.get("/_dash-dependencies")).text):
        used |= {part["id"] for part in callback["inputs"] + callback["state"]}
        outputs = callback["output"].strip(".").split("...")
        used |= {output.partition("@")[0].rsplit(".", 1)[0] for output in outputs if "." in output}
    patterns = {one for one in used if one.startswith("{")}
    return used - patterns, patterns


def shape_of(told: dict[str, Any]) -> tuple[str, frozenset[str]]:
    """An id of many parts without what tells one part from the next: its type, and the names of its keys."""
    return told["type"], frozenset(told)


def layouts_of_a_session_with_everything() -> list[Any]:
    """Every page, those of one session and one patient for a session with alarms, entries and phases."""
    known = records()
    known.all_facts = list(past_session.course(past_session.STARTED + 98 * MINUTE))
    changed = [fact.body for fact in known.all_facts if isinstance(fact.body, AlarmChanged)]
    known.all_alarms = list({alarm.alarm_id: alarm for alarm in changed}.values())
    about = {"session_id": "s1", "patient": "P-0388", "protocol_name": "ketamine_iv"}
    with visiting(visit_of(parts(records=known))):
        return [
            page.layout(
                **{k: v for k, v in about.items() if f"<{k}>" in (page.path_template or "")}
            )
            for page in PAGES
        ]


async def test_every_id_of_a_callback_is_in_a_layout() -> None:
    plain, _patterns = await ids_of_callbacks()
    staff = records()
    # To whom everything is shown.
    staff.all_operators[0] = replace(staff.all_operators[0], role="administrator")
    with visiting(visit_of(parts(records=staff))):
        known = all_ids(shell.layout()).union(*(all_ids(page.layout()) for page in PAGES))
    assert plain - known - DASHS_OWN == set()


async def test_every_id_of_many_parts_is_drawn_and_answered() -> None:
    _plain, patterns = await ids_of_callbacks()
    drawn = [part for page in layouts_of_a_session_with_everything() for part in page._traverse()]
    ids_drawn = [getattr(part, "id", None) for part in drawn]
    assert patterns
    assert {shape_of(json.loads(one)) for one in patterns} == {
        shape_of(one) for one in ids_drawn if isinstance(one, dict)
    }


def test_layouts_may_be_drawn_again() -> None:
    with visiting(visit_of(parts())):
        for page in PAGES:
            assert page.layout().to_plotly_json().keys() == page.layout().to_plotly_json().keys()


def test_ids_are_written_in_one_module_only() -> None:
    known = {value for name, value in vars(ids).items() if name.isupper()}
    assert len(known) == len([name for name in vars(ids) if name.isupper()])
    for source in SOURCES:
        if source.name == "ids.py":
            continue
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "id":
                assert not isinstance(node.value, ast.Constant), (
                    f"{source.name}:{node.value.lineno}"
                )


def test_no_callback_polls() -> None:
    for source in SOURCES:
        assert "dcc.Interval" not in source.read_text(encoding="utf-8")


async def test_pages_are_checked_here_and_carry_one_layout_where_they_are_served() -> None:
    sizes = []
    for has_checks in (True, False):
        browser = Browser(create_app(parts(), has_checks=has_checks))
        await browser.sign_in()
        sizes.append(len((await browser.get("/")).text))
    assert sizes[0] > 5 * sizes[1]


async def test_plotly_is_the_one_that_dash_would_draw_with_and_stays_in_the_browser() -> None:
    whole = (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
    version = re.search(r"plotly\.js v([0-9.]+)", whole)
    assert version is not None
    address = f"/assets/plotly/plotly-basic-{version[1]}.min.js"
    browser = await signed_in()
    assert f'"{address}"' in (await browser.get("/assets/69_review_figure.js")).text
    script = await browser.get(address)
    assert script.status == 200
    assert "immutable" in script.headers["cache-control"]
    # Each page that needs it asks for it.
    assert address not in (await browser.get("/")).text


def test_callbacks_are_short() -> None:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                isinstance(d, ast.Call) and ast.unparse(d.func) == "app.callback"
                for d in node.decorator_list
            ):
                assert (node.end_lineno or 0) - node.lineno < 12, f"{source.name}:{node.lineno}"


async def test_the_screen_description_tells_who_looks_and_in_which_words() -> None:
    browser = Browser(create_app(parts(simulated=True)))
    await browser.sign_in("kari", "infusion-2")
    told = json.loads((await browser.get("/api/screen")).text)
    assert told["language"] == "nb"
    assert told["operator"] == {"name": "kari", "role": "nurse", "label": "kari · sykepleier"}
    assert told["simulated"] is True
    assert (told["gateway_url"], told["gateway_port"]) == (None, 8051)
    assert told["strings"]["Acknowledge"] == "Kvitter"


async def test_a_name_is_typed_in_any_case_and_signed_in_as_it_is_on_record() -> None:
    browser = Browser(create_app(parts()))
    assert (await browser.sign_in("ANNA", "wrong")).status == 401
    assert (await browser.sign_in("Anna", "infusion-1")).status == 303
    told = json.loads((await browser.get("/api/screen")).text)
    assert told["operator"]["name"] == "anna"


async def test_two_old_names_that_differ_by_case_are_typed_as_they_are() -> None:
    known = records()
    hasher = PlainHasher()
    known.all_operators.append(Operator("Anna", "nurse", hasher.hash("infusion-9")))
    browser = Browser(create_app(parts(records=known)))
    assert (await browser.sign_in("ANNA", "infusion-1")).status == 401
    assert (await browser.sign_in("Anna", "infusion-1")).status == 401
    assert (await browser.sign_in("anna", "infusion-1")).status == 303


async def test_a_trace_comes_with_the_batch_it_goes_up_to() -> None:
    known = records()
    known.all_readings = [
        stored(reading(Metric.SPO2, T0, 97.0), seq=3),
        stored(reading(Metric.SPO2, T0 + 1000, 96.0), seq=4),
    ]
    browser = await signed_in(records=known)
    trace = json.loads((await browser.get("/api/trace/s1?after_batch=3")).text)
    assert trace["batch"] == 4
    assert [point[4] for point in trace["points"]] == [96.0]
    assert (await browser.get("/api/trace/s99")).status == 404


async def test_a_patients_chart_cannot_be_sent_to_anybody() -> None:
    shown = json.loads((await (await signed_in()).show("/session/s1")).text)
    text = json.dumps(shown)
    assert '"showSendToCloud": false' in text
    assert '"plotlyServerURL": ""' in text


async def test_an_unassigned_reading_is_listed_and_on_no_session() -> None:
    known = records()
    known.all_readings = [stored(reading(Metric.PULSE_RATE, T0, 123.0), session_id=None)]
    browser = await signed_in(records=known)
    assert "Pulse 123" in (await browser.show("/unassigned")).text
    assert "123" not in (await browser.get("/api/trace/s1")).text


async def test_a_session_that_does_not_exist_is_said_not_to() -> None:
    page = await (await signed_in()).show("/session/s99")
    assert "There is no such session" in page.text


async def test_a_session_that_was_erased_is_said_to_have_been() -> None:
    known = records()
    known.all_erased["s99"] = ErasedSession(T0, "kari", "ola")
    page = await (await signed_in(records=known)).show("/session/s99")
    assert "Session s99 was erased on" in page.text
    assert "by kari and ola" in page.text


async def choose_norwegian(browser: Browser) -> Any:
    page = await browser.callback(
        "..language-chosen.data...notice.children..",
        [
            {"id": "language-en", "property": "n_clicks", "value": 0},
            {"id": "language-nb", "property": "n_clicks", "value": 1},
        ],
        [
            {"id": "language-chosen", "property": "data"},
            {"id": "notice", "property": "children"},
        ],
        changedPropIds=["language-nb.n_clicks"],
    )
    return json.loads(page.text)["response"]


async def test_a_language_is_chosen_by_an_order_of_the_operator() -> None:
    orders = ScriptedOrders()
    told = await choose_norwegian(await signed_in(orders=orders))
    assert told["language-chosen"]["data"] == "nb"
    assert [(order.kind, by) for order, by in orders.given] == [("choose_language", "anna")]


@pytest.mark.parametrize("answer", [None, refused("degraded")])
async def test_a_language_that_could_not_be_chosen_is_told(answer: Any) -> None:
    told = await choose_norwegian(await signed_in(orders=ScriptedOrders([answer])))
    assert told["language-chosen"]["data"] is None
    assert "nothing was changed" in told["notice"]["children"]


async def test_a_broken_callback_is_told_and_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = records()
    browser = await signed_in(records=known)
    await browser.show("/sessions")
    monkeypatch.setattr(known, "rooms", lambda: 1 / 0)
    page = await browser.show("/sessions")
    assert "This part of the page failed" in page.text
    assert "ZeroDivisionError" in caplog.text


async def press_alarm_test(*answers: Any) -> str:
    orders, known = ScriptedOrders(list(answers)), records()
    known.all_facts = [Fact(T0, "kari", None, AlarmsTested())]
    browser = await signed_in(orders=orders, records=known)
    page = await browser.callback(
        "alarm-test-told.children",
        [{"id": "alarm-test", "property": "n_clicks", "value": 1}],
        {"id": "alarm-test-told", "property": "children"},
        changedPropIds=["alarm-test.n_clicks"],
    )
    assert [order.kind for order, _by in orders.given] == ["test_alarms"]
    return str(json.loads(page.text)["response"]["alarm-test-told"]["children"])


async def test_the_alarms_are_tested_and_the_last_test_is_told() -> None:
    assert await press_alarm_test() == "Last tested 21 Nov 2026, 10:20 by kari."


async def test_an_alarm_test_that_could_not_be_ordered_is_said() -> None:
    assert "nothing was changed" in await press_alarm_test(None)
    assert await press_alarm_test(refused("not_allowed")) == "Your role does not allow this."
