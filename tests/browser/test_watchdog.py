"""Old numbers never look new: silence, a lost gateway, hidden and frozen tabs."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import clinic
from tests.browser.fakes import FakeDashboard, FakeGateway, wait_until
from tests.browser.watching import Recording

pytestmark = pytest.mark.browser

TILE = '[data-room="1"]'
PULSE = f'{TILE} [data-metric="pulse_rate"]'


def shown_ward(page: Page, dashboard: FakeDashboard) -> Recording:
    page.goto(dashboard.url)
    expect(page.locator(PULSE)).to_have_text("71")
    return Recording(page, tile=TILE, pulse=PULSE, cover="#connection-cover", pill="#connection")


def test_a_value_is_struck_between_three_and_three_and_a_half_seconds_after_the_last_one(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    recording = shown_ward(page, dashboard)
    now = gateway.now()
    gateway.update(
        points=[
            clinic.point("r1", "pulse_rate", 88, at=now),
            clinic.point("r1", "spo2", 96, at=now),
        ]
    )
    arrived = recording.first("pulse", text="88")
    struck = recording.first("pulse", after=arrived["at"], stale="true")
    tile = recording.first("tile", after=arrived["at"], stale="true")

    assert struck["wall"] - now >= 3000
    assert struck["at"] - arrived["at"] < 3500
    assert tile["at"] - arrived["at"] < 3500
    assert "line-through" in page.locator(PULSE).evaluate("e => getComputedStyle(e).textDecoration")
    expect(page.locator(TILE)).to_contain_text("stale")
    expect(page.locator(PULSE)).to_have_text("88")


def test_a_struck_tile_comes_back_with_the_next_value(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    recording = shown_ward(page, dashboard)
    struck = recording.first("tile", stale="true")
    now = gateway.now()
    gateway.update(
        points=[
            clinic.point("r1", "pulse_rate", 90, at=now),
            clinic.point("r1", "spo2", 96, at=now),
        ]
    )
    recording.first("tile", after=struck["at"], stale="false")
    expect(page.locator(PULSE)).to_have_text("90")


def test_one_silent_metric_is_struck_alone(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    shown_ward(page, dashboard)

    def pulse_goes_on() -> bool:
        gateway.update(points=[clinic.point("r1", "pulse_rate", 80, at=gateway.now())])
        return page.locator(f'{TILE} [data-metric="spo2"]').get_attribute("data-stale") == "true"

    wait_until(pulse_goes_on, "SpO2 to be struck")
    expect(page.locator(PULSE)).to_have_attribute("data-stale", "false")
    expect(page.locator(f'{TILE} [data-metric="nibp"]')).to_have_attribute("data-stale", "false")
    expect(page.locator(TILE)).to_have_attribute("data-stale", "true")


def test_a_device_that_says_it_sends_once_a_minute_is_not_struck_in_between(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    shown_ward(page, dashboard)
    slow = clinic.room(1, gateway.now(), stale_after_s={"pulse_rate": 62.0, "spo2": 62.0})
    gateway.update(rooms=[{**slow, "values": {}}])
    gateway.update(points=[clinic.point("r1", "pulse_rate", 71, at=gateway.now())])
    gateway.update(points=[clinic.point("r2", "pulse_rate", 72, at=gateway.now())])
    other = page.locator('[data-room="2"] [data-metric="pulse_rate"]')
    expect(other).to_have_attribute("data-stale", "true", timeout=6000)
    expect(page.locator(PULSE)).to_have_attribute("data-stale", "false")


def test_a_value_that_was_long_on_its_way_is_struck_from_its_first_paint(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    recording = shown_ward(page, dashboard)
    old = gateway.now() - 3200
    gateway.update(points=[clinic.point("r2", "pulse_rate", 77, at=gateway.now())])
    gateway.update(points=[clinic.point("r1", "pulse_rate", 99, at=old)])
    assert all(
        state["stale"] == "true" for state in recording.states("pulse") if state["text"] == "99"
    )


def test_a_gateway_that_says_nothing_is_covered_within_three_and_a_half_seconds_and_comes_back(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    recording = shown_ward(page, dashboard)
    gateway.heartbeat()
    gateway.beating = False
    gateway.heartbeat()
    last = page.evaluate("performance.now()")
    covered = recording.first("cover", hidden=False)
    assert covered["at"] - last < 3500
    assert recording.first("pill", connection="lost")["at"] - last < 3500
    expect(page.locator("#connection-cover")).to_contain_text("No contact with the gateway")
    expect(page.locator("#connection-cover")).to_contain_text("Last contact")
    for metric in ("pulse_rate", "spo2", "nibp"):
        number = page.locator(f'{TILE} [data-metric="{metric}"]')
        expect(number).to_have_attribute("data-stale", "true")

    gateway.beating = True

    recording.first("cover", after=covered["at"], hidden=True)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")


def test_a_restarted_gateway_is_live_again_within_one_point_six_seconds(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    recording = shown_ward(page, dashboard)
    gateway.close()
    gone = recording.first("pill", connection="stale")
    again = FakeGateway(gateway.snapshot, gateway.port)
    try:
        up = page.evaluate("performance.now()")
        live = recording.first("pill", after=gone["at"], connection="live")
        assert live["at"] - up < 1600
    finally:
        again.close()


def test_a_hidden_tab_strikes_and_covers_as_fast_and_says_that_it_is_hidden(
    tabs: BrowserContext, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page = tabs.pages[0]
    recording = shown_ward(page, dashboard)
    tabs.new_page().bring_to_front()
    wait_until(lambda: page.evaluate("document.hidden"), "the tab to be hidden")
    now = gateway.now()
    gateway.update(
        points=[
            clinic.point("r1", "pulse_rate", 88, at=now),
            clinic.point("r1", "spo2", 96, at=now),
        ]
    )
    arrived = recording.first("pulse", text="88")
    wait_until(
        lambda: any(receipt["hidden"] for receipt in gateway.messages("painted")),
        "a hidden receipt",
    )
    struck = recording.first("tile", after=arrived["at"], stale="true")
    assert struck["at"] - arrived["at"] < 3500

    gateway.beating = False
    gateway.heartbeat()
    last = page.evaluate("performance.now()")
    assert recording.first("cover", hidden=False)["at"] - last < 3500


def test_a_page_that_was_frozen_shows_nothing_old_as_new_when_it_wakes(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    recording = shown_ward(page, dashboard)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Debugger.enable")
    devtools.send("Debugger.pause")
    slept_from = gateway.now()
    gateway.update(points=[clinic.point("r1", "pulse_rate", 88, at=slept_from)])
    wait_until(lambda: gateway.now() - slept_from > 4000, "the page to have stood still")
    devtools.send("Debugger.resume")
    devtools.send("Debugger.disable")
    wait_until(lambda: len(gateway.messages("subscribe")) > 1, "a fresh socket")
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    assert not [
        state
        for state in recording.states("pulse")
        if state["text"] == "88" and state["stale"] == "false"
    ]


def test_a_gateway_whose_self_check_is_old_is_said_on_the_screen(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    shown_ward(page, dashboard)
    gateway.self_check_age_s = 7.0
    gateway.degraded = ["storage: disk full"]
    expect(page.locator("#system-trouble")).to_contain_text("has not checked itself for 7 s")
    expect(page.locator("#system-trouble")).to_contain_text("storage: disk full")
    gateway.self_check_age_s = 0.2
    gateway.degraded = []
    expect(page.locator("#system-trouble")).to_have_count(0)
