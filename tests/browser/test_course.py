"""The course of a session in a real browser on the real product: gates, the wrong room, another room, paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from monitor.console import counter
from monitor.data_directory import open_existing
from monitor.wire import orders
from tests.browser.signing_in import LATE_MS, await_live, sign_in
from tests.browser.stack import OPERATOR, Stack

pytestmark = pytest.mark.browser


@pytest.fixture
def nurse(page: Page, stack: Stack) -> Page:
    """Signed in, on the ward."""
    sign_in(page, stack)
    return page


def open_session(page: Page, stack: Stack, session: str) -> None:
    page.goto(f"{stack.url}/session/{session}")
    await_live(page)
    expect(page.locator("#next-phase")).to_be_visible(timeout=LATE_MS)


def sees(page: Page, selector: str, text: str) -> None:
    expect(page.locator(selector).first).to_contain_text(text, timeout=LATE_MS)


def choose(page: Page, selector: str, option: str) -> None:
    page.locator(selector).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_nurse_is_told_what_is_in_the_way_and_who_may_pass_it(nurse: Page, stack: Stack) -> None:
    open_session(nurse, stack, stack.session)
    nurse.locator("#next-phase").click()
    nurse.locator("#decision-submit").click()
    sees(nurse, '#session-head [data-state="current"]', "Baseline")
    nurse.keyboard.press("g")
    sees(nurse, "#decision-blocks", "25 checks are not answered")
    sees(nurse, "#decision-blocks", "No dose is planned")
    sees(nurse, "#decision-blocks", "May go on with a reason: administrator, clinician.")
    expect(nurse.locator("#decision-submit")).to_be_disabled()


def test_a_dose_beyond_the_protocol_is_refused_beside_its_field_and_stays_typed(
    nurse: Page, stack: Stack
) -> None:
    open_session(nurse, stack, stack.session)
    nurse.keyboard.press("d")
    expect(nurse.locator("#dose-form-minutes")).to_have_value("40", timeout=LATE_MS)
    nurse.locator("#dose-form-weight_kg").fill("82")
    nurse.locator("#dose-form-dose_mg_per_kg").fill("1,5")
    sees(nurse, "#dose-form-sum", "More than the protocol's most: 1 mg/kg.")
    nurse.locator("#dose-form-plan").click()
    sees(nurse, "#dose-form-dialog", "This is more than the protocol allows.")
    expect(nurse.locator("#dose-form-dose_mg_per_kg")).to_have_value("1,5")


def test_an_answer_given_by_key_stands_with_its_name_and_the_next_one_has_the_focus(
    nurse: Page, stack: Stack
) -> None:
    open_session(nurse, stack, stack.session)
    nurse.keyboard.press("c")
    first = nurse.locator('#checks-body [data-check="identity"]')
    expect(first.locator("button").first).to_be_focused()
    nurse.keyboard.press("n")
    sees(nurse, '#checks-body [data-check="identity"]', f"{OPERATOR} ")
    sees(nurse, '#checks-body [data-check="identity"]', "Stops the infusion.")
    following = nurse.locator('#checks-body [data-check="consent"]:focus-within')
    expect(following).to_be_visible(timeout=LATE_MS)


def test_a_session_moves_to_another_room_and_its_page_goes_along(nurse: Page, stack: Stack) -> None:
    open_session(nurse, stack, stack.session)
    nurse.get_by_role("button", name="More").click()
    nurse.locator("#move-session-open").click()
    choose(nurse, "#move-session-form-room", "2")
    nurse.locator("#move-session-form-reason").fill("broken lamp")
    nurse.locator("#move-session-form-move").click()
    sees(nurse, "#session-head", "Room 2")
    moved = "InfusionMonitor.model.rooms.get('r2').session.id"
    nurse.wait_for_function(f"() => {moved} === '{stack.session}'", timeout=LATE_MS)
    expect(nurse.locator('#session-numerics [data-metric="pulse_rate"]')).to_be_visible()


def test_the_plan_fills_in_a_start_and_another_patient_needs_a_reason(
    nurse: Page, stack: Stack
) -> None:
    stack.run("room", "add", "8")
    soon = nurse.evaluate("new Date(Date.now() + 6e5).toISOString()")
    planned = {"kind": "plan_visit", "patient": "P-501", "at": soon, "room": "8"}
    with counter(open_existing(stack.data)) as give:
        give(orders.PlanVisit.model_validate(planned))
    nurse.locator('.tile[data-room="8"] [data-action="start-session"]').click(timeout=LATE_MS)
    expect(nurse.locator("#start-patient")).to_have_value("P-501", timeout=LATE_MS)
    sees(nurse, "#start-planned-text", "P-501")
    nurse.locator("#start-patient").fill("P-502")
    nurse.locator("#start-submit").click()
    sees(nurse, "#start-dialog", "The plan has patient P-501 in this room")
    nurse.locator("#start-despite").fill("they changed places")
    nurse.locator("#start-submit").click()
    nurse.wait_for_url("**/session/*", timeout=LATE_MS)
    sees(nurse, "#session-head", "P-502")


CLINIC_DAY = """(before) => {
    const parts = new Intl.DateTimeFormat("sv-SE", {
        timeZone: "Europe/Oslo", dateStyle: "short", timeStyle: "short",
    });
    return parts.format(new Date(Date.now() - before)).split(" ");
}"""
HOUR_MS = 3_600_000


def test_a_session_from_paper_is_entered_with_its_times_and_says_that_nothing_is_watched(
    nurse: Page, stack: Stack
) -> None:
    stack.run("room", "add", "7")
    nurse.locator('.tile[data-room="7"] [data-action="start-session"]').click(timeout=LATE_MS)
    nurse.locator("#start-patient").fill("P-701")
    nurse.locator("#start-dialog summary").click()
    day, clock = nurse.evaluate(CLINIC_DAY, 3 * HOUR_MS)
    nurse.locator("#start-paper-date").fill(day)
    nurse.locator("#start-paper-time").fill(clock)
    nurse.locator("#start-submit").click()
    nurse.wait_for_url("**/session/*", timeout=LATE_MS)
    sees(nurse, "#session-next", "Kept on paper: nothing is watched here.")
    nurse.keyboard.press("g")
    expect(nurse.locator("#decision-date")).to_be_visible(timeout=LATE_MS)
    day, clock = nurse.evaluate(CLINIC_DAY, 2 * HOUR_MS)
    nurse.locator("#decision-date").fill(day)
    nurse.locator("#decision-time").fill(clock)
    nurse.locator("#decision-submit").click()
    sees(nurse, '#session-head [data-state="current"]', "Baseline")
    sees(nurse, "#session-next .paper-times li:last-child", clock)
