"""Audio pause and the call for help, from the ward and from the session's page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import clinic, pages
from tests.browser.fakes import FakeDashboard, FakeGateway, wait_until

pytestmark = pytest.mark.browser


def opened(page: Page, dashboard: FakeDashboard, path: str = "/") -> None:
    dashboard.pages["/session/s1"] = pages.html(pages.SESSION)
    page.goto(f"{dashboard.url}{path}")
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")


def orders(gateway: FakeGateway) -> list[dict[str, Any]]:
    return [message["order"] for message in gateway.messages("order")]


def answer(gateway: FakeGateway, order: dict[str, Any], **changes: Any) -> None:
    result = {"type": "order_result", "order_id": order["order_id"], "ok": True, "code": ""}
    gateway.send({**result, "message": "", "field": "", "result": {}, **changes})


def obey_pauses(gateway: FakeGateway) -> None:
    """The gateway's part: room 1 is paused and resumed as ordered."""

    def obey(message: dict[str, Any]) -> None:
        now = gateway.now()
        paused = message["order"]["kind"] == "pause_audio"
        until = now + 1000 * message["order"]["seconds"] if paused else None
        session = clinic.session(1, now, audio_paused_until=until)
        gateway.update(rooms=[{**clinic.room(1, now, session=session), "values": {}}])
        answer(gateway, message)

    gateway.on_order = obey


@pytest.mark.parametrize("path", ["/", "/session/s1"])
def test_audio_is_paused_beside_the_alarm_counts_down_and_is_resumed(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway, path: str
) -> None:
    opened(page, dashboard, path)
    obey_pauses(gateway)
    gateway.update(alarms=[clinic.alarm(1, 1, "high", gateway.now())])
    alarm = page.locator('[data-alarm="a1"]')
    alarm.get_by_text("Pause audio 2:00").click()
    row = page.locator('[data-paused="1"]')
    expect(row).to_contain_text("no sound")
    expect(row).to_contain_text("1:5")
    expect(alarm.locator('[data-action="pause-audio"]')).to_be_hidden()
    expect(alarm).to_have_attribute("data-state", "active")
    row.locator('[data-action="resume-audio"]').click()
    expect(row).to_have_count(0)
    assert orders(gateway) == [
        {"kind": "pause_audio", "room": "1", "seconds": 120},
        {"kind": "resume_audio", "room": "1"},
    ]


def test_a_pause_counts_down_in_the_tile_and_goes_when_it_is_over(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    opened(page, dashboard)
    now = gateway.now()
    session = clinic.session(1, now, audio_paused_until=now + 3000)
    gateway.update(rooms=[{**clinic.room(1, now, session=session), "values": {}}])
    expect(page.locator('.tile[data-room="1"]')).to_contain_text("Audio paused 0:0")
    expect(page.locator('[data-paused="1"]')).to_be_visible()
    expect(page.locator('[data-paused="1"]')).to_have_count(0)
    expect(page.locator('.tile[data-room="1"]')).not_to_contain_text("Audio paused")


def test_a_pause_of_all_signals_is_said_in_the_tile(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    opened(page, dashboard)
    now = gateway.now()
    session = clinic.session(1, now, alarms_paused_until=now + 300_000)
    gateway.update(rooms=[{**clinic.room(1, now, session=session), "values": {}}])
    expect(page.locator('.tile[data-room="1"]')).to_contain_text("Alarms paused 4:5")


def test_a_refused_pause_says_why(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    opened(page, dashboard)
    gateway.on_order = lambda message: answer(gateway, message, ok=False, message="Sign in again")
    gateway.update(alarms=[clinic.alarm(1, 1, "high", gateway.now())])
    page.locator('[data-alarm="a1"] [data-action="pause-audio"]').click()
    expect(page.locator('[data-alarm="a1"]')).to_contain_text("Sign in again")


def test_one_press_or_a_slip_calls_nobody_and_two_presses_call_for_help(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    opened(page, dashboard)
    page.locator('.tile[data-room="2"] [data-action="room-menu"]').click()
    help_wanted = page.locator('.room-menu [data-action="call-help"]')
    help_wanted.dblclick()
    expect(help_wanted).to_have_text("Press again: call for help")
    assert orders(gateway) == []
    pressed_at = page.evaluate("performance.now()")
    wait_until(lambda: page.evaluate("performance.now()") > pressed_at + 400, "the time of a slip")
    help_wanted.click()
    wait_until(lambda: orders(gateway), "the call")
    assert orders(gateway) == [{"kind": "call_help", "room": "2"}]


def test_an_armed_call_is_forgotten_after_a_while(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    opened(page, dashboard, "/session/s1")
    help_wanted = page.locator('#session-numerics [data-action="call-help"]')
    help_wanted.click()
    expect(help_wanted).to_have_text("Press again: call for help")
    expect(help_wanted).to_have_text("Call for help", timeout=8000)
    assert orders(gateway) == []


def test_the_menu_of_a_tile_does_not_lead_to_the_session_and_closes_with_escape(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    opened(page, dashboard)
    page.locator('.tile[data-room="1"] [data-action="room-menu"]').click()
    expect(page.locator(".room-menu")).to_be_visible()
    assert page.url.rstrip("/") == dashboard.url
    page.keyboard.press("Escape")
    expect(page.locator(".room-menu")).to_have_count(0)
    expect(page.locator('.tile[data-room="1"] [data-action="room-menu"]')).to_be_focused()


def test_a_free_room_has_nothing_to_pause_and_nobody_to_call_for(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    opened(page, dashboard)
    expect(page.locator('.tile[data-room="3"]')).to_be_visible()
    expect(page.locator('.tile[data-room="3"] [data-action="room-menu"]')).to_have_count(0)
