"""The simulator's page on the whole product: what a tester drives by hand is seen on the ward."""

from __future__ import annotations

import os
import signal
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from simulators.scenarios.library import read_scenario
from tests.browser import axe
from tests.browser.fakes import wait_until
from tests.browser.signing_in import sign_in
from tests.browser.stack import PASSWORD, Stack

pytestmark = [pytest.mark.browser, pytest.mark.faults]

TESTER = "tess"
SLOW_MS = 60_000
BED = '[data-bed="1"]'
TILE = '.tile[data-room="1"]'
TABLET = {"width": 1024, "height": 768}
TOO_SMALL = """() => Array.from(document.querySelectorAll(
    "#simulator-page :is(button, input:not([type=checkbox]), select, summary, a, .sim-check-field)"))
  .map((one) => [one.textContent || one.ariaLabel, one.getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && (box.height < 44 || box.width < 44))
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), is_empty=True)
    stack.run("operator", "add", TESTER, "--role", "tester", given=PASSWORD)
    yield stack
    stack.close()


@pytest.fixture(scope="module")
def testers(stack: Stack, browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which the tester is signed in, and has put patients into two rooms."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, stack, "/simulator", operator=TESTER)
    page.locator('[data-field="scenario"]').select_option("normal", timeout=SLOW_MS)
    page.locator('[data-field="count"]').fill("2")
    page.locator('[data-action="start-many"]').click()
    told = page.locator("#simulator-start [role=status]")
    expect(told).to_have_text("2 of 2 rooms set up.", timeout=SLOW_MS)
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(stack: Stack, testers: BrowserContext) -> Iterator[Page]:
    """The simulator with room 1 chosen; a script that fails on it fails the test."""
    page = testers.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(f"{stack.url}/simulator")
    bed = page.locator(BED)
    expect(bed).to_have_attribute("data-link", "connected", timeout=SLOW_MS)
    bed.click()
    expect(page.locator("#simulator-head")).to_contain_text("Room 1")
    yield page
    page.close()
    assert not faults, f"scripts failed: {faults}"


@pytest.fixture
def ward(stack: Stack, testers: BrowserContext) -> Iterator[Page]:
    """The ward on another screen."""
    ward = testers.new_page()
    ward.goto(stack.url)
    yield ward
    ward.close()


def row(page: Page, vital: str) -> Locator:
    return page.locator(f'[data-vital="{vital}"]')


def press(page: Page, deed: str) -> None:
    page.get_by_role("button", name=deed, exact=True).click()


def test_a_slider_moved_by_keys_drives_the_value_on_the_ward_and_alarms_there(
    page: Page, ward: Page
) -> None:
    page.locator("#simulator-over").select_option("0")
    slider = row(page, "spo2").locator("input[type=range]")
    slider.focus()
    while int(slider.input_value()) > 84:
        slider.press("ArrowLeft")
    expect(row(page, "spo2")).to_have_attribute("data-driven", "true")
    expect(page.locator('[data-body="spo2"] .value-number')).to_have_text("84")
    tile = ward.locator(TILE)
    expect(tile.locator('[data-metric="spo2"]')).to_have_text("84", timeout=SLOW_MS)
    expect(tile).to_have_attribute("data-worst", "high", timeout=SLOW_MS)
    alarm = page.locator(".seen-alarm")
    expect(alarm).to_have_attribute("data-priority", "high")
    expect(alarm).to_contain_text("SpO₂ 84 %")
    row(page, "spo2").get_by_role("button", name="Release SpO₂").click()
    expect(row(page, "spo2")).not_to_have_attribute("data-driven", "true")
    expect(page.locator("#simulator-log")).to_contain_text("SpO₂ to 84 in 0 s")
    expect(tile.locator('[data-metric="spo2"]')).not_to_have_text("84", timeout=SLOW_MS)


def test_a_cut_network_is_seen_as_silence_and_as_nothing_else(page: Page, ward: Page) -> None:
    tile = ward.locator(TILE)
    expect(tile).to_have_attribute("data-stale", "false", timeout=SLOW_MS)
    press(page, "Cut the network")
    expect(page.locator(BED)).to_have_attribute("data-link", "cut")
    expect(page.get_by_role("button", name="Cut the network")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(tile).to_have_attribute("data-stale", "true")
    shown = page.locator('#simulator-seen [data-metric="pulse_rate"]')
    expect(shown).to_have_attribute("data-stale", "true")
    expect(ward.locator("#alarm-list")).to_contain_text("No data", timeout=SLOW_MS)
    press(page, "Restore it")
    expect(page.locator(BED)).to_have_attribute("data-link", "connected", timeout=SLOW_MS)
    expect(tile).to_have_attribute("data-stale", "false", timeout=SLOW_MS)
    expect(shown).to_have_attribute("data-stale", "false")


def test_a_desk_that_dies_is_said_in_words_and_its_patients_go_on_afterwards(
    page: Page, stack: Stack
) -> None:
    body = page.locator('[data-body="pulse_rate"] .value-number')
    expect(body).not_to_have_text("–")
    died = stack.desk_pid()
    with stack.frozen(died):
        expect(page.locator("#simulator-desk")).to_have_text("No answer from the desk")
        expect(page.locator("#simulator-nobody")).to_contain_text("is not known")
        expect(body).to_have_text("–")
        expect(page.locator(BED)).to_have_count(0)
        expect(page.get_by_role("button", name="Panic")).to_be_disabled()
        assert axe.faults(page, "#simulator-page") == []
        os.kill(died, signal.SIGKILL)
    wait_until(lambda: stack.desk_pid() != died, "another desk", 40)
    expect(page.locator("#simulator-desk")).to_have_text("2 patients run", timeout=SLOW_MS)
    expect(page.locator(BED)).to_have_attribute("data-link", "connected", timeout=SLOW_MS)
    expect(body).not_to_have_text("–")


def test_what_was_done_by_hand_comes_as_a_scenario_file(page: Page, tmp_path: Path) -> None:
    press(page, "Motion 20 s")
    expect(page.locator("#simulator-log li").first).to_contain_text("Motion")
    with page.expect_download() as download:
        page.locator('[data-action="save"]').click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.suffix == ".toml"
    done = [event["do"] for event in tomllib.loads(file.read_text())["room"][0]["event"]]
    assert "motion" in done
    assert read_scenario(file).seconds > 0


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_page_is_for_every_eye_and_hand(page: Page, stack: Stack, theme: str) -> None:
    cookie = {"name": "infusion_monitor_theme", "value": theme, "url": stack.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    page.reload()
    expect(page.locator(BED)).to_be_visible(timeout=SLOW_MS)
    page.locator(".sim-summary").click()
    expect(page.locator('[data-action="start-one"]')).to_be_enabled()
    assert axe.faults(page, "#simulator-page") == []
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]


def test_everything_is_reached_by_the_tabulator(page: Page) -> None:
    page.locator(".sim-summary").focus()
    for wanted in (BED, '[data-action="clear"]', '[data-vital="pulse_rate"] input', ".deed"):
        target = page.locator(wanted).first
        for _tab in range(60):
            if target.evaluate("(element) => element === document.activeElement"):
                break
            page.keyboard.press("Tab")
        expect(target).to_be_focused()


def test_a_stopped_patient_is_started_again(page: Page) -> None:
    turn = page.locator('[data-action="turn-patient"]')
    turn.click()
    expect(page.locator(BED)).to_have_attribute("data-link", "stopped")
    expect(page.locator('[data-body="pulse_rate"] .value-number')).to_have_text("–")
    expect(turn).to_have_text("Start this patient again")
    turn.click()
    expect(page.locator(BED)).to_have_attribute("data-link", "connected", timeout=SLOW_MS)


def test_the_ward_is_cleared_at_the_second_press_and_not_at_the_first(
    page: Page, ward: Page
) -> None:
    page.locator('[data-action="clear"]').click()
    expect(page.locator('[data-action="keep"]')).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator('[data-action="clear"]')).to_be_focused()
    expect(page.locator(BED)).to_have_attribute("data-link", "connected")
    page.locator('[data-action="clear"]').click()
    page.locator('[data-action="clear-now"]').click()
    told = page.locator("#simulator-ends [role=status]")
    expect(told).to_contain_text("Sessions ended: 2", timeout=SLOW_MS)
    expect(page.locator("#simulator-rooms")).to_have_text("No patient is simulated yet.")
    expect(ward.locator(".tile")).to_have_count(0, timeout=SLOW_MS)
