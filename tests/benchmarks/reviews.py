"""W6, review: from the press on a 3-hour session at 1 Hz to its trace under the hand, from its address, and its export.

The browser's cache is warm. A press in the list stays in the open page, where Plotly is already: it is compared with a
bare page that has Plotly and draws on a press. An address opens a page from nothing, and so it does for the others.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page

from monitor.data_directory import DataDirectory, create
from monitor.identity import COOKIE_NAME, sign_cookie
from monitor.storage.engine import DATABASE_NAME
from tests import past_session
from tests.benchmarks import clinic
from tests.benchmarks.contest import Figures, Party, Turn, by_turns
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.painting import chromium
from tests.benchmarks.plain_pages import plain_pages
from tests.benchmarks.plan import Plan

PRESS, ADDRESS, EXPORT = "press to trace ms", "address to trace ms", "CSV ms"
WHOLE, BARE = "bare Plotly, whole", "bare Plotly"
"""The library as its package brings it, and the part of it that ours draws with."""
_METRICS = 4
_MOST_TIMES = 1.3
_MOST_MS = 1000.0
_PATIENCE_MS = 60_000

# Kept where the next page of the window finds it.
_WATCH = """() => addEventListener("pointerdown", (event) => {
  sessionStorage.pressedAt = performance.timeOrigin + event.timeStamp;
}, { capture: true, once: true })"""
_PRESSED = "Number(sessionStorage.pressedAt)"
_DRAWN = "() => window.readyAt"
_OURS_DRAWN = """() => {
  if (!document.querySelector('#review-page[data-ready="true"]')) return false;
  window.readyAt = window.readyAt || Date.now();
  return true;
}"""
_SHOWN = """() => {
  if (document.readyState !== "complete" || !document.querySelector("polyline")) return false;
  requestAnimationFrame(() => { window.readyAt = window.readyAt || Date.now(); });
  return window.readyAt;
}"""

Way = Callable[[Page, str], float]


def measured(plan: Plan, path: Path) -> Iterator[Part]:
    directory = create(path / "data", simulated=True)
    past_session.write(directory, minutes=plan.review_minutes, hz_metrics=_METRICS)
    plain_rows = _plain_rows(directory, path / "plain.sqlite3")
    with (
        chromium() as browser,
        clinic.served(directory) as product,
        plain_pages(path / "plain", directory) as plain,
    ):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        cookie = sign_cookie(directory.cookie_key, past_session.CLINICIAN)
        context.add_cookies([{"name": COOKIE_NAME, "value": cookie, "url": product.page}])
        url = product.page.rstrip("/")
        figures = _opened_by_turns(context, url, plain, plan.rounds)
        exporting = partial(_exported, context, url)
        writing = partial(_written, plain_rows)
        parties = [Party("ours", "ours", exporting), Party("rows to CSV", "limit", writing)]
        exports = by_turns(parties, plan.rounds)
        context.close()
    what = f"{plan.review_minutes} min at 1 Hz, {_METRICS} metrics"
    goals = [
        Goal(PRESS, most=_MOST_MS, times=(BARE, _MOST_TIMES)),
        Goal(ADDRESS, times=(BARE, _MOST_TIMES)),
    ]
    yield Part(f"W6 review of {what}", figures, goals)
    note = "Ours is asked for over HTTP and seals its file; the limit writes the table's rows."
    yield Part(f"W6 export of {what}", exports, [], note)


def _opened_by_turns(context: BrowserContext, url: str, plain: str, rounds: int) -> Figures:
    turn = partial(_turn, context)
    parties = [
        Party("ours", "ours", partial(turn, url, _ours_press, _ours_address)),
        Party(BARE, "peer", partial(turn, f"{plain}/basic.html", _plotly_press, _plotly_address)),
        Party(WHOLE, "peer", partial(turn, f"{plain}/plotly.html", _plotly_press, _plotly_address)),
        Party("static page", "limit", partial(turn, plain, _static_press, _static_address)),
    ]
    # The first turn of each fills the browser's cache.
    by_turns(parties, 1)
    return by_turns(parties, rounds)


def _turn(context: BrowserContext, url: str, press: Way, address: Way) -> Turn:
    """Each way in a page of its own."""
    turn = {}
    for measure, way in ((PRESS, press), (ADDRESS, address)):
        page = context.new_page()
        turn[measure] = way(page, url)
        page.close()
    return turn


def _ours_press(page: Page, url: str) -> float:
    page.goto(f"{url}/sessions")
    link = page.locator(f'a[href="/review/{past_session.SESSION}"]')
    link.wait_for(timeout=_PATIENCE_MS)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => window.Plotly", timeout=_PATIENCE_MS)
    return _pressed(link, _OURS_DRAWN)


def _ours_address(page: Page, url: str) -> float:
    return _opened(page, f"{url}/review/{past_session.SESSION}", _OURS_DRAWN)


def _plotly_press(page: Page, url: str) -> float:
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return _pressed(page.locator("button"), _DRAWN)


def _plotly_address(page: Page, url: str) -> float:
    return _opened(page, f"{url}#now", _DRAWN)


def _static_press(page: Page, url: str) -> float:
    page.goto(f"{url}/list.html")
    page.wait_for_load_state("networkidle")
    return _pressed(page.locator("a"), _SHOWN)


def _static_address(page: Page, url: str) -> float:
    return _opened(page, f"{url}/static.html", _SHOWN)


def _pressed(place: Locator, ready: str) -> float:
    """From the moment the pointer is down, which the page itself notes."""
    page = place.page
    page.evaluate(_WATCH)
    place.click(no_wait_after=True)
    return _ready_at(page, ready) - float(page.evaluate(_PRESSED))


def _opened(page: Page, address: str, ready: str) -> float:
    begin = time.time() * 1000
    page.goto(address, wait_until="commit")
    return _ready_at(page, ready) - begin


def _ready_at(page: Page, ready: str) -> float:
    """In milliseconds since the epoch."""
    page.wait_for_function(ready, timeout=_PATIENCE_MS, polling="raf")
    return float(page.evaluate("window.readyAt"))


def _exported(context: BrowserContext, url: str) -> Turn:
    begin = time.perf_counter()
    address = f"{url}/api/export/{past_session.SESSION}?format=csv"
    answer = context.request.get(address, timeout=_PATIENCE_MS)
    assert answer.ok, answer.status
    size = len(answer.body())
    return {EXPORT: (time.perf_counter() - begin) * 1000, "MB": size / 1e6}


def _plain_rows(directory: DataDirectory, database: Path) -> Path:
    """The readings as plain rows: the gateway packs those of sessions that are over."""
    with closing(sqlite3.connect(database)) as made:
        made.execute("ATTACH ? AS journal", [str(directory.path / DATABASE_NAME)])
        made.execute("CREATE TABLE readings AS SELECT * FROM journal.readings")
        made.commit()
    return database


def _written(database: Path) -> Turn:
    begin = time.perf_counter()
    written = io.StringIO()
    with closing(sqlite3.connect(database)) as read:
        csv.writer(written).writerows(read.execute("SELECT * FROM readings"))
    took = time.perf_counter() - begin
    return {EXPORT: took * 1000, "MB": written.tell() / 1e6}
