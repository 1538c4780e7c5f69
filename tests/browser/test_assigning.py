"""Readings that came before their session: given to it by two people, in real browsers on the real product."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.sync.client import connect

from monitor.wire.base import rfc3339
from monitor.wire.device import SUBPROTOCOL
from tests.browser.axe import faults
from tests.browser.signing_in import sign_in
from tests.browser.stack import OPERATOR, PASSWORD, Stack

pytestmark = pytest.mark.browser

LATE_S = 30_000
SECOND = "olga"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A session of room 1 that was cancelled, a device that went on, and a second operator."""
    stack = Stack(tmp_path_factory.mktemp("assigning"))
    stack.run("operator", "add", SECOND, "--role", "nurse", given=PASSWORD)
    stack.run("session", "cancel", stack.session, "--reason", "mixed up")
    yield stack
    stack.close()


def visitor(page: Page, stack: Stack, name: str) -> Page:
    sign_in(page, stack, operator=name)
    return page


def measure(stack: Stack) -> None:
    """Three values of the device of room 1, acknowledged."""
    now = rfc3339(round(time.time() * 1000))
    readings = [{"metric": "spo2", "value": 97 - n, "measured_at": now} for n in range(3)]
    frame = {"type": "readings", "seq": 1, "sent_at": now, "readings": readings}
    with connect(
        f"ws://127.0.0.1:{stack.gateway_port}/device",
        additional_headers={"Authorization": f"Bearer {stack.token}"},
        subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
        proxy=None,
    ) as socket:
        socket.send(json.dumps({"type": "hello", "stream": str(uuid4()), "sent_at": now}))
        socket.recv(timeout=20)
        socket.send(json.dumps(frame))
        assert '"ack"' in str(socket.recv(timeout=20))


def test_one_proposes_and_only_another_can_confirm(
    page: Page, browser: Browser, stack: Stack
) -> None:
    measure(stack)
    visitor(page, stack, OPERATOR)
    expect(page.locator("#unassigned-note")).to_contain_text("3 readings", timeout=LATE_S)
    page.goto(f"{stack.url}/unassigned")
    page.get_by_role("button", name="Assign to P-1").click(timeout=LATE_S)
    expect(page.locator("#assign-form-reason")).to_be_focused()
    assert faults(page, "#assign-form-dialog") == []
    page.keyboard.type("the session was cancelled by mistake")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Somebody else must confirm.")).to_be_visible(timeout=LATE_S)
    other = visitor(browser.new_page(), stack, SECOND)
    other.goto(f"{stack.url}/unassigned")
    other.get_by_role("button", name="Confirm:").click(timeout=LATE_S)
    other.locator("#assign-confirm-form-confirm").click()
    expect(other.locator(".assign-list")).to_have_count(0, timeout=LATE_S)
    page.goto(stack.url)
    expect(page.locator("#unassigned-note")).to_be_empty(timeout=LATE_S)
    other.close()
