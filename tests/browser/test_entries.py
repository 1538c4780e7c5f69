"""Entries of staff in a real browser on the real product: by keyboard, in a hurry, and put right afterwards."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import faults
from tests.browser.fakes import wait_until
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser

LATE_S = 20_000


def open_session(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/session/{stack.session}")
    live(page)
    expect(page.locator("#vitals-open")).to_be_visible()


def live(page: Page) -> None:
    pill = page.locator("#connection")
    expect(pill).to_have_attribute("data-connection", "live", timeout=LATE_S)


def log(page: Page) -> Locator:
    return page.locator("#session-log")


def line(page: Page, text: str) -> Locator:
    return log(page).locator(".log-line").filter(has_text=text).first


def dialog(page: Page, name: str) -> Locator:
    return page.locator(f"#{name}-form-dialog")


def test_three_numbers_take_less_than_ten_seconds(nurse: Page) -> None:
    began = time.monotonic()
    nurse.keyboard.press("v")
    for number in ("82", "132", "84", "", "97"):
        nurse.keyboard.type(number)
        nurse.keyboard.press("Tab" if number != "97" else "Enter")
    expect(nurse.locator("#vitals-dialog")).to_be_hidden()
    assert time.monotonic() - began < 10
    expect(log(nurse)).to_contain_text("Entered: Pulse 82, SpO₂ 97, BP 132/84")


def test_an_event_takes_two_keys(nurse: Page) -> None:
    nurse.keyboard.press("e")
    nurse.keyboard.press("n")
    expect(dialog(nurse, "event")).to_be_hidden()
    expect(log(nurse)).to_contain_text("Nausea")


def test_an_event_says_how_bad_it_was_with_one_key_more(nurse: Page) -> None:
    for key in ("e", "2", "v"):
        nurse.keyboard.press(key)
    expect(dialog(nurse, "event")).to_be_hidden()
    expect(log(nurse)).to_contain_text("Vomiting, moderate")


def test_other_wants_words_and_enter_then_saves_it(nurse: Page) -> None:
    nurse.keyboard.press("e")
    nurse.locator("#event-form-event-other").click()
    expect(nurse.locator("#event-form-note")).to_be_focused()
    nurse.keyboard.type("hiccups")
    nurse.keyboard.press("Enter")
    expect(dialog(nurse, "event")).to_be_hidden()
    expect(log(nurse)).to_contain_text("Other – hiccups")


def test_a_medication_by_keyboard_alone(nurse: Page) -> None:
    nurse.keyboard.press("m")
    nurse.keyboard.press("o")
    expect(nurse.locator("#medication-form-dose")).to_be_focused()
    nurse.keyboard.type("4")
    nurse.keyboard.press("Tab")
    nurse.keyboard.press("m")
    nurse.keyboard.press("i")
    expect(nurse.locator("#medication-form-save")).to_be_focused()
    nurse.keyboard.press("Enter")
    expect(dialog(nurse, "medication")).to_be_hidden()
    expect(log(nurse)).to_contain_text("Ondansetron 4 mg, Into a vein (IV)")


def test_what_is_missing_in_a_medication_is_told_beside_it_and_nothing_is_lost(nurse: Page) -> None:
    nurse.keyboard.press("m")
    nurse.locator("#medication-form-other_drug").fill("Glycopyrronium")
    nurse.locator("#medication-form-dose").fill("0,2")
    nurse.keyboard.press("Enter")
    wanted = nurse.locator('[data-error-of="medication-form-unit"]')
    expect(wanted).to_have_text("This is needed.")
    expect(nurse.locator("#medication-form-other_drug")).to_have_value("Glycopyrronium")
    nurse.locator("#medication-form-unit-mg").click()
    nurse.locator("#medication-form-route-im").click()
    nurse.locator("#medication-form-save").click()
    expect(log(nurse)).to_contain_text("Glycopyrronium 0.2 mg, Into a muscle (IM)")


def test_an_intervention_takes_two_keys(nurse: Page) -> None:
    nurse.keyboard.press("i")
    nurse.keyboard.press("b")
    expect(dialog(nurse, "intervention")).to_be_hidden()
    expect(log(nurse)).to_contain_text("Breathing exercise")


def test_a_number_of_two_digits_is_typed_for_a_long_score(nurse: Page) -> None:
    nurse.keyboard.press("s")
    nurse.locator("#score-form-score-cadss6").click()
    nurse.keyboard.type("17")
    chosen = nurse.locator('[id="score-form-level:cadss6-17"]')
    expect(chosen).to_have_attribute("aria-checked", "true")
    nurse.keyboard.press("Enter")
    expect(dialog(nurse, "score")).to_be_hidden()
    expect(log(nurse)).to_contain_text("CADSS-6 17")


def test_words_that_were_not_saved_survive_one_escape(nurse: Page) -> None:
    nurse.keyboard.press("n")
    nurse.keyboard.type("The daughter called")
    nurse.keyboard.press("Escape")
    expect(dialog(nurse, "note")).to_contain_text("This is not saved")
    expect(nurse.locator("#note-form-text")).to_have_value("The daughter called")
    nurse.locator("#note-form-save").click()
    expect(log(nurse)).to_contain_text("The daughter called")
    nurse.keyboard.press("n")
    nurse.keyboard.type("nothing")
    nurse.keyboard.press("Escape")
    nurse.keyboard.press("Escape")
    expect(dialog(nurse, "note")).to_be_hidden()


def test_an_entry_is_corrected_in_its_own_dialog_and_the_original_stays_readable(
    nurse: Page,
) -> None:
    nurse.keyboard.press("v")
    nurse.keyboard.type("118")
    nurse.keyboard.press("Enter")
    line(nurse, "Entered: Pulse 118").get_by_role("button", name="Correct").click()
    pulse = nurse.locator("#vitals-pulse")
    expect(pulse).to_have_value("118")
    pulse.fill("81")
    nurse.keyboard.press("Enter")
    expect(nurse.locator("#vitals-dialog")).to_contain_text("This is needed.")
    nurse.locator("#vitals-reason").fill("mistyped")
    nurse.keyboard.press("Enter")
    expect(nurse.locator("#vitals-dialog")).to_be_hidden()
    expect(line(nurse, "Entered: Pulse 81")).to_contain_text("Corrects: Pulse 118 (mistyped)")
    old = log(nurse).locator("[data-voided]").filter(has_text="Entered: Pulse 118")
    expect(old).to_contain_text("Now: Pulse 81")
    numbers = nurse.locator('#session-numerics [data-metric="pulse_rate"]')
    expect(numbers).to_have_text("81")


DRAWN = """() => {
    const graph = document.querySelector("#session-trace .js-plotly-plot");
    if (!graph || !graph.data) return null;
    const manual = graph.data.filter((one) => one.meta && one.meta.source === "manual");
    return JSON.stringify(manual.map((one) => Array.from(one.y)));
}"""


def drawn(page: Page) -> list[list[float | None]]:
    told = page.evaluate(DRAWN)
    return [] if told is None else json.loads(told)


def test_a_voided_value_leaves_the_trace_at_once_and_the_log_keeps_it_struck(nurse: Page) -> None:
    nurse.keyboard.press("v")
    nurse.keyboard.type("143")
    nurse.keyboard.press("Enter")
    nurse.wait_for_function(f"() => ({DRAWN})()?.includes('143')")
    line(nurse, "Entered: Pulse 143").get_by_role("button", name="Void").click()
    expect(nurse.locator("#void-form-reason")).to_be_focused()
    nurse.keyboard.type("another patient")
    nurse.keyboard.press("Enter")
    expect(dialog(nurse, "void")).to_be_hidden()
    expect(log(nurse).locator("[data-voided]").first).to_contain_text("another patient")
    nurse.wait_for_function(f"() => !({DRAWN})()?.includes('143')")


def test_enter_twice_is_one_entry(nurse: Page, stack: Stack) -> None:
    nurse.keyboard.press("n")
    nurse.keyboard.type("Window opened")
    save = nurse.locator("#note-form-save")
    save.dblclick()
    expect(dialog(nurse, "note")).to_be_hidden()
    expect(log(nurse)).to_contain_text("Window opened")
    open_session(nurse, stack)
    assert log(nurse).inner_text().count("Note: Window opened") == 1


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("e", "event-form-dialog"),
        ("i", "intervention-form-dialog"),
        ("m", "medication-form-dialog"),
        ("s", "score-form-dialog"),
        ("n", "note-form-dialog"),
        ("v", "vitals-dialog"),
    ],
)
def test_a_dialog_can_be_read_and_worked_by_everybody(nurse: Page, key: str, name: str) -> None:
    nurse.keyboard.press(key)
    expect(nurse.locator(f"#{name} .dialog")).to_be_visible()
    assert faults(nurse, f"#{name}") == []


def test_the_log_and_its_buttons_can_be_read_and_worked_by_everybody(nurse: Page) -> None:
    nurse.keyboard.press("e")
    nurse.keyboard.press("h")
    correct = line(nurse, "Headache").get_by_role("button", name="Correct")
    # The log is drawn anew with every fact; what is measured is the button that is there.
    box = wait_until(correct.bounding_box, "the button to be in sight")
    assert box["height"] >= 44
    assert box["width"] >= 44
    assert faults(nurse, "#session-log") == []


def test_a_dashboard_that_dies_in_the_middle_loses_no_word_and_enters_it_once(
    nurse: Page, stack: Stack
) -> None:
    nurse.keyboard.press("n")
    nurse.keyboard.type("Asked for a blanket")
    died = stack.dashboard_pid()
    os.kill(died, signal.SIGKILL)
    save = nurse.locator("#note-form-save")
    save.click()
    expect(dialog(nurse, "note")).to_contain_text("What you typed is kept", timeout=LATE_S)
    expect(nurse.locator("#note-form-text")).to_have_value("Asked for a blanket")
    wait_until(lambda: stack.is_serving() and stack.dashboard_pid() != died, "the dashboard", 40)
    expect(dialog(nurse, "note")).to_contain_text("Contact is back: send again", timeout=LATE_S)
    save.click()
    expect(dialog(nurse, "note")).to_be_hidden()
    open_session(nurse, stack)
    assert log(nurse).inner_text().count("Asked for a blanket") == 1


def test_two_tabs_enter_side_by_side_and_each_sees_both(
    nurse: Page, browser: Browser, stack: Stack
) -> None:
    other = browser.new_context(storage_state=nurse.context.storage_state()).new_page()
    open_session(other, stack)
    for page, words in ((nurse, "first tab"), (other, "second tab")):
        page.keyboard.press("n")
        page.keyboard.type(words)
    nurse.locator("#note-form-save").click()
    expect(log(other)).to_contain_text("first tab")
    expect(other.locator("#note-form-text")).to_have_value("second tab")
    other.locator("#note-form-save").click()
    expect(dialog(other, "note")).to_be_hidden()
    expect(log(nurse)).to_contain_text("second tab")
    assert log(nurse).inner_text().count("first tab") == 1
    other.context.close()
