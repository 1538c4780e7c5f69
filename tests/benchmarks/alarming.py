"""When an alarm was on the screen, or where a contestant tells alarms otherwise: the same for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from playwright.sync_api import Page

from tests.benchmarks.painting import CLOCK
from tests.benchmarks.peers.prometheus import Webhook

# When each alarm's row was painted: the frame after it was put into the page has been drawn when the next task begins.
RECORDER = """(() => {
  const paints = window.alarmPaints = {};
  const frames = [];
  let written = [];
  const after = new MessageChannel();
  after.port1.onmessage = () => {
    const at = performance.now();
    for (const [id, room] of frames.shift()) paints[id] = [room, at];
  };
  const frame = () => {
    frames.push(written);
    written = [];
    after.port2.postMessage(null);
  };
  const wanted = '[data-alarm][data-priority="high"]';
  const note = (row) => {
    if (row.dataset.alarm in paints) return;
    if (!written.length) requestAnimationFrame(frame);
    written.push([row.dataset.alarm, row.dataset.room]);
  };
  new MutationObserver((mutations) => {
    for (const { addedNodes } of mutations) for (const node of addedNodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      if (node.matches(wanted)) note(node);
      else node.querySelectorAll(wanted).forEach(note);
    }
  }).observe(document, { subtree: true, childList: true });
})()"""
_SETTLE_S, _LOOK_S = 5.0, 0.1
_STANDING = "() => [...document.querySelectorAll('[data-alarm]')].map((row) => row.dataset.alarm)"
_HIGH = """() => document.querySelectorAll('[data-alarm][data-priority="high"]').length"""


class Told(NamedTuple):
    """An alarm: its room, and when it was there, in seconds since the epoch."""

    room: str
    at: float


class Alarms(Protocol):
    """Where a contestant's alarms are seen."""

    def came(self) -> dict[str, Told]: ...

    def count(self) -> int:
        """How many came so far."""
        ...

    def clear(self) -> bool:
        """Whether none stands; what waits for somebody is acknowledged."""
        ...

    def wait(self, seconds: float) -> None: ...


@dataclass
class OnPage:
    """On a page that has the recorder."""

    page: Page
    acknowledge: Callable[[list[str]], None] | None
    _acknowledged: set[str] = field(default_factory=set)

    def came(self) -> dict[str, Told]:
        offset_ms = self.page.evaluate(CLOCK)
        paints = self.page.evaluate("window.alarmPaints")
        return {id_: Told(room, (at + offset_ms) / 1000) for id_, (room, at) in paints.items()}

    def count(self) -> int:
        return int(self.page.evaluate("Object.keys(window.alarmPaints).length"))

    def clear(self) -> bool:
        if self.acknowledge is not None:
            new = set(self.page.evaluate(_STANDING)) - self._acknowledged
            self.acknowledge(sorted(new))
            self._acknowledged |= new
        return not self.page.evaluate(_HIGH)

    def wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)


def settle(page: Page, acknowledge: Callable[[list[str]], None]) -> None:
    """Alarms of the time when nobody fed the rooms are acknowledged, and have a moment to end."""
    alarms = OnPage(page, acknowledge)
    deadline = time.monotonic() + _SETTLE_S
    while time.monotonic() < deadline and not (alarms.clear() and not page.evaluate(_STANDING)):
        alarms.wait(_LOOK_S)


@dataclass
class AtWebhook:
    """Told by HTTP: nothing is painted."""

    webhook: Webhook

    def came(self) -> dict[str, Told]:
        return {id_: Told(*told) for id_, told in list(self.webhook.came.items())}

    def count(self) -> int:
        return len(self.webhook.came)

    def clear(self) -> bool:
        return not self.webhook.standing

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)
