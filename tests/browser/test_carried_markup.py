"""Markup, SQL and paths in every text that staff can write: shown as written on every page, and nothing more."""

from __future__ import annotations

import asyncio
import csv
import io
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as NotInTime
from pydantic import TypeAdapter

from monitor.dashboard.orders import GatewayOrders
from monitor.wire import orders
from monitor.wire.base import rfc3339
from monitor.wire.orders import OrderResult
from tests.browser.stack import PASSWORD, Stack
from tests.fuzz.mutating import PATHS, QUERIES

pytestmark = pytest.mark.browser

LATE_MS, QUIET_MS = 30_000, 10_000
CARRIER = "<img src=x onerror=carried=1 data-carried>"
"""Does something where it becomes an element, and is seen where only its script is stopped."""
ROOM, NURSE, STRANGER = f"2{CARRIER}", f"Eva{CARRIER}", f"Who{CARRIER}"
PATIENT = "P-7"
"""A reference is letters, digits, dots and hyphens, and carries nothing."""
FORMULA = '=cmd|" /C calc"!A0 #read("/etc/passwd") $x$'
"""What a spreadsheet, and what the setter of the pages, would carry out."""
DAY_MS = 24 * 3_600_000
PAGES = (
    "/",
    "/session/s1",
    "/session/s2",
    "/review/s1",
    "/review/s2",
    f"/series/{PATIENT}",
    "/sessions",
    "/plan",
    "/clinic",
    "/alarms",
    "/unassigned",
    "/rehearsal",
    "/settings",
    "/settings/condition",
    "/simulator",
    "/paper/ketamine_iv",
)
ASKED_FOR = (
    "/api/trace/{}",
    "/api/review/{}/figure",
    "/api/review/{}/points",
    "/api/review/{}/proof",
    "/api/review/{}/expected",
    "/api/export/{}?format=csv",
    "/api/export/{}?format=pdf",
    "/api/export/{}?format=fhir",
    "/api/export/{0}/progress?ticket={0}",
    "/api/export/s1?format={}",
    "/api/rehearsal/csv?what={}",
    "/api/rehearsal?job={}",
    "/session/{}",
    "/review/{}",
    "/series/{}",
    "/paper/{}",
)


def entries(session: str) -> list[dict[str, Any]]:
    """Everything with a text of staff's own that can be given in an open session."""
    return [
        *notes(session),
        *observations(session),
        *alarm_orders(session),
        {"kind": "offer_handover", "session": session, "to": NURSE},
        {"kind": "accept_handover", "session": session},
    ]


def notes(session: str) -> list[dict[str, Any]]:
    """Notes that stay, that were a mistake and that are put right."""
    wrong, slip = str(uuid4()), str(uuid4())
    same = {"session": session, "reason": CARRIER}
    note = {"kind": "enter_note", "session": session, "text": CARRIER + " ".join(QUERIES)}
    right = note | {"entry": str(uuid4())}
    return [
        note | {"entry": wrong},
        note | {"entry": slip},
        note | {"entry": str(uuid4()), "text": FORMULA},
        {"kind": "void_entry", "entry": wrong, **same},
        {"kind": "correct_entry", "entry": slip, "replacement": right, **same},
    ]


def observations(session: str) -> list[dict[str, Any]]:
    """What befell the patient and what was done, each with words beside it."""
    given = {"drug": CARRIER, "dose": 1, "unit": "mg", "route": "iv"}
    seen: tuple[dict[str, Any], ...] = (
        {"kind": "enter_event", "event": "other", "severity": "mild"},
        {"kind": "enter_intervention", "intervention": "other"},
        {"kind": "enter_medication", **given},
    )
    same = {"session": session, "note": CARRIER}
    return [
        *(one | same | {"entry": str(uuid4())} for one in seen),
        {"kind": "answer_check", "item": "identity", "answer": "no", **same},
    ]


def alarm_orders(session: str) -> list[dict[str, Any]]:
    """What is changed of the alarms, for a reason."""
    limit = {"limit": "pulse_rate_above_1", "value": 111}
    same = {"session": session, "reason": CARRIER}
    return [
        {"kind": "pause_alarms", "minutes": 10, **same},
        {"kind": "switch_alarms", "metric": "spo2", "on": False, **same},
        {"kind": "change_limit", **limit, **same},
    ]


