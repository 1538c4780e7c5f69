"""Several sources of one metric: the tile shows the worst and says which."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import clinic
from tests.browser.clinic import MINUTE
from tests.browser.fakes import FakeDashboard, FakeGateway

pytestmark = pytest.mark.browser


@pytest.fixture
def spo2(page: Page, dashboard: FakeDashboard, gateway: FakeGateway) -> Locator:
    """The SpO2 of a room with two devices; the first says 97."""

    def snapshot() -> dict[str, Any]:
        now = clinic.now_ms()
        both = {"d1": "Bed 1", "d2": "Spare"}
        slow = {"pulse_rate": 60.0, "spo2": 60.0}
        return clinic.snapshot([clinic.room(1, now, sources=both, stale_after_s=slow)], now)

    gateway.snapshot = snapshot
    page.goto(dashboard.url)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    return page.locator(".value-spo2")


def says(gateway: FakeGateway, source: str, value: Any, *, ago_ms: int = 0) -> None:
    at = gateway.now() - ago_ms
    gateway.update(points=[clinic.point("r1", "spo2", value, at=at, source=source)])


def number(spo2: Locator) -> Locator:
    return spo2.locator('[data-metric="spo2"]')


def test_of_two_devices_the_worse_one_is_shown_by_name(spo2: Locator, gateway: FakeGateway) -> None:
    says(gateway, "d2", 91)
    expect(number(spo2)).to_have_text("91")
    expect(spo2).to_contain_text(re.compile(r"≠ 97 · .*Spare"))
    says(gateway, "d1", 90)
    expect(number(spo2)).to_have_text("90")
    expect(spo2).to_contain_text(re.compile(r"≠ 91 · .*Bed 1"))


def test_sources_that_differ_do_not_hide_the_values_age(
    spo2: Locator, gateway: FakeGateway
) -> None:
    says(gateway, "d2", 91, ago_ms=20_000)
    expect(spo2).to_contain_text(re.compile(r"≠ 97 · .*Spare"))
    expect(spo2.locator(".value-note")).to_contain_text(re.compile(r"^≠ 97 · 2\d s · Spare$"))


def test_sources_that_agree_are_no_matter(spo2: Locator, gateway: FakeGateway) -> None:
    says(gateway, "d2", 97)
    says(gateway, "d2", 97)
    expect(number(spo2)).to_have_text("97")
    expect(spo2).not_to_contain_text("≠")


def test_a_recent_value_by_hand_beyond_its_limits_comes_before_a_device_that_is_within(
    spo2: Locator, gateway: FakeGateway
) -> None:
    says(gateway, "manual", 88)
    expect(number(spo2)).to_have_text("88")
    expect(spo2).to_contain_text(re.compile(r"≠ 97 · .*by hand"))
    says(gateway, "manual", 96)
    expect(number(spo2)).to_have_text("97")


def test_an_old_value_by_hand_does_not_stand_for_now(spo2: Locator, gateway: FakeGateway) -> None:
    says(gateway, "manual", 88, ago_ms=16 * MINUTE)
    says(gateway, "d1", 95)
    expect(number(spo2)).to_have_text("95")
    expect(spo2).not_to_contain_text("88")


def test_a_device_without_a_value_does_not_hide_one_that_has_it(
    spo2: Locator, gateway: FakeGateway
) -> None:
    says(gateway, "d2", None)
    says(gateway, "d1", 95)
    says(gateway, "d2", None)
    expect(number(spo2)).to_have_text("95")
