"""The ward painted from the screen feed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import clinic
from tests.browser.fakes import FakeDashboard, FakeGateway, wait_until

pytestmark = pytest.mark.browser


def test_tiles_show_the_values_of_the_snapshot_and_then_of_updates(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    tile = page.locator('[data-room="1"]')
    expect(tile.locator('[data-metric="pulse_rate"]')).to_have_text("71")
    expect(tile.locator('[data-metric="spo2"]')).to_have_text("97")
    expect(tile.locator('[data-metric="nibp"]')).to_have_text("132/84")
    expect(tile).to_have_attribute("data-stale", "false")
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")

    gateway.update(points=[clinic.point("r1", "pulse_rate", 88, at=gateway.now())])

    expect(tile.locator('[data-metric="pulse_rate"]')).to_have_text("88")


def test_a_hole_in_the_sequence_is_answered_with_a_new_snapshot(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    gateway.seq += 3
    gateway.update(points=[clinic.point("r1", "pulse_rate", 140, at=gateway.now())])
    wait_until(lambda: gateway.messages("resync"), "a resync")
    expect(page.locator('[data-room="1"] [data-metric="pulse_rate"]')).to_have_text("71")
    gateway.update(points=[clinic.point("r1", "pulse_rate", 92, at=gateway.now())])
    expect(page.locator('[data-room="1"] [data-metric="pulse_rate"]')).to_have_text("92")
    assert len(gateway.messages("resync")) == 1


def test_an_alarm_is_acknowledged_only_when_the_gateway_says_so(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    now = gateway.now()
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    gateway.update(alarms=[clinic.alarm(1, 2, "high", now)])
    alarm = page.locator('[data-alarm="a1"]')
    expect(alarm).to_have_attribute("data-state", "active")
    expect(alarm).to_have_attribute("data-priority", "high")
    expect(alarm).to_have_attribute("data-room", "2")
    expect(alarm).to_contain_text("SpO2 91 % - below 92 for 15 s")
    expect(page.locator("#alarm-counts")).to_contain_text("1 high")
    wait_until(
        lambda: any("a1" in receipt["alarms"] for receipt in gateway.messages("painted")),
        "a receipt that the alarm is on the screen",
    )

    alarm.locator('[data-action="acknowledge"]').click()

    order = wait_until(lambda: gateway.messages("order"), "the order")[0]
    assert order["order"] == {"kind": "acknowledge_alarm", "alarm": "a1"}
    expect(alarm).to_have_attribute("data-order", "pending")
    expect(alarm).to_have_attribute("data-state", "active")
    acknowledged = clinic.alarm(
        1, 2, "high", now, state="acknowledged", acknowledged_by="N-12", acknowledged_at=now
    )
    gateway.update(alarms=[acknowledged])
    expect(page.locator('#acknowledged-list [data-alarm="a1"]')).to_contain_text("N-12")
    expect(page.locator("#alarm-counts")).not_to_contain_text("1 high")
    gateway.update(alarms=[{**acknowledged, "state": "ended"}])
    expect(alarm).to_have_count(0)


def test_a_refused_order_says_why_beside_the_alarm(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    def refuse(message: dict[str, Any]) -> None:
        gateway.send(
            {
                "type": "order_result",
                "order_id": message["order_id"],
                "ok": False,
                "code": "not_allowed",
                "message": "Sign in again",
                "field": "",
                "result": {},
            }
        )

    gateway.on_order = refuse
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    gateway.update(alarms=[clinic.alarm(1, 2, "medium", gateway.now())])
    page.locator('[data-alarm="a1"] [data-action="acknowledge"]').click()
    expect(page.locator('[data-alarm="a1"]')).to_contain_text("Sign in again")
    expect(page.locator('[data-alarm="a1"]')).to_have_attribute("data-order", "refused")


def test_text_from_outside_is_never_run(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    evil = '<img src=x onerror="window.hurt=1">'

    def snapshot() -> dict[str, Any]:
        now = clinic.now_ms()
        room = clinic.room(1, now, name=evil, session=clinic.session(1, now, patient=evil))
        text = {"en": evil, "nb": evil}
        task = {"room_id": "r1", "room": evil, "kind": "cuff", "at": now, "text": text}
        gap = {
            "room_id": "r1",
            "room": evil,
            "kind": "gap",
            "since": now,
            "until": None,
            "text": text,
        }
        alarm = clinic.alarm(1, 1, "high", now, room=evil, text=text, acknowledged_by=evil)
        return clinic.snapshot([room], now, alarms=[alarm], due=[task], not_watched=[gap])

    gateway.snapshot = snapshot
    gateway.degraded = [evil]
    page.goto(dashboard.url)
    expect(page.locator("#system-trouble")).to_contain_text(evil)
    expect(page.locator("#alarm-list")).to_contain_text(evil)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hurt") is None


def test_a_free_room_tells_dash_which_room_the_dialog_is_about(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.add_init_script(
        "window.asked = []; window.dash_clientside = { set_props: (id, props) => asked.push([id, props]) };"
    )
    page.goto(dashboard.url)
    page.locator('[data-room="3"] button').click()
    assert page.evaluate("window.asked") == [
        ["start-session-request", {"data": {"room": "3", "n": 1}}],
        ["start-title", {"children": "Start a session in room 3"}],
    ]


def test_a_new_session_takes_over_the_free_tile_and_its_end_frees_it(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    tile = page.locator('[data-room="3"]')
    expect(tile).to_contain_text("Free")
    free = clinic.room(3, gateway.now(), session=None, values={})
    gateway.update(rooms=[{**free, "session": clinic.session(3, gateway.now(), patient="P-NEW")}])
    expect(tile).to_contain_text("P-NEW")
    expect(tile.locator('[data-metric="pulse_rate"]')).to_have_text("--")
    gateway.update(points=[clinic.point("r3", "pulse_rate", 66, at=gateway.now())])
    expect(tile.locator('[data-metric="pulse_rate"]')).to_have_text("66")
    gateway.update(rooms=[free])
    expect(tile).to_contain_text("Free")
    expect(tile).not_to_contain_text("66")


def test_a_mean_only_cuff_shows_no_pressure_and_its_mean_beside_it(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    tile = page.locator('[data-room="1"]')
    expect(tile).to_contain_text("(100)")
    gateway.update(points=[clinic.point("r1", "nibp", (None, None, 88), at=gateway.now())])
    expect(tile.locator('[data-metric="nibp"]')).to_have_text("--")
    expect(tile).to_contain_text("(88)")


def test_a_late_reading_goes_to_the_trend_and_never_to_the_number(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    pulse = page.locator('[data-room="1"] [data-metric="pulse_rate"]')
    expect(pulse).to_have_text("71")
    gateway.update(points=[clinic.point("r1", "pulse_rate", 150, at=gateway.now(), late=1)])
    gateway.update(points=[clinic.point("r1", "pulse_rate", 72, at=gateway.now())])
    expect(pulse).to_have_text("72")
    trend = page.evaluate(
        "InfusionMonitor.model.rooms.get('r1').trend.pulse_rate.map((point) => point[4])"
    )
    assert trend == [150, 72]


def test_an_alarm_that_comes_to_the_top_of_the_list_is_in_sight(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.set_viewport_size({"width": 1440, "height": 700})
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    now = gateway.now()

    # Each above those before it, until the list holds more than it shows.
    for number, priority in enumerate(["low", "low", "medium", "medium", "high", "high"], 1):
        gateway.update(alarms=[clinic.alarm(number, 2, priority, now + number)])
        newest = page.locator(f'#alarm-list [data-alarm="a{number}"]')
        expect(newest).to_be_in_viewport(ratio=0.9)

    first = page.locator("#alarm-list > *").first
    expect(first).to_have_attribute("data-priority", "high")
    expect(first).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.querySelector('#alarm-list').scrollTop") == 0


TWO_TRENDS = """() => {
  const { trend, clock } = InfusionMonitor;
  const now = clock.now();
  const points = Array.from({ length: 60 }, (_, n) => [0, "pulse_rate", now - (59 - n) * 1000, 0, 70 + n % 5]);
  const made = () => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    document.body.append(svg);
    const one = trend.create(svg);
    Object.assign(one, { room: { trend: { pulse_rate: points } }, width: 300, height: 60 });
    one.drawnAt = performance.now() - 4000;
    return one;
  };
  const [other, own] = (window.madeTrends = [made(), made()]);
  trend.redraw(other);
  trend.redrawWithNumber(own);
  trend.drawWithFrame();
  return [other, own].map((one) => one.paths.size > 0);
}"""


def test_the_frame_of_a_number_draws_the_trend_of_its_own_tile_alone(
    page: Page, dashboard: FakeDashboard
) -> None:
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")

    assert page.evaluate(TWO_TRENDS) == [False, True]
    # A room that sends no number moves all the same.
    page.wait_for_function("() => window.madeTrends[0].paths.size > 0")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_twelve_rooms_fit_without_scrolling(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway, width: int, height: int
) -> None:
    def snapshot() -> dict[str, Any]:
        now = clinic.now_ms()
        wide = {
            "pulse_rate": clinic.value(now, 109),
            "spo2": clinic.value(now, 100),
            "nibp": clinic.value(now, (184, 112, 136)),
        }
        return clinic.snapshot([clinic.room(n, now, values=wide) for n in range(1, 13)], now)

    gateway.snapshot = snapshot
    page.set_viewport_size({"width": width, "height": height})
    page.goto(dashboard.url)
    expect(page.locator("[data-room]")).to_have_count(12)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.locator("#ward-grid").evaluate(
        "e => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth"
    )
    beyond = page.evaluate("""() => Array.from(document.querySelectorAll("[data-metric]")).filter((number) =>
        number.getBoundingClientRect().right > number.closest(".tile").getBoundingClientRect().right - 6).length""")
    assert beyond == 0, "a number runs out of its tile"


def test_worst_first_is_kept_over_a_reload(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    rooms = page.locator("#ward-grid > [data-room]")
    expect(rooms).to_have_count(3)
    gateway.update(alarms=[clinic.alarm(1, 2, "low", gateway.now())])
    expect(rooms.first).to_have_attribute("data-room", "1")
    page.get_by_role("button", name="Worst first").click()
    expect(rooms.first).to_have_attribute("data-room", "2")
    page.reload()
    expect(page.get_by_role("button", name="Worst first")).to_have_attribute("aria-pressed", "true")


def test_reduced_motion_keeps_the_alarm_and_stops_the_flashing(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    gateway.update(alarms=[clinic.alarm(1, 2, "high", gateway.now())])
    expect(page.locator('[data-room="2"] .tile-strip')).to_contain_text("!!! SpO2 91 %")
    lit = "e => getComputedStyle(e, '::before').opacity"
    assert page.locator('[data-room="2"].tile').evaluate(lit) == "1"
    assert page.locator("html").get_attribute("data-high-dark") is None
    page.emulate_media(reduced_motion="no-preference")
    expect(page.locator("html")).to_have_attribute("data-high-dark", "true")
    page.emulate_media(reduced_motion="reduce")
    expect(page.locator("html")).not_to_have_attribute("data-high-dark", "true")


def test_an_alarm_flashes_two_times_a_second_until_it_is_acknowledged_and_no_frame_is_drawn_between(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    alarm = clinic.alarm(1, 2, "high", gateway.now())
    gateway.update(alarms=[alarm])
    tile = page.locator('[data-room="2"].tile')
    expect(page.locator("html")).to_have_attribute("data-high-dark", "true")
    page.wait_for_function(
        "document.documentElement.matches('[data-high-dark]') &&"
        " getComputedStyle(document.querySelector('[data-room=\"2\"]'), '::before').opacity === '0'"
    )
    # An endless animation of the browser's would have every number wait for the next of sixty frames a second.
    assert tile.evaluate("e => e.getAnimations({ subtree: true }).length") == 0
    acknowledged = {"state": "acknowledged", "acknowledged_by": "N-12"}
    gateway.update(alarms=[{**alarm, **acknowledged}])
    expect(page.locator("html")).not_to_have_attribute("data-high-dark", "true")


def test_the_words_of_the_screen_are_the_operators_language(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    dashboard.screen["language"] = "nb"
    dashboard.screen["strings"] = {"Room {name}": "Rom {name}", "Free": "Ledig"}
    page.goto(dashboard.url)
    expect(page.locator('[data-room="3"]')).to_contain_text("Rom 3")
    expect(page.locator('[data-room="3"]')).to_contain_text("Ledig")
    gateway.update(alarms=[clinic.alarm(1, 2, "medium", gateway.now())])
    expect(page.locator('[data-alarm="a1"]')).to_contain_text("under 92 i 15 s")


def test_an_alarm_nobody_answers_says_whose_it_is_now(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    alarm = page.locator('[data-alarm="a1"]')
    for level, to, words in (
        (1, "N-20", "not answered: now for N-20"),
        (2, "", "not answered: for everybody"),
    ):
        gateway.update(
            alarms=[clinic.alarm(1, 1, "high", gateway.now(), level=level, addressed_to=to)]
        )
        expect(alarm).to_contain_text(words)


def test_an_alarms_words_say_what_the_number_is_now_while_it_may_be_believed(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    now = gateway.now()
    gateway.update(
        alarms=[clinic.alarm(1, 2, "high", now)],
        points=[clinic.point("r2", "spo2", 91, at=now)],
    )
    listed, strip = page.locator('[data-alarm="a1"]'), page.locator('[data-room="2"] .tile-strip')
    for place in (listed, strip):
        expect(place).to_contain_text("SpO2 91 % - below 92 for 15 s")
        expect(place).not_to_contain_text("· now")
    gateway.update(points=[clinic.point("r2", "spo2", 86, at=gateway.now())])
    for place in (listed, strip):
        expect(place).to_contain_text("SpO2 91 % - below 92 for 15 s · now 86")
    expect(page.locator('[data-room="2"] [data-metric="spo2"]')).to_have_attribute(
        "data-stale", "true"
    )
    for place in (listed, strip):
        expect(place).not_to_contain_text("· now")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_no_list_of_the_side_column_is_out_of_sight_without_a_word(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway, width: int, height: int
) -> None:
    def snapshot() -> dict[str, Any]:
        now = clinic.now_ms()
        told = {"en": "Cuff reading", "nb": "Mansjett"}
        task = {"room_id": "r1", "room": "1", "at": now, "text": told}
        unwatched = {"room_id": "r1", "room": "1", "since": now, "until": None, "text": told}
        states = ["active"] * 9 + ["acknowledged"] * 7
        alarms = [clinic.alarm(n, 1, "high", now, state=state) for n, state in enumerate(states)]
        rooms = [clinic.room(1, now)]
        lists = {"alarms": alarms, "due": [task] * 6, "not_watched": [unwatched] * 12}
        return clinic.snapshot(rooms, now, **lists)

    gateway.snapshot = snapshot
    page.set_viewport_size({"width": width, "height": height})
    page.goto(dashboard.url)
    counts = page.locator(".side-count")
    expect(counts).to_have_text(["9", "6", "7", "12"])
    for number in range(4):
        expect(page.locator(".side-title").nth(number)).to_be_in_viewport(ratio=1)
    first = page.locator("#alarm-list [data-action=acknowledge]").first
    expect(first).to_be_in_viewport(ratio=1)
    more = page.locator("#alarm-list + .side-more")
    expect(more).to_contain_text("more")
    seen = page.evaluate("""() => {
        const list = document.getElementById("alarm-list"), end = list.getBoundingClientRect().bottom + 6;
        return Array.from(list.children).filter((one) => one.getBoundingClientRect().bottom <= end).length;
    }""")
    expect(more).to_have_text(f"↓ {9 - seen} more")
    for _press in range(12):
        more.evaluate("button => button.click()")
    expect(more).to_be_hidden()
    expect(page.locator("#alarm-list .alarm").last).to_be_in_viewport(ratio=0.9)


def test_a_connection_of_seconds_is_not_called_live(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    pill = page.locator("#connection")
    expect(pill).to_have_attribute("data-connection", "live")
    gateway.beating = False
    for number in range(16):
        now = gateway.now()
        point = clinic.point("r1", "pulse_rate", 60 + number, at=now)
        gateway.update(server_time=now - 1500, points=[point])
        expect(page.locator('[data-room="1"] [data-metric="pulse_rate"]')).to_have_text(
            str(60 + number)
        )
    expect(pill).to_have_attribute("data-slow", "true")
    expect(pill).to_contain_text("Slow · 1.")
    expect(pill).to_have_attribute("data-connection", "live")
