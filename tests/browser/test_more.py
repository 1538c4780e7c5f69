"""What stands behind "More" on the page of a session: another reference, another device, the session cancelled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stack import Stack

pytestmark = pytest.mark.browser

LATE_MS = 30_000
ELSEWHERE = "Trolley 2"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A session in room 1, and a second device that stands in room 2."""
    stack = Stack(tmp_path_factory.mktemp("more"))
    stack.run("device", "add", "--room", "2", "--name", ELSEWHERE, "--simulated")
    yield stack
    stack.close()


def choose(page: Page, item: str) -> None:
    """One line of the menu, by the menu's key."""
    page.keyboard.press(".")
    page.locator(item).click()


def log_says(page: Page, text: str) -> None:
    expect(page.locator("#session-log")).to_contain_text(text, timeout=LATE_MS)


def test_the_menu_opens_by_key_and_its_first_choice_has_the_focus(nurse: Page) -> None:
    nurse.keyboard.press(".")
    expect(nurse.get_by_role("menuitem").first).to_be_focused()
    nurse.keyboard.press("ArrowDown")
    expect(nurse.get_by_role("menuitem").nth(1)).to_be_focused()
    nurse.keyboard.press("Escape")
    expect(nurse.get_by_role("menu")).to_be_hidden()


def test_a_wrong_reference_is_corrected_and_stays_on_record(nurse: Page) -> None:
    choose(nurse, "#correct-patient-open")
    expect(nurse.locator("#correct-patient-form-text")).to_contain_text("Now P-1.")
    nurse.locator("#correct-patient-form-patient").fill("Kari Nordmann")
    nurse.locator("#correct-patient-form-reason").fill("read from the wrong paper")
    nurse.keyboard.press("Enter")
    dialog = nurse.locator("#correct-patient-form-dialog")
    expect(dialog.locator(".mantine-InputWrapper-error, .form-error").first).to_be_visible()
    nurse.locator("#correct-patient-form-patient").fill("P-11")
    nurse.locator("#correct-patient-form-correct").click()
    expect(dialog).to_be_hidden()
    expect(nurse.locator(".session-patient")).to_contain_text("P-11", timeout=LATE_MS)
    log_says(nurse, "read from the wrong paper")
    log_says(nurse, "P-1 ")


def test_a_device_of_another_room_is_used_here_from_now_on(nurse: Page) -> None:
    choose(nurse, "#take-device-open")
    nurse.locator("#take-device-form-device").click()
    nurse.get_by_role("option", name=f"{ELSEWHERE}, now in room 2").click()
    nurse.locator("#take-device-form-take").click()
    expect(nurse.locator("#take-device-form-dialog")).to_be_hidden()
    here = "Array.from(InfusionMonitor.model.rooms.get('r1').devices)"
    nurse.wait_for_function(f"() => {here}.includes('{ELSEWHERE}')", timeout=LATE_MS)


def test_a_session_that_has_not_begun_is_cancelled_with_its_reason(
    nurse: Page, stack: Stack
) -> None:
    choose(nurse, "#cancel-session")
    nurse.locator("#cancel-form-cancel").click()
    dialog = nurse.locator("#cancel-form-dialog")
    expect(dialog.locator(".mantine-InputWrapper-error")).to_be_visible()
    nurse.locator("#cancel-form-reason").fill("the patient did not come")
    nurse.locator("#cancel-form-cancel").click()
    expect(dialog).to_be_hidden()
    log_says(nurse, "Session cancelled: the patient did not come")
    expect(nurse.locator("#vitals-open")).to_be_disabled()
    nurse.goto(stack.url)
    free = nurse.locator('.tile[data-room="1"] [data-action="start-session"]')
    expect(free).to_be_visible(timeout=LATE_MS)
