"""Hands that are faster than the dashboard: whatever it does, every number lands in its own field, once."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.fakes import wait_until
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser

FIELDS = ("pulse", "systolic", "diastolic", "mean", "spo2")
LATE_S = 20_000


def stopped(stack: Stack) -> AbstractContextManager[None]:
    return stack.frozen(stack.dashboard_pid())


def dialog(page: Page) -> Locator:
    return page.locator("#vitals-dialog")


def part(page: Page, name: str) -> Locator:
    return dialog(page).locator(f"[data-part={name}]")


def log(page: Page) -> Locator:
    return page.locator("#session-log")


def typed(page: Page, *numbers: str) -> None:
    for place, number in enumerate(numbers):
        if place:
            page.keyboard.press("Tab")
        page.keyboard.type(number)


def standing(page: Page) -> list[str]:
    return [page.locator(f"#vitals-{name}").input_value() for name in FIELDS]


FOCUSED = """(key) => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    return document.activeElement.id;
}"""


@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("v", "vitals-pulse"),
        ("s", "score-form-level:moaas"),
        ("e", "event-form-event"),
        ("l", "limits-form-limit"),
        ("b", "baseline-form-systolic"),
    ],
)
def test_the_key_itself_opens_the_dialog_and_puts_the_focus_into_it(
    nurse: Page, key: str, first: str
) -> None:
    assert nurse.evaluate(FOCUSED, key) == first
    nurse.keyboard.press("Escape")
    nurse.keyboard.press("Escape")
    expect(nurse.locator(f'[id="{first}"]')).to_be_hidden()


def test_every_number_lands_in_its_field_while_the_dashboard_stands_still(
    nurse: Page, stack: Stack
) -> None:
    with stopped(stack):
        nurse.keyboard.press("v")
        typed(nurse, "81", "138", "79", "99", "96")
        assert standing(nurse) == ["81", "138", "79", "99", "96"]
        for _again in range(3):
            nurse.keyboard.press("Enter")
        expect(part(nurse, "waiting")).to_contain_text("No answer yet")
        assert standing(nurse) == ["81", "138", "79", "99", "96"]
    expect(dialog(nurse)).to_be_hidden(timeout=LATE_S)
    expect(log(nurse)).to_contain_text("Pulse 81, SpO₂ 96, BP 138/79")
    assert log(nurse).inner_text().count("Pulse 81") == 1


def test_a_second_opening_begins_empty_and_is_an_entry_of_its_own(
    nurse: Page, stack: Stack
) -> None:
    for pulse in ("61", "62"):
        nurse.keyboard.press("v")
        typed(nurse, pulse)
        nurse.keyboard.press("Enter")
        nurse.keyboard.press("Enter")
        expect(dialog(nurse)).to_be_hidden()
    for pulse in ("61", "62"):
        expect(log(nurse)).to_contain_text(f"Entered: Pulse {pulse}")
    assert log(nurse).inner_text().count("Entered: Pulse 62") == 1


def test_opening_it_again_before_the_answer_loses_neither(nurse: Page, stack: Stack) -> None:
    with stopped(stack):
        nurse.keyboard.press("v")
        typed(nurse, "63")
        nurse.keyboard.press("Enter")
        nurse.keyboard.press("Escape")
        nurse.keyboard.press("v")
        typed(nurse, "64", "129", "71")
    expect(log(nurse)).to_contain_text("Entered: Pulse 63", timeout=LATE_S)
    assert standing(nurse) == ["64", "129", "71", "", ""]
    nurse.keyboard.press("Enter")
    expect(log(nurse)).to_contain_text("Pulse 64, BP 129/71")


def test_what_is_typed_after_enter_is_kept_and_said_to_be_unsaved(
    nurse: Page, stack: Stack
) -> None:
    with stopped(stack):
        nurse.keyboard.press("v")
        typed(nurse, "65")
        nurse.keyboard.press("Enter")
        nurse.keyboard.press("Tab")
        typed(nurse, "127", "72")
    expect(part(nurse, "waiting")).to_contain_text("not saved yet", timeout=LATE_S)
    assert standing(nurse) == ["", "127", "72", "", ""]
    nurse.keyboard.press("Enter")
    expect(dialog(nurse)).to_be_hidden()
    expect(log(nurse)).to_contain_text("Entered: BP 127/72")


def test_a_refusal_brings_back_a_dialog_that_was_closed_too_soon(nurse: Page, stack: Stack) -> None:
    with stopped(stack):
        nurse.keyboard.press("v")
        typed(nurse, "999")
        nurse.keyboard.press("Enter")
        nurse.keyboard.press("Escape")
        expect(dialog(nurse)).to_be_hidden()
    expect(dialog(nurse)).to_be_visible(timeout=LATE_S)
    expect(dialog(nurse)).to_contain_text("This value is not possible.")
    assert standing(nurse)[0] == "999"


def test_a_refusal_that_comes_while_something_else_is_typed_is_told_across_the_page(
    nurse: Page, stack: Stack
) -> None:
    with stopped(stack):
        nurse.keyboard.press("v")
        typed(nurse, "999")
        nurse.keyboard.press("Enter")
        nurse.keyboard.press("Escape")
        nurse.keyboard.press("v")
        typed(nurse, "66")
    expect(nurse.locator("#notice")).to_contain_text("Not saved: 999", timeout=LATE_S)
    assert standing(nurse)[0] == "66"
    expect(nurse.locator("#vitals-pulse")).to_be_focused()


def test_a_question_takes_no_focus_from_who_types_on(nurse: Page, stack: Stack) -> None:
    with stopped(stack):
        nurse.keyboard.press("v")
        typed(nurse, "199")
        nurse.keyboard.press("Enter")
        nurse.keyboard.press("Tab")
        typed(nurse, "131")
    expect(part(nurse, "question")).to_contain_text("Pulse 199", timeout=LATE_S)
    expect(nurse.locator("#vitals-systolic")).to_be_focused()
    typed(nurse, "", "83")
    assert standing(nurse)[:3] == ["199", "131", "83"]


def test_two_quick_enters_save_no_value_that_is_asked_about(nurse: Page) -> None:
    nurse.keyboard.press("v")
    typed(nurse, "", "250", "30")
    nurse.keyboard.press("Enter")
    expect(part(nurse, "question")).to_contain_text("BP 250/30")
    for _again in range(2):
        nurse.keyboard.press("Enter")
    for _repeat in range(3):
        nurse.keyboard.down("Enter")
    nurse.keyboard.up("Enter")
    # When the button can answer at last, it has not been answered for.
    confirm = nurse.locator("#vitals-confirm")
    expect(confirm).not_to_have_attribute("aria-disabled", "true")
    expect(part(nurse, "question")).to_be_visible()
    expect(nurse.locator("#vitals-diastolic")).to_be_focused()
    enters_a_note(nurse, "after the question")
    assert "250/30" not in log(nurse).inner_text()


def enters_a_note(page: Page, words: str) -> None:
    """Once it is in the log, whatever was sent before it has come to its end too."""
    while page.evaluate("Boolean(InfusionMonitor.dialogs.shown())"):
        page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type(words)
    page.locator("#note-form-save").click()
    expect(log(page)).to_contain_text(words)


@pytest.mark.parametrize("key", ["s", "e", "i"])
def test_a_key_and_enter_enter_nothing(nurse: Page, key: str) -> None:
    asked: list[str] = []
    nurse.on("request", lambda request: asked.append(request.post_data or ""))
    nurse.keyboard.press(key)
    for again in ("Enter", "Enter", "Space"):
        nurse.keyboard.press(again)
    expect(nurse.locator(".dialog-layer:not([hidden]) [data-picks]:focus")).to_be_visible()
    enters_a_note(nurse, f"after {key} and Enter")
    sent = [body for body in asked if "-form-sent" in body]
    assert sent
    assert all("note-form-sent" in body for body in sent)


def test_a_proposal_that_comes_late_overwrites_nothing(nurse: Page, stack: Stack) -> None:
    with stopped(stack):
        nurse.keyboard.press("b")
        typed(nurse, "133")
    fields = [nurse.locator(f"#baseline-form-{name}") for name in ("systolic", "diastolic")]
    expect(nurse.locator("#baseline-form-text")).not_to_be_empty(timeout=LATE_S)
    expect(fields[0]).to_have_value("133")
    expect(fields[0]).to_be_focused()


def test_a_digit_on_the_page_gives_no_score(nurse: Page) -> None:
    asked: list[str] = []
    nurse.on("request", lambda request: asked.append(request.post_data or ""))
    nurse.keyboard.press("3")
    nurse.keyboard.press("v")
    typed(nurse, "67")
    nurse.keyboard.press("Enter")
    expect(log(nurse)).to_contain_text("Entered: Pulse 67")
    assert not [body for body in asked if "score-form-sent" in body]


def test_the_focus_stays_in_the_dialog_and_goes_back_where_it_was(nurse: Page) -> None:
    nurse.locator("#score-open").focus()
    nurse.keyboard.press("v")
    inside = "document.getElementById('vitals-dialog').contains(document.activeElement)"
    for _step in range(14):
        nurse.keyboard.press("Tab")
        assert nurse.evaluate(inside)
    nurse.keyboard.press("Shift+Tab")
    assert nurse.evaluate(inside)
    nurse.keyboard.press("Escape")
    wait_until(lambda: nurse.evaluate("document.activeElement.id") == "score-open", "the focus")


DRAWN_ANEW = """(name) => {
    window.before = document.getElementById(name);
    window.dash_clientside.set_props("session-drawn", { data: null });
    window.dash_clientside.set_props("session-changed", { data: Date.now() });
}"""


def draw_anew(page: Page, name: str) -> None:
    """Dash builds the part with this element again, as it does when its content has changed."""
    page.evaluate(DRAWN_ANEW, name)
    page.wait_for_function(
        "(name) => !before.isConnected && document.getElementById(name)", arg=name
    )


def test_a_press_and_the_focus_outlive_what_is_drawn_anew(nurse: Page) -> None:
    nurse.locator("#score-open").focus()
    draw_anew(nurse, "score-open")
    expect(nurse.locator("#score-open")).to_be_focused()
    nurse.locator("#note-open").hover()
    nurse.mouse.down()
    draw_anew(nurse, "note-open")
    nurse.mouse.up()
    expect(nurse.locator("#note-form-dialog")).to_be_visible()


def test_what_has_not_changed_is_not_drawn_again(nurse: Page) -> None:
    nurse.evaluate("window.button = document.getElementById('vitals-open')")
    nurse.keyboard.press("n")
    nurse.keyboard.type("a note is in the log")
    nurse.locator("#note-form-save").click()
    expect(log(nurse)).to_contain_text("a note is in the log")
    assert nurse.evaluate("button.isConnected")


def test_a_session_is_started_by_hands_that_do_not_wait(nurse: Page, stack: Stack) -> None:
    nurse.locator("#nav").get_by_text("Ward").click()
    start = nurse.locator('.tile[data-room="2"] button')
    expect(start).to_be_visible()
    with stopped(stack):
        start.click()
        nurse.keyboard.type("P-0815")
        nurse.keyboard.press("Tab")
        nurse.keyboard.type("71,5")
        expect(nurse.locator("#start-title")).to_have_text("Start a session in room 2")
        nurse.keyboard.press("Enter")
    nurse.wait_for_url("**/session/*", timeout=LATE_S)
    expect(nurse.locator(".session-patient")).to_contain_text("P-0815")
