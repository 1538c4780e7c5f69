"""Signing out of the real product locks the station: nothing goes blank or quiet, and nothing can be changed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from tests.browser.contact import PULSE, TILE, signed_in
from tests.browser.fakes import wait_until
from tests.browser.listening import heard, listen
from tests.browser.stack import OPERATOR, PASSWORD, Stack

pytestmark = [pytest.mark.browser]

LIVE_S = 30_000
DIALOG = "#sign-in-dialog"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    stack.run("operator", "add", "ola", "--role", "clinician", given=PASSWORD)
    yield stack
    stack.close()


@pytest.fixture
def feed(stack: Stack) -> Iterator[subprocess.Popen[bytes]]:
    feed = stack.feed()
    yield feed
    stack.stop(feed)


def open_menu(page: Page) -> None:
    """The operator's menu; a press before the page is ready for it opens nothing and is repeated."""

    def opened() -> bool:
        page.locator(".pill.operator").click()
        try:
            page.locator("#sign-out").wait_for(timeout=2000)
        except NotInTime:
            return False
        return True

    wait_until(opened, "the operator's menu")


def lock(page: Page) -> None:
    open_menu(page)
    page.locator("#sign-out").click()
    expect(page.locator("#locked")).to_be_visible()
    expect(page.locator(".pill.operator")).to_be_hidden()


def sign_in_here(page: Page, operator: str = OPERATOR, password: str = PASSWORD) -> None:
    page.locator(f'{DIALOG} [name="operator"]').fill(operator)
    page.locator(f'{DIALOG} [name="password"]').fill(password)
    page.locator(f'{DIALOG} [name="password"]').press("Enter")


def help_alarm(page: Page) -> Locator:
    return page.locator('#alarm-list [data-alarm][data-priority="high"]').filter(
        has_text="Help wanted"
    )


def call_help(page: Page) -> None:
    """From a page of somebody who is signed in."""
    page.locator(f'{TILE} [data-action="room-menu"]').click()
    button = page.locator('.room-menu [data-action="call-help"]')
    button.click()
    expect(button).to_have_attribute("data-armed", "true")
    page.evaluate("window.armedAt = performance.now()")
    # A second press at once would count as a slip of the first.
    wait_until(lambda: page.evaluate("performance.now() - window.armedAt > 1000"), "a moment")
    button.click()
    expect(help_alarm(page)).to_be_visible()
    page.keyboard.press("Escape")


def test_signing_out_locks_and_the_ward_goes_on_painting_and_sounding(
    page: Page, browser: Browser, stack: Stack, feed: subprocess.Popen[bytes]
) -> None:
    listen(page)
    signed_in(page, stack)
    page.evaluate("window.stillTheSamePage = true")
    expect(page.locator(PULSE)).to_have_attribute("data-stale", "false", timeout=LIVE_S)
    lock(page)
    expect(page.locator("#locked")).to_have_text("Locked: sign in to act")
    expect(page.locator("#connection-cover")).to_be_hidden()
    expect(page.locator(PULSE)).to_have_attribute("data-stale", "false")

    elsewhere = browser.new_context()
    colleague = elsewhere.new_page()
    signed_in(colleague, stack)
    call_help(colleague)
    expect(help_alarm(page)).to_be_visible()
    heard(page, "high")

    help_alarm(page).locator('[data-action="acknowledge"]').click()
    expect(page.locator(DIALOG)).to_be_visible()
    expect(help_alarm(page)).to_have_attribute("data-state", "active")
    sign_in_here(page, password="wrong one")
    expect(page.locator(f"{DIALOG} [role=alert]")).to_contain_text("do not sign you in")
    sign_in_here(page)
    expect(page.locator(DIALOG)).to_be_hidden()
    expect(page.locator(".pill.operator")).to_contain_text(OPERATOR)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    expect(page.locator("#sound-state")).to_have_attribute("data-sound", "on")
    help_alarm(page).locator('[data-action="acknowledge"]').click()
    expect(help_alarm(page)).to_have_count(0)
    assert page.evaluate("window.stillTheSamePage") is True
    elsewhere.close()


def test_every_tab_of_the_browser_locks_and_opens_with_the_first(page: Page, stack: Stack) -> None:
    signed_in(page, stack)
    other = page.context.new_page()
    other.goto(f"{stack.url}/session/{stack.session}")
    expect(other.locator("#operator-name")).to_contain_text(OPERATOR)
    lock(page)
    expect(other.locator("#locked")).to_be_visible()
    other.locator("#page").click()
    other.keyboard.press("v")
    expect(other.locator(DIALOG)).to_be_visible()
    expect(other.locator("#vitals-pulse")).to_be_hidden()
    sign_in_here(other, "ola")
    expect(other.locator(DIALOG)).to_be_hidden()
    for tab in (page, other):
        expect(tab.locator("#locked")).to_be_hidden()
        expect(tab.locator("#operator-name")).to_contain_text("ola")
    other.keyboard.press("v")
    expect(other.locator("#vitals-pulse")).to_be_visible()


