"""What a ward page shows of room 1 when contact is lost, and when it is back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.fakes import wait_until
from tests.browser.signing_in import sign_in
from tests.browser.stack import Stack
from tests.browser.watching import Recording

TILE = '.tile[data-room="1"]'
PULSE = f'{TILE} [data-metric="pulse_rate"]'
RECEIVED = """() => {
  const rooms = Array.from(InfusionMonitor.model.rooms.values());
  const values = rooms.find((room) => room.name === "1").values;
  return ["pulse_rate", "spo2"].map((metric) => Math.max(...Array.from(values[metric].values(), (v) => v.receivedAt)));
}"""
LIVE_S = 20.0
IN_TIME_MS = 3500
HELD = "in a real browser no number that is older than 3.5 s looks live, and after the fault new ones come"


def signed_in(page: Page, stack: Stack) -> Recording:
    """The nurse is on the ward page, live; what it shows of room 1 is recorded from now on."""
    sign_in(page, stack)
    expect(page.locator(TILE)).to_be_visible()
    return Recording(page, tile=TILE, pulse=PULSE, cover="#connection-cover", pill="#connection")


def await_live(recording: Recording, after: float) -> float:
    """The moment after this one at which the tile is not stale, both by the page's clock in ms."""
    at: float = recording.first("tile", after=after, stale="false", deadline_s=LIVE_S)["at"]
    return at


def assert_nothing_looks_live(page: Page, recording: Recording, after: float) -> str:
    """Everything old is struck and the screen covered in time: what staff saw, in words."""
    covered = recording.first("cover", after=after, hidden=False)
    struck = recording.first("tile", after=after, stale="true")
    pill = recording.first("pill", after=after, connection="lost")
    last_contact = page.evaluate("performance.now() - InfusionMonitor.watchdog.silence()")
    last_value = min(page.evaluate(RECEIVED))
    covered_ms, struck_ms = covered["at"] - last_contact, struck["wall"] - last_value
    assert covered_ms < IN_TIME_MS
    assert pill["at"] - last_contact < IN_TIME_MS
    assert struck_ms < IN_TIME_MS
    for metric in ("pulse_rate", "spo2", "nibp"):
        number = page.locator(f'{TILE} [data-metric="{metric}"]')
        expect(number).to_have_attribute("data-stale", "true")
    expect(page.locator("#connection-cover")).to_contain_text("Nothing on this screen is live")
    return (
        f"numbers struck {struck_ms / 1000:.1f} s after the last value, the screen covered {covered_ms / 1000:.1f} s "
        "after the last contact"
    )


def await_back(page: Page, recording: Recording, after: float) -> str:
    """The screen is live again by itself, with new values: how long that took since this moment of the page's."""
    back = recording.first("pill", after=after, connection="live", deadline_s=LIVE_S)
    recording.first("cover", after=after, hidden=True)
    fresh = page.evaluate("Date.now()")
    wait_until(lambda: min(page.evaluate(RECEIVED)) > fresh, "new readings", LIVE_S)
    expect(page.locator(TILE)).to_have_attribute("data-stale", "false")
    return f"by itself, {(back['at'] - after) / 1000:.1f} s after"
