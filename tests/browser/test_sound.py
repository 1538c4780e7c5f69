"""What sounds and when, on a screen that a person has touched; and that it says so where it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import clinic
from tests.browser.fakes import FakeDashboard, FakeGateway, wait_until
from tests.browser.listening import bursts, heard, listen, touch

pytestmark = pytest.mark.browser

SOUND = "#sound-state"
LONGER_THAN_ANY_BURST_MS = 4500


@pytest.fixture
def ward(page: Page, dashboard: FakeDashboard) -> Page:
    """A ward whose sound is on and that is listened to."""
    listen(page)
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    touch(page)
    return page


def sounded(gateway: FakeGateway) -> list[str]:
    return [name for receipt in gateway.messages("painted") for name in receipt["sounded"]]


def await_sounded(gateway: FakeGateway, *alarms: str, deadline_s: float = 10.0) -> None:
    wait_until(lambda: set(alarms) <= set(sounded(gateway)), f"receipts for {alarms}", deadline_s)


def let_pass(page: Page, ms: float) -> None:
    """A stretch of the page's own time, for what must not happen in it."""
    until = page.evaluate("performance.now()") + ms
    wait_until(lambda: page.evaluate("performance.now()") >= until, "time to pass")


def paused_room(number: int, now: int, seconds: int) -> dict[str, Any]:
    session = clinic.session(number, now, audio_paused_until=now + 1000 * seconds)
    return {**clinic.room(number, now, session=session), "values": {}}


def test_a_new_alarm_sounds_within_a_second_and_the_gateway_is_told(
    ward: Page, gateway: FakeGateway
) -> None:
    sent = ward.evaluate("performance.now()")
    gateway.update(alarms=[clinic.alarm(1, 2, "high", gateway.now())])
    burst = heard(ward, "high")
    assert burst["at"] - sent < 1000
    await_sounded(gateway, "a1")
    receipt = next(r for r in gateway.messages("painted") if r["sounded"])
    assert receipt["audio"] == "on"
    assert sounded(gateway).count("a1") == 1


def test_the_burst_is_repeated_while_the_alarm_is_active(ward: Page, gateway: FakeGateway) -> None:
    gateway.update(alarms=[clinic.alarm(1, 2, "high", gateway.now())])
    first = heard(ward, "high")
    second = heard(ward, "high", 2, deadline_s=15)
    length = ward.evaluate("InfusionMonitor.alarmAudio.lengthOf('high')") * 1000
    assert 2500 <= second["at"] - first["at"] - length <= 15_000


def test_the_most_urgent_alarm_of_all_rooms_is_the_one_that_sounds(
    ward: Page, gateway: FakeGateway
) -> None:
    gateway.update(alarms=[clinic.alarm(1, 1, "low", gateway.now())])
    heard(ward, "low")
    gateway.update(alarms=[clinic.alarm(2, 2, "high", gateway.now())])
    heard(ward, "high")
    gateway.update(alarms=[clinic.alarm(3, 1, "medium", gateway.now())])
    heard(ward, "high", 2, deadline_s=15)
    assert [burst["priority"] for burst in bursts(ward)] == ["low", "high", "high"]
    assert "a3" not in sounded(gateway), "what a more urgent one drowned was not heard"


def test_an_acknowledged_alarm_is_silent_at_once_and_the_next_one_takes_over(
    ward: Page, gateway: FakeGateway
) -> None:
    now = gateway.now()
    gateway.update(alarms=[clinic.alarm(1, 1, "high", now), clinic.alarm(2, 2, "medium", now)])
    heard(ward, "high")
    await_sounded(gateway, "a1")
    gateway.update(alarms=[clinic.alarm(1, 1, "high", now, state="acknowledged")])
    heard(ward, "medium", deadline_s=1.5)
    assert bursts(ward)[0]["heard"] < 10
    await_sounded(gateway, "a2")


def test_a_latched_alarm_stays_in_sight_and_is_not_heard(ward: Page, gateway: FakeGateway) -> None:
    gateway.update(alarms=[clinic.alarm(1, 1, "high", gateway.now(), state="latched")])
    expect(ward.locator('[data-alarm="a1"]')).to_have_attribute("data-state", "latched")
    let_pass(ward, 1000)
    assert bursts(ward) == []


def test_a_burst_ends_whole_when_its_condition_ends(ward: Page, gateway: FakeGateway) -> None:
    alarm = clinic.alarm(1, 1, "medium", gateway.now())
    gateway.update(alarms=[alarm])
    await_sounded(gateway, "a1")
    gateway.update(alarms=[{**alarm, "state": "ended"}])
    let_pass(ward, 1200)
    assert [burst["heard"] for burst in bursts(ward)] == [3]


