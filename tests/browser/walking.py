"""Two kinds of hands that walk through the product: one knows only keys, the other only touches."""

# ruff: noqa: ARG002 - each kind of hands has its own way, and needs another part of what it is told

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Page, expect

MOST_TABS = 150
SLOW_MS = 20_000
FOCUSED = "(element) => element === document.activeElement"


class Hands(Protocol):
    """What hands can do; ``key`` is the letter of a button that has one."""

    page: Page

    def press(self, selector: str, key: str = "") -> None: ...

    def fill(self, selector: str, text: str) -> None: ...

    def choose(self, selector: str, option: str) -> None: ...

    def answer(self, item: str, answer: str) -> None: ...

    def send(self, selector: str) -> None: ...


class Keys:
    """Never touches a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, selector: str, key: str = "") -> None:
        """By its own letter, or with Tab and Enter."""
        wanted = self.page.locator(selector).locator("visible=true").first
        expect(wanted).to_be_enabled(timeout=SLOW_MS)
        if key:
            self._see_no_other_dialog(selector)
            self.page.keyboard.press(key)
            return
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def _see_no_other_dialog(self, selector: str) -> None:
        """A letter belongs to the dialog that is in front: what is behind it is pressed when it has closed."""
        if self.page.locator("[role=dialog]").locator(selector).count() == 0:
            in_front = self.page.locator("[role=dialog]").locator("visible=true")
            expect(in_front).to_have_count(0, timeout=SLOW_MS)

    def fill(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, selector: str, option: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(option)
        expect(self.page.get_by_role("option", name=option, exact=True)).to_be_visible()
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")

    def answer(self, item: str, answer: str) -> None:
        """The row that has the focus is the one that is meant."""
        expect(self.page.locator(f'[data-check="{item}"]:focus-within')).to_be_visible()
        self.page.keyboard.press(answer[0])

    def send(self, selector: str) -> None:
        """From within a field."""
        self.page.keyboard.press("Enter")

    def reach(self, selector: str) -> None:
        """Tab until it has the focus."""
        wanted = self.page.locator(selector).locator("visible=true").first
        expect(wanted).to_be_visible(timeout=SLOW_MS)
        for _tab in range(MOST_TABS):
            if wanted.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {selector}")


class Fingers:
    """Never presses a key but to write text, as a tablet's own keyboard does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, selector: str, key: str = "") -> None:
        self.page.locator(selector).locator("visible=true").first.tap(timeout=SLOW_MS)

    def fill(self, selector: str, text: str) -> None:
        self.page.locator(selector).tap()
        self.page.locator(selector).fill(text)

    def choose(self, selector: str, option: str) -> None:
        self.page.locator(selector).tap()
        self.page.get_by_role("option", name=option, exact=True).tap()

    def answer(self, item: str, answer: str) -> None:
        row = self.page.locator(f'.dialog [data-check="{item}"]')
        row.locator(f'[data-check-answer="{answer}"]').tap()

    def send(self, selector: str) -> None:
        self.press(selector)
