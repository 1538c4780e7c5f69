"""From the press on a session to its trace under the hand, and from its address; against bare Plotly pages, by turns.

The browser's cache is warm. A press in the list stays in the open page, where Plotly is already: it is compared with a
bare page that has Plotly and draws on a press. An address opens a page from nothing: it is compared with a bare page
that is opened the same way. ``BENCHMARK_ROUNDS`` sets how many turns each has.
"""

from __future__ import annotations

import http.server
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import BrowserContext, Page

from monitor.data_directory import DataDirectory, create
from monitor.identity import COOKIE_NAME, sign_cookie
from monitor.storage import open_records
from tests import past_session
from tests.benchmarks import clinic
from tests.benchmarks.painting import chromium
from tests.benchmarks.report import note

pytestmark = pytest.mark.benchmark

ROUNDS = int(os.environ.get("BENCHMARK_ROUNDS", "7"))
MINUTES, METRICS = 180, 4
MOST_MS, MOST_TIMES_BARE = 1000, 1.3
_BARE = """<!doctype html><meta charset="utf-8"><script src="plotly.min.js"></script>
<button>trace</button><div id="trace" style="width:1440px;height:700px"></div>
<script>
const draw = () => fetch("points.json").then((answer) => answer.json()).then((figure) => {
  const graph = document.getElementById("trace");
  Plotly.newPlot(graph, figure.data, figure.layout).then(() => {
    requestAnimationFrame(() => { window.readyAt = Date.now(); });
  });
});
document.querySelector("button").addEventListener("click", draw);
if (location.hash) draw();
</script>"""
_OURS_READY = """() => {
  if (!document.querySelector('#review-page[data-ready="true"]')) return false;
  window.readyAt = window.readyAt || Date.now();
  return true;
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_given: object) -> None:
        pass


@contextmanager
def bare(path: Path, directory: DataDirectory) -> Iterator[str]:
    """A page that draws every point as plainly as Plotly can be used: on a press, or at once with a ``#``."""
    path.mkdir()
    shutil.copy(str(files("plotly") / "package_data" / "plotly.min.js"), path)
    lines: dict[str, tuple[list[int], list[float | None]]] = {}
    for point in open_records(directory.path).trace(past_session.SESSION).points:
        if point[4] is not None:
            x, y = lines.setdefault(point[1], ([], []))
            x.append(point[2])
            y.append(point[4])
    data = [
        {"x": x, "y": y, "mode": "lines", "yaxis": f"y{place + 1}" if place else "y"}
        for place, (x, y) in enumerate(lines.values())
    ]
    layout: dict[str, object] = {"xaxis": {"type": "date"}, "showlegend": False}
    for place in range(len(data)):
        layout[f"yaxis{place + 1}"] = {"domain": [place / 4, (place + 1) / 4 - 0.03]}
    (path / "points.json").write_text(json.dumps({"data": data, "layout": layout}))
    (path / "bare.html").write_text(_BARE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/bare.html"
    server.shutdown()
    server.server_close()


def bare_press_ms(page: Page, url: str) -> float:
    page.goto(url)
    page.wait_for_load_state("networkidle")
    begin: float = page.evaluate("Date.now()")
    page.click("button")
    return _until_ready(page, "() => window.readyAt", begin)


def bare_address_ms(page: Page, url: str) -> float:
    begin = time.time() * 1000
    page.goto(f"{url}#now", wait_until="commit")
    return _until_ready(page, "() => window.readyAt", begin)


def ours_press_ms(page: Page, url: str) -> float:
    page.goto(f"{url}/sessions")
    link = page.locator(f'a[href="/review/{past_session.SESSION}"]')
    link.wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => window.Plotly", timeout=60_000)
    begin: float = page.evaluate("Date.now()")
    link.click()
    return _until_ready(page, _OURS_READY, begin)


def ours_address_ms(page: Page, url: str) -> float:
    begin = time.time() * 1000
    page.goto(f"{url}/review/{past_session.SESSION}", wait_until="commit")
    return _until_ready(page, _OURS_READY, begin)


def _until_ready(page: Page, ready: str, begin: float) -> float:
    page.wait_for_function(ready, timeout=60_000, polling="raf")
    return float(page.evaluate("window.readyAt")) - begin


def one_turn(context: BrowserContext, url: str, measure: Callable[[Page, str], float]) -> float:
    """In a page of its own."""
    page = context.new_page()
    took = measure(page, url)
    page.close()
    return took


def test_a_long_session_is_under_the_hand_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clinic, "START_S", 120)
    directory = create(tmp_path / "data", simulated=True)
    past_session.write(directory, minutes=MINUTES, hz_metrics=METRICS)
    with (
        chromium() as browser,
        clinic.served(directory) as (ours, *_),
        bare(tmp_path / "bare", directory) as plain,
    ):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        cookie = sign_cookie(directory.cookie_key, past_session.CLINICIAN)
        context.add_cookies([{"name": COOKIE_NAME, "value": cookie, "url": ours}])
        ways: list[tuple[Callable[[Page, str], float], str]] = [
            (bare_press_ms, plain),
            (ours_press_ms, ours.rstrip("/")),
            (bare_address_ms, plain),
            (ours_address_ms, ours.rstrip("/")),
        ]
        # The first of each fills the browser's cache.
        turns = [
            [one_turn(context, url, measure) for measure, url in ways] for _ in range(ROUNDS + 1)
        ]
        context.close()
    bare_press, press, bare_address, address = (
        median(times) for times in zip(*turns[1:], strict=True)
    )
    told(
        "a press on a 3-hour session at 1 Hz with 4 metrics in the list, to its trace under the hand",
        (press, bare_press),
        "a bare page that draws the same points on a press",
    )
    told(
        "the same session opened by its address in a new tab, to its trace under the hand",
        (address, bare_address),
        "a bare page of the same points opened the same way",
    )
    assert press < MOST_MS
    assert press < MOST_TIMES_BARE * bare_press
    assert address < MOST_TIMES_BARE * bare_address


def told(what: str, took: tuple[float, float], against: str) -> None:
    ours, bare_one = took
    note(
        what,
        goal=f"under {MOST_MS} ms and {MOST_TIMES_BARE} times {against}",
        measured=f"{ours:.0f} ms",
        compared=f"{ours / bare_one:.2f} times ({bare_one:.0f} ms)",
    )
