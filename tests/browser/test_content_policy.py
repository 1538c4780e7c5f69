"""A real browser holds the pages to their content security policy, and no page breaks it by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stack import OPERATOR, PASSWORD, Stack

pytestmark = pytest.mark.browser

LATE_MS = 30_000
PAGES = (
    "/",
    "/session/s1",
    "/review/s1",
    "/series/P-1",
    "/sessions",
    "/clinic",
    "/plan",
    "/alarms",
    "/unassigned",
    "/settings",
    "/rehearsal",
    "/simulator",
    "/paper/ketamine_iv",
    "/nowhere",
)
_REPORT = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.broken.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile || ""}:${event.lineNumber}`);
});
"""
_INJECTED = """() => {
  const script = document.createElement("script");
  script.textContent = "window.injected = true";
  document.body.append(script);
  const image = document.createElement("img");
  image.setAttribute("onerror", "window.injected = true");
  image.src = "/assets/nothing.png";
  document.body.append(image);
  return new Promise((done) => setTimeout(() => done(window.injected === true), 500));
}"""
_LEAKED = """() => fetch("http://127.0.0.1:9/", { mode: "no-cors" }).then(() => "sent", () => "blocked")"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("policy"))
    stack.feed()
    yield stack
    stack.close()


@pytest.fixture
def visitor(page: Page, stack: Stack) -> Page:
    page.add_init_script(_REPORT)
    page.goto(f"{stack.url}/sign-in")
    page.locator('[name="operator"]').fill(OPERATOR)
    page.locator('[name="password"]').fill(PASSWORD)
    assert page.evaluate("window.broken") == []
    page.keyboard.press("Enter")
    expect(page.locator('#connection[data-connection="live"]')).to_be_visible(timeout=LATE_MS)
    return page


def test_no_page_breaks_its_content_security_policy(visitor: Page, stack: Stack) -> None:
    for path in PAGES:
        visitor.goto(stack.url + path)
        expect(visitor.locator("main").first).to_be_visible(timeout=LATE_MS)
        visitor.wait_for_load_state("networkidle")
        assert visitor.evaluate("window.broken") == [], path


def test_a_script_that_gets_into_a_page_does_not_run_and_reaches_nobody(
    visitor: Page, stack: Stack
) -> None:
    assert visitor.evaluate(_INJECTED) is False
    assert visitor.evaluate(_LEAKED) == "blocked"
    broken = visitor.evaluate("window.broken.map((one) => one.split(':')[0])")
    assert {"script-src-elem", "script-src-attr", "connect-src"} <= set(broken)
