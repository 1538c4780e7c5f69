"""The plan, the downtime sheet and the expected response in a real browser, before the real product."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator, Page, expect

from monitor.console import counter
from monitor.dashboard.app import create_app
from monitor.data_directory import open_existing
from monitor.service.protocols import load_protocols
from monitor.wire import orders
from tests.browser.fakes import wait_until
from tests.browser.signing_in import await_live, sign_in
from tests.browser.stack import Stack, free_ports
from tests.dashboard import clinic

pytestmark = pytest.mark.browser

SLOW_MS = 20_000
REASON = "seen in a test"
Give = Callable[[orders.Order], dict[str, Any]]
A4 = (595, 842)
"""In points."""


@pytest.fixture(scope="module")
def give(stack: Stack) -> Iterator[Give]:
    with counter(open_existing(stack.data)) as give:
        yield give


def open_signed_in(page: Page, stack: Stack, path: str) -> None:
    sign_in(page, stack, path)
    if path not in page.url:
        page.goto(f"{stack.url}{path}")
        await_live(page)


def rows_of(page: Page, patient: str) -> Locator:
    return page.locator("tr[data-visit]", has_text=patient)


def plan(page: Page, form: str, patient: str, clock: str, day: str = "") -> None:
    page.locator(f'[data-plan="{form}"]').click()
    expect(page.locator(f"#plan-{form}-form-patient")).to_be_focused()
    # The day that the button knows comes without asking a server.
    expect(page.locator(f"#plan-{form}-form-date")).not_to_have_value("")
    page.keyboard.type(patient)
    if day:
        page.locator(f"#plan-{form}-form-date").fill(day)
    page.locator(f"#plan-{form}-form-time").fill(clock)


def test_a_series_is_planned_moved_and_cancelled(page: Page, stack: Stack) -> None:
    open_signed_in(page, stack, "/plan")
    tomorrow = page.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 10)")
    plan(page, "series", "P-7001", "0930", tomorrow)
    expect(page.locator("#plan-series-form-dates")).to_contain_text("6 visits: ", timeout=SLOW_MS)
    dates = page.locator("#plan-series-form-dates").inner_text().removeprefix("6 visits: ")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-told")).to_have_text(f"Planned for P-7001: {dates}", timeout=SLOW_MS)
    expect(rows_of(page, "P-7001")).to_have_count(6)

    first = rows_of(page, "P-7001").first
    first.get_by_role("button", name="Choose room").click()
    expect(page.locator("#plan-move-form-time")).to_have_value("09:30")
    page.locator("#plan-move-form-room").click()
    page.get_by_role("option", name="2", exact=True).click()
    page.locator("#plan-move-form-time").fill("10:15")
    page.locator("#plan-move-form-move").click()
    expect(first).to_contain_text("10:15", timeout=SLOW_MS)
    expect(first.locator("td").nth(1)).to_have_text("2")

    rows_of(page, "P-7001").last.get_by_role("button", name="Cancel").click()
    page.locator("#plan-cancel-form-reason").fill("on a journey")
    page.keyboard.press("Enter")
    expect(rows_of(page, "P-7001")).to_have_count(5, timeout=SLOW_MS)


def test_a_name_is_refused_and_what_was_typed_stays(page: Page, stack: Stack) -> None:
    open_signed_in(page, stack, "/plan")
    plan(page, "one", "Kari", "12")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-one-form-dialog")).to_contain_text("digit", timeout=SLOW_MS)
    expect(page.locator("#plan-one-form-patient")).to_have_value("Kari")
    expect(page.locator("#plan-one-form-time")).to_have_value("12")


def test_two_that_would_end_together_are_told_and_a_visit_is_started(
    page: Page, stack: Stack, give: Give
) -> None:
    open_signed_in(page, stack, "/plan")
    soon = page.evaluate("new Date(Date.now() + 3e5).toISOString()")
    for room, patient in (("2", "P-7102"), (None, "P-7103")):
        given = {"kind": "plan_visit", "patient": patient, "at": soon, "room": room}
        give(orders.PlanVisit.model_validate(given))
    page.reload()
    expect(page.locator("#plan-list")).to_contain_text("P-7102", timeout=SLOW_MS)
    warning = page.locator(".plan-warnings")
    # Near midnight the two stand on the next day.
    if not rows_of(page, "P-7102").first.get_by_role("button", name="Start now").count():
        page.locator("#plan-day-next").click()
    expect(warning).to_contain_text("P-7103 (no room yet)", timeout=SLOW_MS)
    expect(warning).to_contain_text("end")

    start = rows_of(page, "P-7102").get_by_role("button", name="Start now")
    if start.count():
        start.click()
        expect(page.locator("#start-patient")).to_have_value("P-7102")
        page.locator("#start-submit").click()
        expect(page.locator("#session-page")).to_be_visible(timeout=SLOW_MS)
        page.goto(f"{stack.url}/plan")
        expect(rows_of(page, "P-7102")).to_have_attribute("data-tone", "started", timeout=SLOW_MS)


def into_infusion(give: Give, session: str) -> None:
    for phase in ("baseline", "infusion"):
        give(orders.EnterPhase.model_validate(_phase(session, phase)))


def _phase(session: str, phase: str) -> dict[str, str]:
    return {"kind": "enter_phase", "session": session, "phase": phase, "override": REASON}


def pressure(give: Give, session: str, systolic: int) -> None:
    order = orders.EnterVitals(
        entry=uuid4(), session=session, systolic=systolic, diastolic=80, confirmed=True
    )
    give(order)


@pytest.fixture(scope="module")
def second_session(stack: Stack, give: Give) -> str:
    """The patient's second session, in its infusion with a confirmed baseline, after a first one with two cuffs."""
    into_infusion(give, stack.session)
    pressure(give, stack.session, 131)
    pressure(give, stack.session, 139)
    for phase in ("observation", "discharged"):
        give(orders.EnterPhase.model_validate(_phase(stack.session, phase)))
    session = str(give(orders.StartSession(room="1", patient="P-1"))["session"])
    give(orders.ConfirmBaseline(session=session, systolic=128, diastolic=80))
    into_infusion(give, session)
    return session


