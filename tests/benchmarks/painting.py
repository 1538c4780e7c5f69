"""When a number was painted, seen from inside any page that marks its cells with data-room and data-metric."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.benchmarks.feeding import Sent
from tests.chromium import ARGUMENTS, PROGRAM

PATIENCE_S = 2.0
"""A reading that is not painted by then is lost: the same text may come again three seconds later."""
_SKEW_S = 0.002

RECORDER = """(() => {
  const paints = window.benchmarkPaints = [];
  const frames = [];
  let written = [];
  const after = new MessageChannel();
  // The frame's painting is done before the next task begins.
  after.port1.onmessage = () => {
    const at = performance.now();
    for (const cell of frames.shift()) paints.push([...cell, at]);
  };
  const frame = () => {
    frames.push(written);
    written = [];
    after.port2.postMessage(null);
  };
  new MutationObserver((mutations) => {
    for (const { target } of mutations) {
      const element = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      if (!element || !element.dataset || !element.dataset.metric) continue;
      const tile = element.closest("[data-room]");
      if (!tile) continue;
      if (!written.length) requestAnimationFrame(frame);
      written.push([tile.dataset.room, element.dataset.metric, element.textContent]);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
})()"""

# The wall clock has whole milliseconds; the moment at which it steps tells it exactly.
CLOCK = """() => {
  const start = Date.now();
  while (Date.now() === start);
  return Date.now() - performance.now();
}"""


class Cost(NamedTuple):
    """Of one page so far: seconds its main thread was busy, bytes it was sent.

    The bytes are the payloads of its websockets and what it fetched. What a shared worker is sent it does not tell.
    """

    busy_s: float
    received: int


class Watched:
    """A page whose paints and costs are recorded."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._received = 0
        page.add_init_script(RECORDER)
        self._tools: CDPSession = page.context.new_cdp_session(page)
        self._tools.send("Performance.enable")
        self._tools.send("Network.enable")
        self._tools.on("Network.webSocketFrameReceived", self._count)
        self._tools.on("Network.loadingFinished", self._count_fetched)

    def cost(self) -> Cost:
        metrics = self._tools.send("Performance.getMetrics")["metrics"]
        busy: float = next(item["value"] for item in metrics if item["name"] == "TaskDuration")
        return Cost(busy, self._received)

    def painted(self, sent: list[Sent]) -> list[float]:
        """When each of these readings that was painted was, in seconds since the epoch."""
        return [at for _, at in self._found(sent)]

    def waits(self, sent: list[Sent]) -> tuple[list[float], int]:
        """Seconds from sending to paint of each reading, and how many readings were never painted."""
        found = [at - reading.at for reading, at in self._found(sent)]
        in_time = [wait for wait in found if wait < PATIENCE_S]
        return in_time, len(sent) - len(in_time)

    def _found(self, sent: list[Sent]) -> list[tuple[Sent, float]]:
        offset_ms = self._page.evaluate(CLOCK)
        painted: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        for room, metric, text, at in self._page.evaluate("window.benchmarkPaints"):
            painted[room, metric, text].append((at + offset_ms) / 1000)
        found = []
        for reading in sent:
            moments = painted[reading.room, reading.metric, reading.text]
            place = bisect_left(moments, reading.at - _SKEW_S)
            if place < len(moments):
                found.append((reading, moments[place]))
        return found

    def _count_fetched(self, event: dict[str, Any]) -> None:
        self._received += int(event["encodedDataLength"])

    def _count(self, event: dict[str, Any]) -> None:
        self._received += len(event["response"]["payloadData"])


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield browser
        browser.close()
