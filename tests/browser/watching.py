"""What happened on a page and when, by the page's own monotonic clock: recorded inside it, read afterwards."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.fakes import wait_until

_RECORDER = """(selectors) => {
  window.recorded = [];
  const before = {};
  const look = () => {
    for (const [name, selector] of Object.entries(selectors)) {
      const element = document.querySelector(selector);
      const state = element === null ? null : {
        text: element.textContent, stale: element.dataset.stale ?? null, hidden: element.hidden,
        connection: element.dataset.connection ?? null,
      };
      const written = JSON.stringify(state);
      if (before[name] === written) continue;
      before[name] = written;
      window.recorded.push({ name, at: performance.now(), wall: Date.now(), ...state });
    }
  };
  look();
  new MutationObserver(look).observe(document.documentElement,
    { subtree: true, childList: true, characterData: true, attributes: true });
}"""


class Recording:
    """States of named elements, oldest first. ``at``: ``performance.now()``; ``wall``: ``Date.now()``; both in ms."""

    def __init__(self, page: Page, **selectors: str) -> None:
        self._page = page
        page.evaluate(_RECORDER, selectors)

    def states(self, name: str) -> list[dict[str, Any]]:
        return [state for state in self._page.evaluate("window.recorded") if state["name"] == name]

    def first(
        self, name: str, *, after: float = 0, deadline_s: float = 10.0, **wanted: Any
    ) -> dict[str, Any]:
        """The first recorded state after a moment that has these properties, awaited."""

        def found() -> dict[str, Any] | None:
            for state in self.states(name):
                if state["at"] >= after and all(state[key] == wish for key, wish in wanted.items()):
                    return state
            return None

        state: dict[str, Any] = wait_until(found, f"{name} with {wanted}", deadline_s)
        return state