EXPECTED = """() => {
  const graph = document.querySelector("#session-trace .js-plotly-plot");
  return graph.data.filter((trace) => trace.meta.source === "expected")
    .map((trace) => [trace.meta.part, trace.name || "", trace.mode].join("; ")).sort();
}"""
EXPECTED_OF_THE_SECOND_SESSION = [
    # The numbers of earlier sessions; systolic and diastolic of the one there was, in which no pulse was measured.
    "own; ; text",
    "own; session 1; lines+markers",
    "own; session 1; lines+markers",
    "published; Riva-Posse 2018; markers",
    "published; Riva-Posse 2018; text",
    # Bands of a deviation, where one was published.
    "published; Yale 2024; lines",
    "published; Yale 2024; lines",
    "published; Yale 2024; markers",
    "published; Yale 2024; text",
]
PULSES = """() => {
  const graph = document.querySelector("#session-trace .js-plotly-plot");
  if (!graph || !graph.data) return 0;
  return graph.data.find((trace) => trace.meta.metric === "pulse_rate" && trace.meta.part === "line").x.length;
}"""
RANGE = """() => document.querySelector("#session-trace .js-plotly-plot").layout.xaxis.range.map(String)"""
ZOOM = """() => {
  const graph = document.querySelector("#session-trace .js-plotly-plot");
  const axis = graph._fullLayout.xaxis;
  const [begin, end] = axis.range.map((at) => axis.r2l(at));
  return Plotly.relayout(graph, { "xaxis.range": [begin, (begin + end) / 2] }).then(() => true);
}"""


def test_the_expected_response_disturbs_neither_live_traces_nor_the_readers_zoom(
    page: Page, stack: Stack, second_session: str, give: Give
) -> None:
    feed = stack.feed()
    try:
        open_signed_in(page, stack, f"/session/{second_session}")
        wait_until(lambda: page.evaluate(PULSES) > 2, "live pulses", 30)
        page.evaluate(ZOOM)
        zoomed = page.evaluate(RANGE)
        page.keyboard.press("x")
        expect(page.locator("#expected-notes")).to_contain_text("Yale 2024", timeout=SLOW_MS)
        expect(page.locator("#expected-notes")).to_contain_text("Own session 1")
        wait_until(lambda: page.evaluate(EXPECTED) != [], "own and published traces")
        assert page.evaluate(EXPECTED) == EXPECTED_OF_THE_SECOND_SESSION

        drawn = page.evaluate(PULSES)
        pressure(give, second_session, 133)
        wait_until(lambda: page.evaluate(PULSES) > drawn + 2, "more live pulses", 30)
        assert page.evaluate(RANGE) == zoomed
        assert page.evaluate(EXPECTED) == EXPECTED_OF_THE_SECOND_SESSION

        toggle = page.locator("#expected-toggle")
        expect(toggle).to_have_attribute("aria-pressed", "true")
        toggle.press("Enter")
        wait_until(lambda: page.evaluate(EXPECTED) == [], "the traces to go")
        expect(page.locator("#expected-notes")).to_be_empty()
        assert page.evaluate(RANGE) == zoomed
    finally:
        stack.stop(feed)


@pytest.fixture(scope="module")
def dashboards() -> Iterator[dict[str, str]]:
    """Language to the address of a dashboard whose operator reads it."""
    servers, threads, addresses = [], [], {}
    for language, operator in (("en", "anna"), ("nb", "kari")):
        (port,) = free_ports(1)
        app = create_app(clinic.parts(simulated=True, auto_sign_in=operator))
        config = uvicorn.Config(app.server, port=port, lifespan="off", log_config=None, ws="none")
        servers.append(uvicorn.Server(config))
        threads.append(threading.Thread(target=servers[-1].run))
        threads[-1].start()
        addresses[language] = f"http://127.0.0.1:{port}"
    wait_until(lambda: all(server.started for server in servers), "the dashboards")
    yield addresses
    for server in servers:
        server.should_exit = True
    for thread in threads:
        thread.join(10)


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("protocol", load_protocols())
def test_a_downtime_sheet_is_one_page_of_a4(
    browser: Browser, dashboards: dict[str, str], protocol: str, language: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{dashboards[language]}/paper/{protocol}")
    expect(page.locator(".paper-grid")).to_be_visible(timeout=SLOW_MS)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {A4}
    page.emulate_media(media="print")
    expect(page.locator("#appbar")).to_be_hidden()
    expect(page.locator(".paper-tools")).to_be_hidden()
    expect(page.locator(".paper [data-simulated]")).to_be_visible()
    context.close()
