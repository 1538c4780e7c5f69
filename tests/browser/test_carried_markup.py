"""Markup, SQL and paths in every text that staff can write: shown as written on every page, and nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.dashboard.orders import GatewayOrders
from monitor.wire import orders
from monitor.wire.course_orders import (
    EnterEvent,
    EnterIntervention,
    EnterMedication,
    EnterNote,
)
from tests.browser.stack import PASSWORD, Stack
from tests.fuzz.mutating import PATHS, QUERIES

pytestmark = pytest.mark.browser

LATE_MS = 30_000
CARRIER = "<img src=x onerror=carried=1 data-carried>"
"""Does something where it becomes an element, and is seen where only its script is stopped."""
ROOM, NURSE = f"2{CARRIER}", f"Eva{CARRIER}"
PAGES = (
    "/",
    "/session/s1",
    "/session/s2",
    "/review/s1",
    "/review/s2",
    "/series/P-7",
    "/sessions",
    "/plan",
    "/clinic",
    "/alarms",
    "/unassigned",
    "/rehearsal",
    "/settings",
    "/simulator",
    "/paper/ketamine_iv",
)
ASKED_BY_SESSION = (
    "/api/trace/{}",
    "/api/review/{}/figure",
    "/api/review/{}/points",
    "/api/review/{}/proof",
    "/api/review/{}/expected",
    "/api/export/{}?format=csv",
    "/api/export/{}?format=pdf",
    "/session/{}",
    "/review/{}",
    "/series/{}",
    "/paper/{}",
)


def entries(session: str) -> list[Any]:
    """Everything with a text of staff's own that can be given in an open session."""
    same: dict[str, Any] = {"session": session, "note": CARRIER}
    return [
        EnterNote(entry=uuid4(), session=session, text=CARRIER + " ".join(QUERIES)),
        EnterEvent(entry=uuid4(), event="other", severity="mild", **same),
        EnterIntervention(entry=uuid4(), intervention="other", **same),
        EnterMedication(entry=uuid4(), drug=CARRIER, dose=1, unit="mg", route="iv", **same),
        orders.PauseAlarms(session=session, minutes=10, reason=CARRIER),
        orders.SwitchAlarms(session=session, metric="spo2", on=False, reason=CARRIER),
    ]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Session s1 goes on and s2 was cancelled, both full of carriers, in a room and by a nurse of such a name."""
    stack = Stack(tmp_path_factory.mktemp("carried"), is_empty=True)
    stack.run("room", "add", ROOM)
    stack.run("operator", "add", NURSE, "--role", "clinician", given=PASSWORD)
    stack.run("device", "add", "--room", ROOM, "--name", CARRIER, "--simulated")
    open_session = stack.run("session", "start", "--room", ROOM, "--patient", "P-8")
    ended = stack.run("session", "start", "--room", "1", "--patient", "P-7")
    give(stack, *entries(open_session), *entries(ended))
    stack.run("session", "cancel", ended, "--reason", CARRIER)
    yield stack
    stack.close()


def give(stack: Stack, *given: Any) -> None:
    gateway = GatewayOrders(stack.data / "gateway.json", timeout_s=20)

    def send(order: Any) -> Any:
        return asyncio.run(gateway.send(order, by=NURSE))

    # In a thread: the browser's own loop runs in this one.
    with ThreadPoolExecutor(1) as thread:
        answers = list(thread.map(send, given))
    assert sum(answer.ok for answer in answers) >= len(given) // 2, answers


@pytest.fixture
def visitor(browser: Browser, stack: Stack) -> Iterator[Page]:
    # The policy that would stop the carriers is off: here they must not even become elements.
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(f"{stack.url}/sign-in")
    page.locator('[name="operator"]').fill(NURSE)
    page.locator('[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator('#connection[data-connection="live"]')).to_be_visible(timeout=LATE_MS)
    yield page
    context.close()


def test_markup_in_any_text_is_shown_as_it_was_written_and_never_becomes_an_element(
    visitor: Page, stack: Stack
) -> None:
    shown = 0
    for path in PAGES:
        visitor.goto(stack.url + path)
        expect(visitor.locator("main").first).to_be_visible(timeout=LATE_MS)
        visitor.wait_for_load_state("networkidle")
        found = visitor.evaluate(
            "[document.querySelectorAll('[data-carried]').length, window.carried ?? 0]"
        )
        assert found == [0, 0], path
        shown += visitor.locator("body").inner_text().count("onerror=carried")
    assert shown > 10


def test_a_path_or_a_query_for_a_name_finds_nothing_and_breaks_nothing(
    visitor: Page, stack: Stack
) -> None:
    for address in ASKED_BY_SESSION:
        for name in (*PATHS, *QUERIES, "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%00", "s1%00.csv"):
            answer = visitor.request.get(stack.url + address.format(name.replace("%'", "'")))
            assert answer.status < 500, (address, name)
            assert "root:" not in answer.text(), (address, name)
    log = stack.log.read_text()
    assert "Traceback" not in log
    assert "OperationalError" not in log
