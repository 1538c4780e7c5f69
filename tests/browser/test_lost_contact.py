"""What a real browser paints while the network or the gateway's files fail; minutes of `make faults`."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.contact import (
    HELD,
    TILE,
    assert_nothing_looks_live,
    await_back,
    await_live,
    signed_in,
)
from tests.browser.fakes import wait_until
from tests.browser.stack import Stack
from tests.faults.files import out_of_files
from tests.faults.line import Line
from tests.faults.report import note

pytestmark = [pytest.mark.browser, pytest.mark.faults, pytest.mark.long]

KNOCKING = 40


def test_a_network_gap_between_browser_and_gateway_covers_the_screen_and_it_comes_back(
    browser: Browser, stack: Stack
) -> None:
    # The page is told of the line's address in place of the gateway's, which its policy does not know.
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    with Line(stack.gateway_port) as line:

        def tell_of_the_line(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, json={**answer.json(), "gateway_url": line.url})

        page.route("**/api/screen*", tell_of_the_line)
        recording = signed_in(page, stack)
        feed = stack.feed()
        try:
            live = await_live(recording, 0)
            line.hold()
            seen = assert_nothing_looks_live(page, recording, live)
            back = page.evaluate("performance.now()")
            line.let_go()
            recovery = await_back(page, recording, back)
        finally:
            stack.stop(feed)
            context.close()
        # Its goodbye has come through: a screen that is only lost would be missed.
        wait_until(lambda: line.is_idle, "the end of all connections")
    note(
        "on screens: a network gap (half-open) to the gateway",
        held=HELD,
        seen=seen,
        recovery=f"{recovery} its end",
    )


def test_a_gateway_that_is_out_of_file_descriptors_says_so_on_a_screen_that_stays_live(
    page: Page, stack: Stack
) -> None:
    recording = signed_in(page, stack)
    feed = stack.feed()
    try:
        await_live(recording, 0)
        began = page.evaluate("performance.now()")
        with out_of_files(stack.gateway_pid()), ExitStack() as opened:
            for _ in range(KNOCKING):
                opened.enter_context(socket.create_connection(("127.0.0.1", stack.gateway_port), 5))
            trouble = page.locator("#system-trouble")
            expect(trouble).to_contain_text("no file descriptors are left")
            told_s = (page.evaluate("performance.now()") - began) / 1000
            words = trouble.inner_text().splitlines()[0]
            expect(page.locator(TILE)).to_have_attribute("data-stale", "false")
        expect(trouble).to_have_count(0)
        assert not [state for state in recording.states("cover") if state["hidden"] is False]
    finally:
        stack.stop(feed)
    note(
        "on screens: the gateway is out of file descriptors",
        held="a screen that is connected stays live and says what is wrong",
        seen=f"after {told_s:.1f} s: {words}",
        recovery="by itself, when there are some again",
    )
