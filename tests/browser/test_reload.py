"""A value that was withdrawn: every screen asks for the whole picture, because nothing else can take it away."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import clinic
from tests.browser.fakes import FakeDashboard, FakeGateway, wait_until

pytestmark = pytest.mark.browser


def test_a_withdrawn_value_leaves_the_tile_with_the_next_snapshot(
    page: Page, dashboard: FakeDashboard, gateway: FakeGateway
) -> None:
    page.goto(dashboard.url)
    number = page.locator('.tile[data-room="1"] [data-metric="spo2"]')
    expect(number).to_have_text("97")

    def without() -> dict[str, Any]:
        now = clinic.now_ms()
        values = {"spo2": clinic.value(now, 95)}
        return clinic.snapshot([clinic.room(1, now, values=values)], now)

    gateway.snapshot = without
    gateway.update(reload=True)
    wait_until(lambda: gateway.messages("resync"), "the screen to ask anew")
    expect(number).to_have_text("95")