def test_a_tab_that_heard_nothing_is_told_by_the_first_refusal(page: Page, stack: Stack) -> None:
    signed_in(page, stack)
    page.goto(f"{stack.url}/session/{stack.session}")
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    expect(page.locator("#vitals-open")).to_be_visible()
    page.locator("#page").click()
    page.keyboard.press("v")
    page.locator("#vitals-pulse").fill("72")
    page.context.clear_cookies(name="infusion_monitor_operator")
    page.locator("#vitals-submit").click()
    expect(page.locator(DIALOG)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-locked", "true")
    sign_in_here(page)
    expect(page.locator(DIALOG)).to_be_hidden()
    # Nothing typed is lost by it.
    expect(page.locator("#vitals-pulse")).to_have_value("72")
    page.locator("#vitals-submit").click()
    expect(page.locator("#session-log")).to_contain_text("72")


def test_a_locked_page_can_be_reloaded_and_shows_no_records(
    page: Page, stack: Stack, feed: subprocess.Popen[bytes]
) -> None:
    signed_in(page, stack)
    page.locator("#nav").get_by_text("Settings").click()
    page.wait_for_url("**/settings")
    lock(page)
    expect(page.locator(TILE)).to_be_visible()
    assert page.url == f"{stack.url}/"
    page.reload()
    expect(page.locator(PULSE)).to_have_attribute("data-stale", "false", timeout=LIVE_S)
    expect(page.locator("#locked")).to_be_visible()
    page.locator(f"{TILE} a").first.click()
    expect(page.locator("#session-head")).to_contain_text("P-1")
    page.locator("#nav").get_by_text("Alarms").click()
    expect(page.locator(DIALOG)).to_be_visible()
    sign_in_here(page)
    page.wait_for_url("**/alarms")
    expect(page.locator("#alarms-table")).to_be_visible()


def test_a_hand_that_comes_back_types_its_pin(page: Page, stack: Stack) -> None:
    signed_in(page, stack)
    page.get_by_role("link", name="Settings").click()
    page.locator("#pin-owner").fill(PASSWORD)
    page.locator("#pin").fill("4711")
    page.locator("#pin-set").click()
    expect(page.get_by_text("Your PIN is set.")).to_be_visible(timeout=LIVE_S)
    page.get_by_role("link", name="Ward").click()
    lock(page)
    page.locator("#locked").click()
    expect(page.locator(f'{DIALOG} [name="operator"]')).to_have_value(OPERATOR)
    page.keyboard.type("4711")
    page.keyboard.press("Enter")
    expect(page.locator(".pill.operator")).to_be_visible(timeout=LIVE_S)
    stack.run("operator", "sign-out", OPERATOR)
    expect(page.locator("#locked")).to_be_visible(timeout=LIVE_S)
    expect(page.locator(TILE)).to_be_visible()


def test_somebody_of_another_language_finds_the_page_in_it(page: Page, stack: Stack) -> None:
    signed_in(page, stack)
    open_menu(page)
    page.locator("#language-nb").click()
    expect(page.locator("html")).to_have_attribute("lang", "nb")
    lock(page)
    expect(page.locator("#locked")).to_have_text("Låst: logg inn for å handle")
    page.reload()
    expect(page.locator("#locked")).to_have_text("Låst: logg inn for å handle")
    page.locator("#locked").click()
    expect(page.locator(DIALOG)).to_contain_text("Avdelingen vises fortsatt")
    sign_in_here(page, "ola")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#operator-name")).to_contain_text("ola")
    lock(page)
    page.locator("#locked").click()
    sign_in_here(page)
    expect(page.locator("html")).to_have_attribute("lang", "nb")
    open_menu(page)
    page.locator("#language-en").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_locked_station_cannot_be_made_quiet(page: Page, stack: Stack) -> None:
    signed_in(page, stack)
    lock(page)
    page.locator("#sound-state button").first.click()
    page.locator('[data-action="quiet"]').click()
    expect(page.locator(DIALOG)).to_be_visible()
    expect(page.locator("#sound-state")).to_have_attribute("data-sound", "on")


def test_the_sound_is_tested_before_signing_in(page: Page, stack: Stack) -> None:
    listen(page)
    page.goto(f"{stack.url}/sign-in")
    page.locator('[data-action="test-sound"]').click()
    expect(page.locator("#sound-test [role=status]")).to_contain_text("Three tones were played")
    heard(page, "medium")


def test_a_stranger_gets_the_sign_in_page_and_nothing_else(
    page: Page, context_of_a_stranger: BrowserContext, stack: Stack
) -> None:
    signed_in(page, stack)
    stranger = context_of_a_stranger.new_page()
    stranger.goto(stack.url)
    expect(stranger.locator('[name="password"]')).to_be_visible()
    assert stranger.url.startswith(f"{stack.url}/sign-in")


@pytest.fixture
def context_of_a_stranger(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()
