"""The forms in a real browser, with hands faster than the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.stack import OPERATOR, PASSWORD, Stack

pytestmark = [pytest.mark.browser]


@pytest.fixture
def visitor(page: Page, stack: Stack) -> Page:
    page.goto(f"{stack.url}/sign-in")
    expect(page.locator('[name="operator"]')).to_be_focused()
    page.keyboard.type(OPERATOR)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    live(page)
    return page


def live(page: Page) -> None:
    pill = page.locator("#connection")
    expect(pill).to_have_attribute("data-connection", "live", timeout=20_000)


def open_vitals(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/session/{stack.session}")
    live(page)
    expect(page.locator("#vitals-open")).to_be_visible()
    page.keyboard.press("v")
    expect(page.locator("#vitals-pulse")).to_be_focused()


def question(page: Page) -> Locator:
    return page.locator("#vitals-dialog [data-part=question]")


def shown(page: Page, metric: str) -> str:
    return page.locator(f'#session-numerics [data-metric="{metric}"]').inner_text()


def test_a_quick_enter_does_not_cut_the_patients_reference(visitor: Page) -> None:
    visitor.locator('.tile[data-room="2"] button').click()
    expect(visitor.locator("#start-patient")).to_be_focused()
    visitor.keyboard.type("P-0123456789")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/session/*")
    expect(visitor.locator(".session-patient")).to_have_text("P-0123456789 · session 1 of 6")


def test_three_numbers_by_keyboard_alone(visitor: Page, stack: Stack) -> None:
    open_vitals(visitor, stack)
    for number in ("82", "132", "84", "", "97"):
        visitor.keyboard.type(number)
        visitor.keyboard.press("Tab" if number != "97" else "Enter")
    expect(visitor.locator("#vitals-pulse")).to_be_hidden()
    numbers = visitor.locator("#session-numerics")
    expect(numbers.locator('[data-metric="nibp"]')).to_have_text("132/84")
    assert (shown(visitor, "pulse_rate"), shown(visitor, "spo2")) == ("82", "97")
    expect(visitor.locator("#session-log")).to_contain_text("Entered: Pulse 82")


def test_an_unusual_value_is_asked_about_and_only_its_own_button_answers(
    visitor: Page, stack: Stack
) -> None:
    open_vitals(visitor, stack)
    visitor.keyboard.type("199")
    visitor.keyboard.press("Enter")
    expect(question(visitor)).to_contain_text("Pulse 199 /min")
    expect(visitor.locator("#vitals-pulse")).to_be_focused()
    confirm = visitor.locator("#vitals-confirm")
    confirm.dispatch_event("click")
    expect(confirm).to_be_enabled()
    expect(question(visitor)).to_be_visible()
    confirm.focus()
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#vitals-pulse")).to_be_hidden()


def test_an_impossible_value_is_refused_beside_its_field_and_nothing_is_lost(
    visitor: Page, stack: Stack
) -> None:
    open_vitals(visitor, stack)
    visitor.keyboard.type("72")
    visitor.locator("#vitals-spo2").fill("970")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_text("This value is not possible.", exact=True)).to_be_visible()
    expect(visitor.locator("#vitals-pulse")).to_have_value("72")
    expect(visitor.locator("#vitals-spo2")).to_have_value("970")


def test_a_dead_gateway_keeps_what_was_typed_and_says_that_nothing_changed(
    visitor: Page, stack: Stack
) -> None:
    open_vitals(visitor, stack)
    visitor.keyboard.type("72")
    with stack.frozen(stack.gateway_pid()):
        visitor.keyboard.press("Enter")
        error = visitor.locator("#vitals-dialog [data-part=error]")
        expect(error).to_contain_text("The gateway does not answer", timeout=10_000)
        expect(visitor.locator("#vitals-pulse")).to_have_value("72")
    live(visitor)
    visitor.locator("#vitals-submit").click()
    expect(visitor.locator("#vitals-pulse")).to_be_hidden()


def open_session(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/session/{stack.session}")
    live(page)
    expect(page.locator("#score-open")).to_be_visible()


def test_an_own_limit_is_set_by_keyboard_and_is_in_force_once_the_gateway_has_it(
    visitor: Page, stack: Stack
) -> None:
    open_session(visitor, stack)
    visitor.keyboard.press("l")
    expect(visitor.locator("#limits-form-limit")).to_be_focused()
    expect(visitor.locator("#limits-form-table")).to_contain_text("< 92")
    chosen = visitor.locator("#limits-form-limit")
    visitor.keyboard.press("ArrowDown")
    expect(visitor.locator("[role=option][data-combobox-selected]")).to_be_visible()
    visitor.keyboard.press("Enter")
    expect(chosen).not_to_have_value("")
    for text in ("94", "COPD"):
        visitor.keyboard.press("Tab")
        visitor.keyboard.type(text)
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#limits-form-table")).to_contain_text("< 94")
    visitor.keyboard.press("Escape")
    expect(visitor.locator("#session-log")).to_contain_text("set to 94 (COPD)")


def test_a_score_takes_two_keys(visitor: Page, stack: Stack) -> None:
    open_session(visitor, stack)
    visitor.keyboard.press("s")
    expect(visitor.locator("#score-form-level\\:moaas")).to_be_focused()
    visitor.keyboard.press("4")
    expect(visitor.locator("#score-form-level\\:moaas-5")).to_be_hidden()
    expect(visitor.locator("#session-log")).to_contain_text("MOAA/S 4")


def test_a_confirmed_baseline_tells_its_rise_limits_first_and_is_drawn(
    visitor: Page, stack: Stack
) -> None:
    open_session(visitor, stack)
    visitor.keyboard.press("b")
    expect(visitor.locator("#baseline-form-systolic")).to_be_focused()
    visitor.locator("#baseline-form-systolic").fill("130")
    visitor.locator("#baseline-form-diastolic").fill("80")
    expect(visitor.locator("#baseline-form-rises")).to_contain_text("systolic ≥ 170")
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#baseline-form-systolic")).to_be_hidden()
    expect(visitor.locator("#session-log")).to_contain_text("Baseline 130/80 confirmed")


def test_a_planned_pause_stands_in_the_head_until_it_is_ended_there(
    visitor: Page, stack: Stack
) -> None:
    open_session(visitor, stack)
    visitor.keyboard.press(".")
    visitor.locator("#pause-open").click()
    visitor.locator("#pause-form-pause").click()
    head = visitor.locator("#session-head")
    expect(head).to_contain_text("Alarms paused until")
    visitor.locator("#pause-form-resume").click()
    expect(head).not_to_contain_text("Alarms paused until")


def test_a_session_changes_its_holder_only_when_both_have_said_so(
    visitor: Page, stack: Stack
) -> None:
    open_session(visitor, stack)
    head = visitor.locator("#session-head")
    visitor.keyboard.press(".")
    visitor.locator("#handover-open").click()
    visitor.locator("#handover-form-to").click()
    visitor.get_by_role("option", name=OPERATOR).click()
    visitor.locator("#handover-form-offer").click()
    expect(head).to_contain_text(f"offered to {OPERATOR}")
    visitor.locator("#handover-form-accept").click()
    expect(head).to_contain_text(f"Holder {OPERATOR}")
    expect(visitor.locator("#handover-form-accept")).to_be_hidden()


def choose_room(page: Page, name: str) -> None:
    page.locator("#alarms-room").click()
    page.get_by_role("option", name=name, exact=True).click()


def test_the_history_of_alarms_is_narrowed_and_tells_the_course_of_one(
    visitor: Page, stack: Stack
) -> None:
    visitor.goto(f"{stack.url}/alarms")
    rows = visitor.locator(".ag-row")
    expect(rows.first).to_be_visible()
    choose_room(visitor, "1")
    expect(rows.first).to_contain_text("P-1")
    rows.first.locator('[col-id="reason"]').click()
    expect(visitor.locator("#alarm-course")).to_contain_text("Raised")
    choose_room(visitor, "2")
    # A session that another test began there has no device, and an alarm that says so.
    expect(rows.filter(has_text="P-1")).to_have_count(0)


def test_language_and_theme_are_the_operators_own(visitor: Page, stack: Stack) -> None:
    for choice, attribute, wanted in (
        ("#language-nb", "lang", "nb"),
        ("#theme-light", "data-mantine-color-scheme", "light"),
        ("#language-en", "lang", "en"),
    ):
        visitor.locator(".operator").click()
        visitor.locator(choice).click()
        expect(visitor.locator("html")).to_have_attribute(attribute, wanted)
        live(visitor)


def test_no_page_asks_another_host_for_anything(visitor: Page, stack: Stack) -> None:
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))
    for path in (
        "/",
        f"/session/{stack.session}",
        "/sessions",
        "/alarms",
        "/unassigned",
        "/settings",
    ):
        visitor.goto(f"{stack.url}{path}")
        expect(visitor.locator("#page h1").first).to_be_attached()
        live(visitor)
    mine = (stack.url, "data:", "blob:", f"ws://127.0.0.1:{stack.gateway_port}")
    assert [url for url in asked if not url.startswith(mine)] == []
