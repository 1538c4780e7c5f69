"""One browser for all tests of this folder; a fake dashboard and gateway for each fine test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import clinic, pages
from tests.browser.fakes import FakeDashboard, FakeGateway

_CHROMIUM = os.environ.get("INFUSION_MONITOR_CHROMIUM", "/usr/bin/chromium")
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test when a script on it fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    faults: list[Any] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    yield page
    context.close()
    assert not faults, f"scripts failed: {faults}"


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    """Three rooms with values of this moment; room 3 is free."""

    def snapshot() -> dict[str, Any]:
        now = clinic.now_ms()
        rooms = [clinic.room(1, now), clinic.room(2, now), clinic.room(3, now, session=None, values={})]
        return clinic.snapshot(rooms, now)

    gateway = FakeGateway(snapshot)
    yield gateway
    gateway.close()


@pytest.fixture
def dashboard(gateway: FakeGateway) -> Iterator[FakeDashboard]:
    dashboard = FakeDashboard(gateway.url)
    dashboard.pages["/"] = pages.html(pages.WARD)
    yield dashboard
    dashboard.close()
