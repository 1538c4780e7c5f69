"""The whole product in a real browser: frozen feeds, frozen and killed gateways, and a nurse's hands."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.contact import (
    HELD,
    IN_TIME_MS,
    LIVE_S,
    RECEIVED,
    TILE,
    assert_nothing_looks_live,
    await_back,
    await_live,
    signed_in,
)
from tests.browser.fakes import wait_until
from tests.browser.freezing import descendants, processes_of
from tests.browser.stack import OPERATOR, Stack
from tests.browser.watching import Recording
from tests.faults.report import note

pytestmark = [pytest.mark.browser, pytest.mark.faults]


def assert_struck_in_time_when_the_feed_freezes(
    page: Page, stack: Stack, recording: Recording, where: str
) -> None:
    feed = stack.feed()
    try:
        live = await_live(recording, 0)
        with stack.frozen(feed.pid):
            struck = recording.first("tile", after=live, stale="true")
            last = page.evaluate(RECEIVED)
            number = recording.first("pulse", after=live, stale="true")
            struck_ms = struck["wall"] - min(last)
            assert 3000 <= struck_ms < IN_TIME_MS
            assert number["wall"] - last[0] < IN_TIME_MS
            thawed = page.evaluate("performance.now()")
        recovery_s = (await_live(recording, struck["at"]) - thawed) / 1000
    finally:
        stack.stop(feed)
    note(
        f"on screens: the device is frozen ({where})",
        held=HELD,
        seen=f"numbers struck {struck_ms / 1000:.1f} s after the last value",
        recovery=f"by itself, {recovery_s:.1f} s after it ran on",
    )


def test_a_frozen_feed_is_struck_within_three_and_a_half_seconds(page: Page, stack: Stack) -> None:
    assert_struck_in_time_when_the_feed_freezes(
        page, stack, signed_in(page, stack), "a tab in front"
    )


def test_a_frozen_feed_is_struck_as_fast_in_a_hidden_tab(
    tabs: BrowserContext, stack: Stack
) -> None:
    page = tabs.pages[0]
    recording = signed_in(page, stack)
    tabs.new_page().bring_to_front()
    wait_until(lambda: page.evaluate("document.hidden"), "the tab to be hidden")
    assert_struck_in_time_when_the_feed_freezes(page, stack, recording, "a hidden tab")


def test_a_frozen_gateway_covers_the_screen_within_three_and_a_half_seconds(
    page: Page, stack: Stack
) -> None:
    recording = signed_in(page, stack)
    feed = stack.feed()
    try:
        live = await_live(recording, 0)
        with stack.frozen(stack.gateway_pid()):
            seen = assert_nothing_looks_live(page, recording, live)
            thawed = page.evaluate("performance.now()")
        recovery = await_back(page, recording, thawed)
    finally:
        stack.stop(feed)
    note(
        "on screens: the gateway is frozen", held=HELD, seen=seen, recovery=f"{recovery} it ran on"
    )


def test_a_killed_gateway_covers_the_screen_and_comes_back_on_it_by_itself(
    page: Page, stack: Stack
) -> None:
    recording = signed_in(page, stack)
    feed = stack.feed()
    try:
        live = await_live(recording, 0)
        killed = stack.gateway_pid()
        # Whoever would start it again waits: it stays away for longer than anything may look live.
        with stack.frozen(stack.serving_pid):
            os.kill(killed, signal.SIGKILL)
            gone = recording.first("pill", after=live, connection="stale")
            seen = assert_nothing_looks_live(page, recording, gone["at"])
            again = page.evaluate("performance.now()")
        wait_until(lambda: stack.gateway_pid() != killed, "a new gateway", LIVE_S)
        recovery = await_back(page, recording, again)
    finally:
        stack.stop(feed)
    note(
        "on screens: the gateway is killed",
        held=HELD,
        seen=seen,
        recovery=f"{recovery} it was started again",
    )


def test_an_alarm_is_acknowledged_from_the_ward(page: Page, stack: Stack) -> None:
    signed_in(page, stack)
    alarm = page.locator('[data-alarm][data-room="1"]').first
    expect(alarm).to_have_attribute("data-state", "active", timeout=30_000)
    occurrence = alarm.get_attribute("data-alarm")
    expect(page.locator("#sound-state")).to_have_attribute("data-sound", "on")
    known = f"InfusionMonitor.model.alarms.get('{occurrence}')"
    wait_until(lambda: page.evaluate(f"{known}.painted_at"), "proof that it was seen")
    wait_until(lambda: page.evaluate(f"{known}.sounded_at"), "proof that it was heard")
    same = page.locator(f'[data-alarm="{occurrence}"]')
    same.locator('[data-action="acknowledge"]').click()
    expect(same).to_have_attribute("data-state", "acknowledged")
    expect(same).to_contain_text(OPERATOR)


def test_a_nurse_starts_a_session_moves_it_on_and_enters_vital_signs(
    page: Page, stack: Stack
) -> None:
    signed_in(page, stack)
    page.locator('.tile[data-room="2"] button').click()
    page.locator("#start-patient").fill("P-77")
    page.locator("#start-submit").click()
    page.wait_for_url("**/session/*")
    expect(page.locator("#session-head")).to_contain_text("P-77")
    expect(page.locator('#session-numerics [data-metric="pulse_rate"]')).to_have_text("--")
    page.locator("#page").click()
    page.keyboard.press("v")
    page.locator("#vitals-pulse").fill("72")
    page.locator("#vitals-systolic").fill("121")
    page.locator("#vitals-diastolic").fill("79")
    page.locator("#vitals-spo2").fill("98")
    page.locator("#vitals-submit").click()
    expect(page.locator('#session-numerics [data-metric="pulse_rate"]')).to_have_text("72")
    expect(page.locator('#session-numerics [data-metric="nibp"]')).to_have_text("121/79")
    expect(page.locator("#session-numerics")).to_contain_text("by hand")
    page.locator("#next-phase").click()
    page.locator("#decision-submit").click()
    expect(page.locator('#session-head [data-state="current"]')).to_contain_text("Baseline")


def test_a_tile_leads_to_its_session_and_back_without_losing_the_live_socket(
    page: Page, stack: Stack
) -> None:
    signed_in(page, stack)
    page.evaluate("window.stillTheSamePage = true")
    page.locator(f"{TILE} a").click()
    page.wait_for_url(f"**/session/{stack.session}")
    expect(page.locator("#session-head")).to_contain_text("P-1")
    expect(page.locator("#session-trace .js-plotly-plot")).to_be_visible()
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    page.locator("#nav").get_by_text("Ward").click()
    expect(page.locator(TILE)).to_be_visible()
    assert page.evaluate("window.stillTheSamePage") is True


def test_a_screen_that_is_frozen_is_an_alarm_on_another_screen(
    page: Page, tabs: BrowserContext, tmp_path: Path, stack: Stack
) -> None:
    signed_in(tabs.pages[0], stack)
    signed_in(page, stack)
    stopped = descendants(processes_of(tmp_path))
    assert stopped
    told = page.locator('#alarm-list [data-alarm^="ward-a"]').filter(has_text="no longer confirms")
    try:
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        stopped_at = time.monotonic()
        expect(told).to_be_visible(timeout=30_000)
        told_s = time.monotonic() - stopped_at
        expect(told).to_have_attribute("data-priority", "medium")
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    running_at = time.monotonic()
    expect(told).to_have_count(0, timeout=30_000)
    note(
        "on screens: another screen is frozen",
        held="a screen that nobody can trust any more is missed",
        seen=f"after {told_s:.0f} s an alarm of medium priority on the others: it no longer confirms",
        recovery=f"by itself, {time.monotonic() - running_at:.1f} s after it ran on",
    )


_ALARMS_SEEN = """() => {
  window.alarmsSeen = new Set();
  new MutationObserver(() => {
    for (const words of document.querySelectorAll("#alarm-list .alarm-words")) window.alarmsSeen.add(words.textContent);
  }).observe(document.getElementById("alarm-list"), { subtree: true, childList: true, characterData: true });
}"""


def test_a_gateway_that_stood_still_says_so_and_blames_no_station(
    page: Page, browser: Browser, stack: Stack
) -> None:
    elsewhere = browser.new_context()
    signed_in(elsewhere.new_page(), stack)
    signed_in(page, stack)
    page.evaluate(_ALARMS_SEEN)
    with stack.frozen(stack.gateway_pid()):
        silence = "InfusionMonitor.watchdog.silence()"
        wait_until(lambda: page.evaluate(silence) > 11_000, "eleven silent seconds", 20)
    told = page.locator("#alarm-list [data-alarm]").filter(has_text="stood still for")
    expect(told).to_be_visible(timeout=10_000)
    expect(told).to_have_attribute("data-priority", "low")
    told.locator('[data-action="acknowledge"]').click()
    expect(told).to_have_count(0)
    seen = page.evaluate("Array.from(window.alarmsSeen)")
    assert not [words for words in seen if "no longer confirms" in words], seen
    elsewhere.close()
