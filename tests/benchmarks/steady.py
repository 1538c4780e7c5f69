"""W1, steady: rooms at 1 Hz with three vitals, from a reading's sending to its paint, and what that costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, expect

from monitor.identity import COOKIE_NAME
from tests.benchmarks import contestants as known
from tests.benchmarks.alarming import settle
from tests.benchmarks.contest import Contestant, Figures, Party, Served, Turn, by_turns, started
from tests.benchmarks.feeding import feeding
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.load import percentile
from tests.benchmarks.painting import Cost, Watched, chromium
from tests.benchmarks.plan import Plan
from tests.benchmarks.processes import processor_seconds

P50, P95, P99 = "p50 ms", "p95 ms", "p99 ms"
SERVER, PAGE, RECEIVED, LOST = "server % of a core", "page % of its thread", "kB/s", "lost"
_AFTER_S = 0.3
_FIRST_MS = 30_000
_DASH_ROOMS = (2, 8, 32)


def contestants(plan: Plan, rooms: int) -> list[Contestant]:
    """Both ways of Dash are the slowest at any size: they take part at the two sizes that have goals for this wait."""
    dash = [known.DASH_INTERVAL, known.DASH_WEBSOCKET] if rooms in _DASH_ROOMS else []
    peers = [*dash, known.NICEGUI, known.NODE_RED]
    return [known.OURS, *(peers if plan.peers else []), known.RELAY]


def goals(rooms: int) -> list[Goal]:
    """What is wanted with so many rooms."""
    told = {
        8: [Goal(P50, times_limit=1.3, ahead_of_peers=True)],
        32: [
            Goal(P50, times_limit=1.3, ahead_of_peers=True),
            Goal(SERVER, most=3.0),
            Goal(PAGE, most=10.0),
        ],
        128: [Goal(PAGE, most=25.0)],
    }
    return [*told.get(rooms, []), Goal(LOST, most=0.0)]


def measured(plan: Plan, path: Path) -> Iterator[Part]:
    """For each number of rooms."""
    with chromium() as browser:
        for rooms in plan.steady_rooms:
            figures = _with_rooms(plan, path / f"{rooms}", rooms, browser)
            yield Part(f"W1 steady, {rooms} rooms at 1 Hz", figures, goals(rooms))


def _with_rooms(plan: Plan, path: Path, rooms: int, browser: Browser) -> Figures:
    with ExitStack() as stack:
        parties, missing = [], {}
        for contestant, served in started(contestants(plan, rooms), path, rooms, stack):
            if isinstance(served, str):
                missing[contestant.name] = served
                continue
            context = stack.enter_context(context_for(browser, served))
            turn = Steady(context, served, plan).turn
            parties.append(Party(contestant.name, contestant.role, turn))
        figures = by_turns(parties, plan.rounds)
    figures.skipped |= missing
    return figures


def context_for(browser: Browser, served: Served) -> BrowserContext:
    """Windows in which the contestant's pages may be seen."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    if served.cookie:
        context.add_cookies([{"name": COOKIE_NAME, "value": served.cookie, "url": served.page}])
    return context


@dataclass
class Steady:
    """One contestant's turn: a fresh page, fed until it is warm and then measured."""

    context: BrowserContext
    served: Served
    plan: Plan

    def turn(self) -> Turn:
        page = self.context.new_page()
        watched = Watched(page)
        # What is sent while the page opens nobody sees, and nobody counts.
        with feeding(self.served.beds) as sent:
            page.goto(self.served.page)
            last = page.locator(f'[data-room="{self.served.beds[-1].room}"] [data-metric="nibp"]')
            expect(last).to_contain_text("/", timeout=_FIRST_MS)
            if self.served.acknowledge is not None:
                settle(page, self.served.acknowledge)
            page.wait_for_timeout(self.plan.warm_s * 1000)
            before, server, begin = watched.cost(), processor_seconds(self.served.pid), time.time()
            page.wait_for_timeout(self.plan.steady_s * 1000)
            end = time.time()
            server = processor_seconds(self.served.pid) - server
            after = watched.cost()
            page.wait_for_timeout(_AFTER_S * 1000)
        waits, lost = watched.waits([reading for reading in sent if begin <= reading.at < end])
        page.close()
        assert waits, f"none of {lost} readings was painted"
        return _waited(waits, lost) | _cost(before, after, server, end - begin)


def _waited(waits: list[float], lost: int) -> Turn:
    share = partial(percentile, waits)
    return {P50: share(0.5) * 1e3, P95: share(0.95) * 1e3, P99: share(0.99) * 1e3, LOST: lost}


def _cost(before: Cost, after: Cost, server_s: float, lasted: float) -> Turn:
    cost = {
        SERVER: 100 * server_s / lasted,
        PAGE: 100 * (after.busy_s - before.busy_s) / lasted,
    }
    if received := after.received - before.received:
        # A page whose data comes by a shared worker does not see it.
        cost[RECEIVED] = received / lasted / 1000
    return cost
