"""How an operator signs in at the real product, and when a page of it is live."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.stack import OPERATOR, PASSWORD, Stack

LATE_MS = 30_000


def sign_in(page: Page, stack: Stack, path: str = "/", *, operator: str = OPERATOR) -> None:
    """Sign in, and wait until the page at this path is live."""
    page.goto(f"{stack.url}/sign-in?next={path}")
    page.locator('[name="operator"]').fill(operator)
    page.locator('[name="password"]').fill(PASSWORD)
    page.locator('[name="password"]').press("Enter")
    await_live(page)


def await_live(page: Page) -> None:
    """Wait until the page has the gateway's data."""
    expect(page.locator('#connection[data-connection="live"]')).to_be_visible(timeout=LATE_MS)