def afterwards(ended: str, patient: str) -> list[dict[str, Any]]:
    """The same of a session that is over, and of a patient between two sessions."""
    kept, voided = str(uuid4()), str(uuid4())
    outcome = {"kind": "enter_outcome", "patient": patient, "note": CARRIER, "on": "2026-11-02"}
    now = round(time.time() * 1000)
    return [
        {"kind": "comment_review", "session": ended, "text": CARRIER},
        {"kind": "comment_review", "session": ended, "text": FORMULA},
        outcome | {"entry": kept, "scale": "madrs", "value": 31},
        outcome | {"entry": voided, "scale": "phq9", "value": 12},
        {"kind": "void_outcome", "entry": voided, "reason": CARRIER},
        *(
            {
                "kind": "plan_visit",
                "patient": patient,
                "at": rfc3339(now + days * DAY_MS),
                "room": ROOM,
                "despite": CARRIER,
            }
            for days in (1, 2)
        ),
        {"kind": "cancel_visit", "visit": "v2", "reason": CARRIER},
    ]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Session s1 goes on and s2 was cancelled, both full of carriers, in a room and by a nurse of such a name."""
    stack = Stack(tmp_path_factory.mktemp("carried"), is_empty=True)
    stack.run("room", "add", ROOM)
    stack.run("operator", "add", NURSE, "--role", "administrator", given=PASSWORD)
    stack.run("device", "add", "--room", ROOM, "--name", CARRIER, "--simulated")
    open_session = stack.run("session", "start", "--room", ROOM, "--patient", "P-8")
    ended = stack.run("session", "start", "--room", "1", "--patient", PATIENT)
    done = [*entries(open_session), {"kind": "call_help", "room": ROOM}, *entries(ended)]
    for result in give(stack, *done):
        assert result.ok, result
    stack.run("session", "cancel", ended, "--reason", CARRIER, "--override", CARRIER)
    for result in give(stack, *afterwards(ended, PATIENT)):
        assert result.ok, result
    yield stack
    stack.close()


def give(stack: Stack, *given: dict[str, Any]) -> list[OrderResult]:
    """What became of each order."""
    gateway = GatewayOrders(stack.data / "gateway.json", timeout_s=20)

    def send(order: dict[str, Any]) -> OrderResult:
        return asyncio.run(gateway.send(_ORDER.validate_python(order), by=NURSE))

    # In a thread: the browser's own loop runs in this one.
    with ThreadPoolExecutor(1) as thread:
        return list(thread.map(send, given))


_ORDER: TypeAdapter[Any] = TypeAdapter(orders.Order)


@pytest.fixture(scope="module")
def visitor(browser: Browser, stack: Stack) -> Iterator[Page]:
    # The policy that would stop the carriers is off: here they must not even become elements.
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    for name, password in ((STRANGER, "a guess"), (NURSE, PASSWORD)):
        page.goto(f"{stack.url}/sign-in")
        page.locator('[name="operator"]').fill(name)
        page.locator('[name="password"]').fill(password)
        with page.expect_navigation():
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
        # A page that asks again and again on a busy machine never rests; it has been drawn by then.
        with suppress(NotInTime):
            visitor.wait_for_load_state("networkidle", timeout=QUIET_MS)
        found = visitor.evaluate(
            "[document.querySelectorAll('[data-carried]').length, window.carried ?? 0]"
        )
        assert found == [0, 0], path
        shown += visitor.locator("body").inner_text().count("onerror=carried")
    assert shown > 10


def test_a_path_or_a_query_for_a_name_finds_nothing_and_breaks_nothing(
    visitor: Page, stack: Stack
) -> None:
    for address in ASKED_FOR:
        for name in (*PATHS, *QUERIES, "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%00", "s1%00.csv"):
            answer = visitor.request.get(stack.url + address.format(name.replace("%'", "'")))
            assert answer.status < 500, (address, name)
            assert "root:" not in answer.text(), (address, name)
    assert_nothing_broke(stack)


def test_an_order_about_a_path_or_a_query_is_refused_in_words_or_names_it_as_it_is(
    stack: Stack,
) -> None:
    for name in (*PATHS, *QUERIES):
        refused = give(
            stack,
            {"kind": "sign_review", "session": name},
            {"kind": "comment_review", "session": name, "text": name},
            {"kind": "cancel_visit", "visit": name, "reason": name},
            {"kind": "confirm_assignment", "assignment": name},
            {"kind": "acknowledge_alarm", "alarm": name},
            {"kind": "start_session", "room": "1", "patient": "P-3", "protocol": name},
        )
        assert not any(result.ok for result in refused), refused
        assert all(result.code and result.message for result in refused), refused
    assert_nothing_broke(stack)


def test_exports_carry_what_was_written_and_no_spreadsheet_or_typesetter_carries_it_out(
    visitor: Page, stack: Stack
) -> None:
    files: dict[str, bytes] = {}
    for wanted in ("csv", "fhir", "pdf", "registry"):
        ticket = quote(PATHS[0], safe="")
        address = f"{stack.url}/api/export/s2?format={wanted}&ticket={ticket}"
        answer = visitor.request.get(address)
        assert answer.ok, (wanted, answer.status)
        with zipfile.ZipFile(io.BytesIO(answer.body())) as packed:
            files |= {name: packed.read(name) for name in packed.namelist()}
    assert not any("/" in name or ".." in name for name in files)
    assert any(b"onerror=carried" in file and b"#read" in file for file in files.values())
    assert sum(file.startswith(b"%PDF") for file in files.values()) == 2
    rows = [
        row
        for name, file in files.items()
        if name.endswith(".csv")
        for row in csv.reader(io.StringIO(file.decode()))
    ]
    assert any(cell.startswith(f"'{FORMULA}") for row in rows for cell in row)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert_nothing_broke(stack)


def assert_nothing_broke(stack: Stack) -> None:
    log = stack.log.read_text()
    assert "Traceback" not in log
    assert "OperationalError" not in log