def test_a_second_alarm_of_the_same_priority_is_heard_within_a_second_too(
    ward: Page, gateway: FakeGateway
) -> None:
    gateway.update(alarms=[clinic.alarm(1, 1, "high", gateway.now())])
    await_sounded(gateway, "a1")
    gateway.update(alarms=[clinic.alarm(2, 2, "high", gateway.now())])
    await_sounded(gateway, "a2", deadline_s=1.5)
    assert len(bursts(ward)) == 1, "the burst that sounds stands for both"
    let_pass(ward, 3500)
    gateway.update(alarms=[clinic.alarm(3, 2, "high", gateway.now())])
    await_sounded(gateway, "a3", deadline_s=1.5)
    assert len(bursts(ward)) == 2


def test_an_alarm_nobody_answered_is_louder_at_once(ward: Page, gateway: FakeGateway) -> None:
    now = gateway.now()
    ward.evaluate("""() => {
      window.levels = [];
      const begin = InfusionMonitor.alarmAudio.begin;
      InfusionMonitor.alarmAudio.begin = (context, priority, level, at) => {
        window.levels.push(level);
        return begin(context, priority, level, at);
      };
    }""")
    gateway.update(alarms=[clinic.alarm(1, 1, "high", now)])
    heard(ward, "high")
    gateway.update(alarms=[clinic.alarm(1, 1, "high", now, level=1)])
    heard(ward, "high", 2, deadline_s=1.5)
    assert ward.evaluate("window.levels") == [0, 1]


def test_a_paused_room_is_silent_until_its_time_is_over(ward: Page, gateway: FakeGateway) -> None:
    now = gateway.now()
    gateway.update(rooms=[paused_room(1, now, 3)], alarms=[clinic.alarm(1, 1, "high", now)])
    expect(ward.locator('[data-alarm="a1"]')).to_be_visible()
    heard(ward, "high")
    assert ward.evaluate("Date.now()") >= now + 3000


def test_a_worse_alarm_breaks_the_pause_and_sounds(ward: Page, gateway: FakeGateway) -> None:
    now = gateway.now()
    alarm = clinic.alarm(1, 1, "medium", now)
    gateway.update(alarms=[alarm])
    await_sounded(gateway, "a1")
    gateway.update(rooms=[paused_room(1, now, 120)])
    expect(ward.locator('.tile[data-room="1"]')).to_contain_text("1:5")
    assert len(bursts(ward)) == 1
    free = {**clinic.room(1, now), "values": {}}
    gateway.update(rooms=[free], alarms=[{**alarm, "priority": "high"}])
    heard(ward, "high", deadline_s=1.5)


def test_the_other_rooms_sound_while_one_is_paused(ward: Page, gateway: FakeGateway) -> None:
    now = gateway.now()
    gateway.update(rooms=[paused_room(1, now, 60)], alarms=[clinic.alarm(1, 1, "high", now)])
    gateway.update(alarms=[clinic.alarm(2, 2, "low", now)])
    heard(ward, "low")
    assert [burst["priority"] for burst in bursts(ward)] == ["low"]


def test_a_session_whose_alarms_are_paused_is_silent_but_a_call_for_help_is_heard(
    ward: Page, gateway: FakeGateway
) -> None:
    now = gateway.now()
    session = clinic.session(1, now, alarms_paused_until=now + 60_000)
    room = {**clinic.room(1, now, session=session), "values": {}}
    gateway.update(rooms=[room], alarms=[clinic.alarm(1, 1, "medium", now)])
    let_pass(ward, 800)
    assert bursts(ward) == []
    gateway.update(alarms=[clinic.alarm(2, 1, "high", now, kind="help", metric=None)])
    heard(ward, "high")


def test_a_reminder_is_one_burst(ward: Page, gateway: FakeGateway) -> None:
    now = gateway.now()
    alarm = clinic.alarm(1, 1, "medium", now, state="acknowledged", acknowledged_by="N-12")
    gateway.update(alarms=[alarm])
    gateway.update(alarms=[{**alarm, "reminded_at": now}])
    gateway.update(alarms=[{**alarm, "reminded_at": now}])
    heard(ward, "medium")
    await_sounded(gateway, "a1")
    let_pass(ward, 1500)
    assert len(bursts(ward)) == 1


