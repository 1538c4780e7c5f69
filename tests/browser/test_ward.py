"""The ward painted from the screen feed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import clinic
from tests.browser.fakes import FakeDashboard, FakeGateway


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
