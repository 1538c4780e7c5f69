"""Pages that stay open for hours, and one that comes and goes; what each holds after its garbage was collected."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from tests.chromium import ARGUMENTS, PROGRAM
from tests.soak.vitals import MB, children, of_tree

_PATIENCE_MS = 300_000
"""What a soak is to find is no slowness: a machine that was busy for minutes must not end a run of hours."""
_LIVE = "[data-connection=live]"


class Screens:
    """The open pages by name. ``faults`` are the errors of scripts on any of them."""

    def __init__(self, context: BrowserContext, url: str, processes: list[int]) -> None:
        self.faults: list[str] = []
        self._context, self._url, self._processes = context, url, processes
        self._open: dict[str, tuple[Page, CDPSession]] = {}

    def open(self, name: str, path: str) -> None:
        """Open a page that stays, and wait until it is live."""
        page = self._page(path)
        tools = self._context.new_cdp_session(page)
        tools.send("Performance.enable")
        self._open[name] = (page, tools)

    def visit(self, path: str) -> None:
        """Open a page and close it once it was live: what it held is to be given back, here and at the gateway."""
        self._page(path).close()

    def lead(self, name: str, path: str) -> None:
        """An open page goes on to another address."""
        page, _ = self._open[name]
        page.goto(self._url + path)
        page.locator(_LIVE).first.wait_for(timeout=_PATIENCE_MS)

    def wait(self, seconds: float) -> None:
        """Let the pages live on; the browser's messages are taken meanwhile."""
        page, _ = next(iter(self._open.values()))
        page.wait_for_timeout(seconds * 1000)

    def held(self) -> dict[str, float]:
        """Of each page: megabytes of its heap without garbage, nodes of its document, listeners.

        And ``browser memory``, in megabytes: what all of the browser's processes hold.
        """
        pages = {
            f"{name} {what}": value
            for name, (_, tools) in self._open.items()
            for what, value in _held(tools).items()
        }
        return pages | {"browser memory": sum(of_tree(pid) for pid in self._processes)}

    def _page(self, path: str) -> Page:
        page = self._context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("pageerror", lambda fault: self.faults.append(f"{path}: {fault}"[:300]))
        page.on("crash", lambda _: self.faults.append(f"{path}: the page crashed"))
        page.goto(self._url + path)
        page.locator(_LIVE).first.wait_for(timeout=_PATIENCE_MS)
        return page


def _held(tools: CDPSession) -> dict[str, float]:
    # Twice: what a finalizer lets go is collected by the second.
    for _ in range(2):
        tools.send("HeapProfiler.collectGarbage")
    told = {row["name"]: row["value"] for row in tools.send("Performance.getMetrics")["metrics"]}
    return {
        "heap": told["JSHeapUsedSize"] / MB,
        "nodes": told["Nodes"],
        "listeners": told["JSEventListeners"],
    }


@contextmanager
def browsing(url: str) -> Iterator[Screens]:
    """A browser of its own for the length of the block."""
    others = set(children(os.getpid()))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        # Playwright tells no process id: the one child that was not there before is its driver, the browser is below.
        (driver,) = set(children(os.getpid())) - others
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        yield Screens(context, url, children(driver))
        browser.close()