def test_a_lost_gateway_sounds_as_a_technical_alarm_until_it_is_back(
    ward: Page, gateway: FakeGateway
) -> None:
    gateway.beating = False
    heard(ward, "medium", deadline_s=6)
    expect(ward.locator("#connection-cover")).to_be_visible()
    ward.locator('#connection-cover [data-action="pause-local"]').click()
    expect(ward.locator("#connection-cover")).to_contain_text("1:5")
    before = len(bursts(ward))
    gateway.beating = True
    expect(ward.locator("#connection-cover")).to_be_hidden()
    assert len(bursts(ward)) == before


def test_an_alarm_system_that_does_not_check_itself_sounds_until_a_person_pauses_it(
    ward: Page, gateway: FakeGateway
) -> None:
    gateway.self_check_age_s = 7.0
    heard(ward, "medium", deadline_s=4)
    ward.locator('#system-trouble [data-action="pause-local"]').click()
    expect(ward.locator("#system-trouble")).to_contain_text("1:5")
    gateway.self_check_age_s = 0.1
    expect(ward.locator("#system-trouble")).to_have_count(0)


def test_an_alarm_about_the_screens_has_no_room_and_sounds(
    ward: Page, gateway: FakeGateway
) -> None:
    nowhere = {"room_id": "", "room": "", "session": None, "kind": "screen", "metric": None}
    gateway.update(alarms=[{**clinic.alarm(1, 1, "medium", gateway.now()), **nowhere}])
    heard(ward, "medium")
    expect(ward.locator('[data-alarm="a1"]')).to_contain_text("The whole ward")
    expect(ward.locator('[data-alarm="a1"] [data-action="pause-audio"]')).to_be_hidden()


def test_an_alarm_test_sounds_each_priority_once_and_is_marked_as_a_test(
    ward: Page, gateway: FakeGateway
) -> None:
    gateway.update(alarm_test=True)
    expect(ward.locator("#alarm-test")).to_contain_text("TEST")
    heard(ward, "low", deadline_s=12)
    assert [burst["priority"] for burst in bursts(ward)] == ["high", "medium", "low"]
    assert sounded(gateway) == []
    expect(ward.locator("#alarm-test")).to_contain_text("! low")
    expect(ward.locator("#alarm-test")).to_have_count(0, timeout=15_000)


def test_a_real_alarm_ends_a_test(ward: Page, gateway: FakeGateway) -> None:
    gateway.update(alarm_test=True)
    heard(ward, "high")
    gateway.update(alarms=[clinic.alarm(1, 1, "medium", gateway.now())])
    heard(ward, "medium", deadline_s=1.5)
    await_sounded(gateway, "a1")
    expect(ward.locator("#alarm-test")).to_contain_text("a real alarm sounds")


