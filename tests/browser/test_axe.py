"""Every page and every dialog as axe-core sees it: names, roles, contrast, on a wide screen and on a tablet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import faults
from tests.browser.stack import OPERATOR, PASSWORD, Stack

pytestmark = pytest.mark.browser

LATE_MS = 30_000
FIGURE = "#session-trace .js-plotly-plot"
"""What Plotly draws: its numbers are in the log and in the tables too."""
SCREENS = [
    pytest.param((1440, 900), "dark", "en", id="wide-dark"),
    pytest.param((1024, 768), "light", "nb", id="tablet-light"),
]
TABLED = ("/sessions", "/alarms")
PAGES = ("/", "/plan", "/sessions", "/alarms", "/unassigned", "/settings", "/paper/ketamine_iv")
SETTLED = """() => Promise.allSettled(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)
)"""
DIALOGS = "Array.from(document.querySelectorAll('.dialog-layer'), (one) => one.id)"


@pytest.fixture
def visitor(
    browser: Browser, stack: Stack, size: tuple[int, int], theme: str, language: str
) -> Iterator[Page]:
    """Signed in, on a screen of this size with this theme and language."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height})
    theme_cookie = {"name": "infusion_monitor_theme", "value": theme, "url": stack.url}
    context.add_cookies([theme_cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{stack.url}/sign-in")
    assert faults(page) == []
    page.locator('[name="operator"]').fill(OPERATOR)
    page.locator('[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    live(page)
    if page.locator("html").get_attribute("lang") != language:
        page.locator(".pill.operator").click()
        page.locator(f"#language-{language}").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        live(page)
    yield page
    context.close()


def live(page: Page) -> None:
    pill = page.locator('#connection[data-connection="live"]')
    expect(pill).to_be_visible(timeout=LATE_MS)
    expect(page.locator("#page h1").first).to_be_attached(timeout=LATE_MS)


def drawn(page: Page, path: str) -> None:
    """A table has its heads: the grid comes after its page, and draws them after its own outline."""
    if path in TABLED:
        grid = page.locator(".table")
        expect(grid.locator(".ag-header-cell").first).to_be_visible(timeout=LATE_MS)
        expect(grid.locator(".ag-header-row:empty")).to_have_count(0, timeout=LATE_MS)


def dialogs(page: Page) -> list[str]:
    """What is wrong with each dialog of the page, opened one after the other."""
    found = []
    for name in page.evaluate(DIALOGS):
        page.evaluate("(name) => InfusionMonitor.dialogs.open(name)", name)
        expect(page.locator(f"#{name} .dialog")).to_be_visible()
        found += faults(page, f"#{name}")
    page.evaluate("InfusionMonitor.dialogs.close()")
    return found


def menu(page: Page, opener: str) -> list[str]:
    """What is wrong with a menu."""
    page.locator(opener).click()
    expect(page.get_by_role("menuitem").first).to_be_focused()
    # While it fades in, its words are paler than they will be.
    page.evaluate(SETTLED)
    found = faults(page, but=(FIGURE,))
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    return found


@pytest.mark.parametrize(("size", "theme", "language"), SCREENS)
def test_every_page_and_dialog_can_be_read_and_worked_by_everybody(
    visitor: Page, stack: Stack
) -> None:
    for path in PAGES:
        visitor.goto(f"{stack.url}{path}")
        live(visitor)
        drawn(visitor, path)
        assert faults(visitor) == [], path
    visitor.goto(f"{stack.url}/plan")
    live(visitor)
    assert dialogs(visitor) == []
    visitor.goto(f"{stack.url}/session/{stack.session}")
    live(visitor)
    expect(visitor.locator("#session-banner .alarm").first).to_be_visible(timeout=LATE_MS)
    assert faults(visitor, but=(FIGURE,)) == []
    assert dialogs(visitor) == []
    assert menu(visitor, '[data-key="."]') == []
    assert menu(visitor, ".pill.operator") == []
    visitor.goto(f"{stack.url}/nowhere")
    assert faults(visitor) == []
