"""Limits changed on trial by a clinician, in a real browser before the real product."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.data_directory import DataDirectory, create
from monitor.identity import COOKIE_NAME, sign_cookie
from tests import watched_sessions
from tests.browser.axe import faults
from tests.processes import Running

pytestmark = pytest.mark.browser

SLOW_MS = 90_000
DELAY = "#rehearsal-spo2_below_2-delay"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> DataDirectory:
    directory = create(tmp_path_factory.mktemp("rehearsal") / "data", simulated=True)
    watched_sessions.write(directory, minutes=6)
    return directory


@pytest.fixture(scope="module")
def url(directory: DataDirectory) -> Iterator[str]:
    with Running(directory.path, "serve", "--simulated") as running:
        running.wait_until_pages()
        yield f"http://127.0.0.1:{running.port}"


@pytest.fixture
def page(
    browser: Browser, directory: DataDirectory, url: str, size: tuple[int, int], theme: str
) -> Iterator[Page]:
    """The page as a clinician has it, its fields in place."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    cookie = sign_cookie(directory.cookie_key, watched_sessions.CLINICIAN)
    kept = {COOKIE_NAME: cookie, "infusion_monitor_theme": theme}
    context.add_cookies([{"name": name, "value": v, "url": url} for name, v in kept.items()])
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda fault: broken.append(str(fault)))
    page.goto(f"{url}/rehearsal")
    expect(page.locator("#rehearsal-changed")).to_contain_text("Unchanged", timeout=SLOW_MS)
    yield page
    context.close()
    assert not broken


@pytest.mark.parametrize(("size", "theme"), [((1440, 900), "dark")])
def test_a_longer_delay_is_refused_mended_rehearsed_and_taken_along(page: Page) -> None:
    page.fill(DELAY, "soon")
    page.press(DELAY, "Enter")
    expect(page.locator("#rehearsal-told")).to_have_text(
        "SpO₂ < 90: This is not a number.", timeout=SLOW_MS
    )
    expect(page.locator(DELAY)).to_be_focused()
    expect(page.locator(DELAY)).to_have_attribute("aria-invalid", "true")
    assert faults(page, "#rehearsal-page") == []
    page.keyboard.press("Control+a")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    result = page.locator("#rehearsal-summary")
    expect(result).to_contain_text("1 session of 3 would have had other alarms.", timeout=SLOW_MS)
    expect(result).to_contain_text("2 sessions were not rehearsed")
    first = page.locator('#rehearsal-table .ag-row[row-id="s1"]')
    expect(first).to_contain_text("!!! 1 · up to 5 s")
    alarms = page.locator("#rehearsal-alarms")
    expect(alarms).to_contain_text("delayed · 5 s")
    page.locator('#rehearsal-table .ag-row[row-id="s3"] [col-id="patient"]').click()
    expect(alarms).to_contain_text("Every alarm exactly as recorded.")
    assert faults(page, "#rehearsal-page") == []
    with page.expect_download(timeout=SLOW_MS) as started:
        page.get_by_role("link", name="Alarms as CSV").click()
    assert started.value.suggested_filename.startswith("simulated-rehearsal-")
    (alarm,) = csv.DictReader(Path(started.value.path()).read_text().splitlines())
    assert (alarm["verdict"], alarm["changes"]) == ("delayed", "spo2_below_2=90/20s/high")


@pytest.mark.parametrize(("size", "theme"), [((1024, 768), "light")])
def test_back_to_the_protocols_limits_every_alarm_is_exactly_as_recorded(page: Page) -> None:
    page.fill("#rehearsal-spo2_below_1-value", "80")
    page.select_option("#rehearsal-pulse_rate_above_1-priority", "off")
    expect(page.locator("#rehearsal-changed")).to_have_text("Changed: 2")
    page.click("#rehearsal-reset")
    expect(page.locator("#rehearsal-spo2_below_1-value")).to_have_value("92")
    expect(page.locator("#rehearsal-pulse_rate_above_1-priority")).to_have_value("low")
    page.click("#rehearsal-start")
    expect(page.locator("#rehearsal-summary")).to_contain_text(
        "Exactly as recorded, in all 3 sessions.", timeout=SLOW_MS
    )
    expect(page.locator("#rehearsal-table .ag-row")).to_have_count(5)
    assert faults(page, "#rehearsal-page") == []
    page.reload()
    expect(page.locator("#rehearsal-summary")).to_contain_text(
        "the limits of the protocol, unchanged", timeout=SLOW_MS
    )