def test_a_hidden_tab_sounds_on(
    tabs: BrowserContext, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    listen(tabs)
    page = tabs.pages[0]
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    touch(page)
    tabs.new_page().bring_to_front()
    wait_until(lambda: page.evaluate("document.hidden"), "the tab to be hidden")
    gateway.update(alarms=[clinic.alarm(1, 2, "high", gateway.now())])
    await_sounded(gateway, "a1", deadline_s=1.5)
    first = heard(page, "high")
    second = heard(page, "high", 2, deadline_s=15)
    assert second["at"] - first["at"] < 10_000
    assert all(r["alarms"] == [] for r in gateway.messages("painted") if r["hidden"])


def test_a_blocked_sound_is_said_on_the_screen_and_to_the_gateway_and_ends_with_a_touch(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    listen(page)
    page.goto(dashboard.url)
    expect(page.locator(SOUND)).to_have_text("Sound blocked: press here")
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    gateway.update(alarms=[clinic.alarm(1, 2, "high", gateway.now())])
    wait_until(
        lambda: any("a1" in r["alarms"] for r in gateway.messages("painted")), "the alarm in sight"
    )
    assert {receipt["audio"] for receipt in gateway.messages("painted")} == {"blocked"}
    assert sounded(gateway) == []
    page.locator(f"{SOUND} button").click()
    await_sounded(gateway, "a1", deadline_s=2)
    expect(page.locator(SOUND)).to_contain_text("Sound on")


def test_a_browser_without_audio_shows_everything_and_says_that_it_is_not_heard(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.add_init_script("window.AudioContext = function () { throw new Error('no device'); };")
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    page.locator("#clock").click()
    gateway.update(alarms=[clinic.alarm(1, 2, "high", gateway.now())])
    expect(page.locator('[data-alarm="a1"]')).to_be_visible()
    expect(page.locator(SOUND)).to_have_attribute("data-sound", "blocked")
    wait_until(lambda: "a1" in gateway.messages("painted")[-1]["alarms"], "the receipt")
    assert gateway.messages("painted")[-1]["audio"] == "blocked"


def test_a_sound_that_stands_still_counts_as_blocked_and_a_touch_begins_it_anew(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.add_init_script("""
      const time = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "currentTime").get;
      Object.defineProperty(BaseAudioContext.prototype, "currentTime", {
        get() { return window.stuck === this ? 1 : time.call(this); },
      });
      const Real = AudioContext;
      window.AudioContext = class extends Real { constructor() { super(); window.newest = this; } };
    """)
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    touch(page)
    page.evaluate("window.stuck = window.newest")
    expect(page.locator(SOUND)).to_have_attribute("data-sound", "blocked")
    wait_until(lambda: gateway.messages("painted")[-1]["audio"] == "blocked", "the receipt")
    touch(page)
    gateway.update(alarms=[clinic.alarm(1, 2, "high", gateway.now())])
    await_sounded(gateway, "a1")


def test_a_key_unblocks_as_well(page: Page, dashboard: FakeDashboard, gateway: FakeGateway) -> None:
    page.goto(dashboard.url)
    expect(page.locator(SOUND)).to_have_attribute("data-sound", "blocked")
    page.keyboard.press("Tab")
    expect(page.locator(SOUND)).to_have_attribute("data-sound", "on")
    wait_until(
        lambda: gateway.messages("painted")[-1]["audio"] == "on", "a receipt that it can sound"
    )


def test_the_submitted_sign_in_form_is_touch_enough_for_the_page_behind_it(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    dashboard.pages["/sign-in"] = (
        '<form action="/"><input id="name"><button>Sign in</button></form>'
    )
    page.goto(f"{dashboard.url}/sign-in")
    page.locator("#name").fill("N-12")
    page.locator("#name").press("Enter")
    expect(page.locator(SOUND)).to_have_attribute("data-sound", "on")


def test_a_quiet_screen_shows_and_never_sounds(ward: Page, gateway: FakeGateway) -> None:
    assert gateway.messages("subscribe")[0]["kind"] == "station"
    ward.locator(f"{SOUND} button").click()
    ward.locator('[data-action="quiet"]').click()
    expect(ward.locator(SOUND)).to_contain_text("Quiet screen")
    wait_until(lambda: gateway.messages("subscribe")[-1]["kind"] == "quiet", "a new subscription")
    ward.reload()
    expect(ward.locator(SOUND)).to_contain_text("Quiet screen")
    expect(ward.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    assert gateway.messages("subscribe")[-1]["kind"] == "quiet"
    ward.locator("#clock").click()
    gateway.update(alarms=[clinic.alarm(1, 2, "high", gateway.now())], alarm_test=True)
    expect(ward.locator('[data-alarm="a1"]')).to_be_visible()
    expect(ward.locator("#alarm-test")).to_contain_text("quiet screen")
    let_pass(ward, 1500)
    assert bursts(ward) == []
    assert gateway.messages("painted")[-1]["audio"] == "quiet"


def test_the_sound_of_this_screen_can_be_tested(ward: Page, gateway: FakeGateway) -> None:
    ward.locator(f"{SOUND} button").click()
    ward.locator('[data-action="test-sound"]').click()
    expect(ward.locator("#alarm-test")).to_contain_text("TEST")
    heard(ward, "medium")
    assert sounded(gateway) == []


def test_an_alarm_acknowledged_on_one_screen_is_silent_on_the_other(
    ward: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    other = ward.context.new_page()
    listen(other)
    other.goto(dashboard.url)
    expect(other.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    touch(other)
    now = gateway.now()

    def acknowledge(message: dict[str, Any]) -> None:
        gateway.update(
            alarms=[clinic.alarm(1, 2, "high", now, state="acknowledged", acknowledged_by="N-12")]
        )

    gateway.on_order = acknowledge
    gateway.update(alarms=[clinic.alarm(1, 2, "high", now)])
    heard(ward, "high")
    heard(other, "high")
    ward.bring_to_front()
    ward.locator('[data-alarm="a1"] [data-action="acknowledge"]').click()
    expect(other.locator('#acknowledged-list [data-alarm="a1"]')).to_be_visible()
    wait_until(lambda: bursts(other)[0]["heard"] < 10, "the burst to be cut")
    let_pass(other, LONGER_THAN_ANY_BURST_MS)
    assert len(bursts(other)) == 1
    assert len(bursts(ward)) == 1


def test_a_canary_comes_back_with_the_next_receipt_and_stands_nowhere(
    ward: Page, gateway: FakeGateway
) -> None:
    gateway.update(canary=48151)
    wait_until(
        lambda: any(r.get("canary") == 48151 for r in gateway.messages("painted")), "the canary"
    )
    assert "48151" not in ward.content()
