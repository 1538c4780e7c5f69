"""The series of a patient and the clinic's rates in a real browser, before the real product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from monitor.data_directory import create
from tests import past_series
from tests.browser.axe import faults
from tests.processes import Running

pytestmark = pytest.mark.browser

SLOW_MS = 20_000
FIGURES = (".js-plotly-plot",)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard on a directory with one series."""
    directory = create(tmp_path_factory.mktemp("series") / "data", simulated=True)
    past_series.write(directory)
    with Running(directory.path, "serve", "--simulated") as running:
        running.wait_until_pages()
        yield f"http://127.0.0.1:{running.port}"


def open_signed_in(page: Page, product: str, path: str) -> None:
    page.goto(f"{product}/sign-in?next={path}")
    page.locator('[name="operator"]').fill(past_series.OPERATOR)
    page.locator('[name="password"]').fill(past_series.PASSWORD)
    page.locator('[name="password"]').press("Enter")
    expect(page.locator("#connection")).to_have_attribute(
        "data-connection", "live", timeout=SLOW_MS
    )
    if path not in page.url:
        page.goto(f"{product}{path}")


def test_a_picked_session_stands_out_and_a_score_is_entered_and_voided(
    page: Page, product: str
) -> None:
    open_signed_in(page, product, f"/series/{past_series.PATIENT}")
    expect(page.locator("#series-overlay .main-svg").first).to_be_visible(timeout=SLOW_MS)
    assert faults(page, "#series-page", but=FIGURES) == []
    first = page.get_by_role("button", name="Session 1, 4 Nov 2026")
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(
        """() => {
            const { data } = document.querySelector("#series-overlay .js-plotly-plot");
            const width = (name) => data.find((t) => t.meta.part === "line" && t.meta.session === name).line.width;
            return width("s1") > width("s6");
        }"""
    )
    page.get_by_role("button", name="Enter a score").click()
    page.keyboard.type("17")
    page.keyboard.press("Enter")
    line = page.locator(".outcome-line", has_text="MADRS 17")
    expect(line).to_be_visible(timeout=SLOW_MS)
    line.get_by_role("button", name="Void").click()
    page.locator("#outcome-void-form-reason").fill("typed twice")
    page.keyboard.press("Enter")
    expect(line).to_contain_text("typed twice", timeout=SLOW_MS)


def test_the_clinics_rates_are_those_of_the_chosen_days(page: Page, product: str) -> None:
    open_signed_in(page, product, "/clinic")
    # The series is of a day that will be long ago: the usual days need not reach it.
    page.locator("#clinic-since").fill("01/11/2026")
    page.locator("#clinic-since").press("Enter")
    expect(page.locator("#clinic-rates")).to_contain_text("Alarm load", timeout=SLOW_MS)
    assert faults(page, ".clinic-page") == []
    page.locator("#clinic-until").fill("02/11/2026")
    page.locator("#clinic-until").press("Enter")
    expect(page.locator("#clinic-rates")).to_have_text(
        "No session began on these days.", timeout=SLOW_MS
    )
