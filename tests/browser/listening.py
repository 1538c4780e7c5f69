"""What a page has sounded: every pulse that was given to the browser's audio, and when."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.fakes import wait_until

# Fundamentals tell the bursts apart.
PRIORITIES = {523: "high", 440: "medium", 349: "low"}
PULSES = {"high": 10, "medium": 3, "low": 2}
_SPY = """
window.pulses = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  if (!(this.context instanceof OfflineAudioContext)) {
    const ahead = 1000 * (at - this.context.currentTime);
    window.pulses.push({ hz: Math.round(this.frequency.value), at: performance.now() + ahead, cut: null, audio: at });
    this.place = window.pulses.length - 1;
  }
  return start.call(this, at);
};
const stop = OscillatorNode.prototype.stop;
OscillatorNode.prototype.stop = function (at) {
  const pulse = window.pulses[this.place];
  if (pulse && pulse.stops !== undefined && at < pulse.stops) pulse.cut = at <= pulse.audio ? "unheard" : "short";
  if (pulse) pulse.stops = at;
  return stop.call(this, at);
};
"""


def listen(page: Page | BrowserContext) -> None:
    """To be called before the page is opened."""
    page.add_init_script(_SPY)


def touch(page: Page) -> None:
    """A person's first touch, which unlocks the sound."""
    page.locator("#clock").click()
    expect(page.locator("#sound-state")).to_have_attribute("data-sound", "on")


def bursts(page: Page) -> list[dict[str, Any]]:
    """``priority``, ``at`` (ms of the page's clock) and ``heard`` (pulses that were not cut off) of each burst."""
    found: list[dict[str, Any]] = []
    left = 0
    for pulse in page.evaluate("window.pulses"):
        if not left:
            priority = PRIORITIES[pulse["hz"]]
            found.append({"priority": priority, "at": pulse["at"], "heard": 0})
            left = PULSES[priority]
        left -= 1
        found[-1]["heard"] += pulse["cut"] != "unheard"
    return found


def heard(page: Page, priority: str, count: int = 1, deadline_s: float = 10.0) -> dict[str, Any]:
    """The last of so many bursts of a priority, awaited."""

    def enough() -> list[dict[str, Any]]:
        found = [burst for burst in bursts(page) if burst["priority"] == priority]
        return found if len(found) >= count else []

    found: list[dict[str, Any]] = wait_until(enough, f"{count} {priority} bursts", deadline_s)
    return found[count - 1]
