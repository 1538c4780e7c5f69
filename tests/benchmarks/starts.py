"""W0, start: a page opened with a cold cache until it shows a reading; the demonstration from its process on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from playwright.sync_api import Browser, Page

from tests.benchmarks import clinic
from tests.benchmarks import contestants as known
from tests.benchmarks.contest import Figures, Party, Served, Turn, by_turns, started
from tests.benchmarks.feeding import feeding
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.painting import chromium
from tests.benchmarks.plan import Plan
from tests.benchmarks.steady import context_for

FIRST = "first reading s"
_PAGE_S, _DEMONSTRATION_S = 1.5, 5.0
_ROOMS = 8
_AGAIN_S = 0.02
_PATIENCE_S = 60.0
_SHOWN = """() => [...document.querySelectorAll('[data-room] [data-metric="pulse_rate"]')]
  .some((cell) => /^\\d+$/.test(cell.textContent.trim()))"""


def measured(plan: Plan, path: Path) -> Iterator[Part]:
    with chromium() as browser:
        yield Part(
            f"W0 first page on a cold cache, {_ROOMS} rooms",
            _pages(plan, path / "pages", browser),
            [Goal(FIRST, most=_PAGE_S)],
        )
        demonstration = partial(_demonstrated, path, browser)
        yield Part(
            "W0 demonstration, from its process to a reading on screen",
            by_turns([Party("ours", "ours", demonstration)], plan.rounds),
            [Goal(FIRST, most=_DEMONSTRATION_S)],
        )


def _pages(plan: Plan, path: Path, browser: Browser) -> Figures:
    peers = [known.DASH_INTERVAL, known.DASH_WEBSOCKET, known.NICEGUI, known.NODE_RED]
    taking_part = [known.OURS, *(peers if plan.peers else []), known.RELAY]
    with ExitStack() as stack:
        parties, missing = [], {}
        for contestant, served in started(taking_part, path, _ROOMS, stack):
            if isinstance(served, str):
                missing[contestant.name] = served
                continue
            stack.enter_context(feeding(served.beds))
            turn = partial(_opened, browser, served)
            parties.append(Party(contestant.name, contestant.role, turn))
        figures = by_turns(parties, plan.rounds)
    figures.skipped |= missing
    return figures


def _opened(browser: Browser, served: Served) -> Turn:
    """A window that has never seen the page."""
    context = context_for(browser, served)
    page = context.new_page()
    begun = time.monotonic()
    page.goto(served.page, wait_until="commit")
    took = _shown(page, begun)
    context.close()
    return {FIRST: took}


def _demonstrated(path: Path, browser: Browser) -> Turn:
    """A new demonstration, and a window that opens its page as soon as somebody listens."""
    data = Path(mkdtemp(prefix="demo-", dir=path))
    port, gateway_port = clinic.free_port(), clinic.free_port()
    ports = ("--port", str(port), "--gateway-port", str(gateway_port))
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    begun = time.monotonic()
    arguments = ("demo", "--no-browser", "--data", str(data / "data"), *ports)
    with clinic.process(data / "demo.log", "monitor", *arguments):
        _go(page, port, begun)
        took = _shown(page, begun)
    context.close()
    return {FIRST: took}


def _go(page: Page, port: int, begun: float) -> None:
    """Open the page as soon as somebody listens.

    Asked for over and over by the browser itself, its pages of what went wrong would take a whole core from the start
    that is measured.
    """
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except ConnectionRefusedError:
            assert time.monotonic() - begun < _PATIENCE_S, f"nobody listens on port {port}"
            time.sleep(_AGAIN_S)
    page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")


def _shown(page: Page, begun: float) -> float:
    page.wait_for_function(_SHOWN, timeout=_PATIENCE_S * 1000, polling="raf")
    return time.monotonic() - begun
