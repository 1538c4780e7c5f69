"""One browser for all tests of this folder; a fake dashboard and gateway for each fine test."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.browser import clinic, pages
from tests.browser.fakes import FakeDashboard, FakeGateway, wait_until
from tests.browser.signing_in import sign_in
from tests.browser.stack import Stack
from tests.chromium import ARGUMENTS, PROGRAM

# A browser beside another test on two cores may be starved for seconds: what is awaited comes, only later.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
    yield chromium
    chromium.close()


@pytest.fixture
def tabs(playwright: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser as a person has it: a tab behind another one is hidden and its timers are throttled.

    Playwright's own way of starting a browser makes every page believe that it is the one in front.
    """
    process = subprocess.Popen(
        [
            PROGRAM,
            "--headless",
            "--remote-debugging-port=0",
            f"--user-data-dir={tmp_path}",
            *ARGUMENTS,
            "about:blank",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        address = tmp_path / "DevToolsActivePort"
        wait_until(
            lambda: address.exists() and address.read_text().strip(), "the browser's debugging port"
        )
        port = address.read_text().split()[0]
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
        yield browser.contexts[0]
        browser.close()
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test when a script on it fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    yield page
    context.close()
    assert not faults, f"scripts failed: {faults}"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The product with a session in room 1, for the tests of one file."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    yield stack
    stack.close()


@pytest.fixture
def nurse(page: Page, stack: Stack) -> Page:
    """Signed in, on the page of the session."""
    sign_in(page, stack, f"/session/{stack.session}")
    expect(page.locator("#vitals-open")).to_be_visible()
    return page


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    """Three rooms with values of this moment; room 3 is free."""

    def snapshot() -> dict[str, Any]:
        now = clinic.now_ms()
        rooms = [
            clinic.room(1, now),
            clinic.room(2, now),
            clinic.room(3, now, session=None, values={}),
        ]
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
