"""W7, soak: how fast the server's memory and the page's heap grow while rooms are fed, everybody at the same time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from tests.benchmarks import contestants as known
from tests.benchmarks.contest import Contestant, Figures, Served, Turn, say, started
from tests.benchmarks.feeding import feeding
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.painting import chromium
from tests.benchmarks.plan import HOUR, MINUTE, Plan
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.steady import context_for
from tests.soak.slopes import slope

SERVER, HEAP = "server", "page's heap"
_ROOMS = 8
_SETTLE_S = 3.0
_MB = 1_000_000


@dataclass
class Grown:
    """One who runs, and what was seen of it."""

    contestant: Contestant
    served: Served
    page: Page
    tools: CDPSession
    hours: list[float] = field(default_factory=list)
    held: dict[str, list[float]] = field(default_factory=lambda: {SERVER: [], HEAP: []})

    def look(self, hours: float) -> None:
        """Memory now, the page's without its garbage."""
        # Twice: what a finalizer lets go is collected by the second.
        for _ in range(2):
            self.tools.send("HeapProfiler.collectGarbage")
        told = self.tools.send("Performance.getMetrics")["metrics"]
        heap: float = next(row["value"] for row in told if row["name"] == "JSHeapUsedSize")
        self.hours.append(hours)
        self.held[SERVER].append(memory_mb(self.served.pid))
        self.held[HEAP].append(heap / _MB)

    def turn(self) -> Turn:
        """Levels at the end, slopes, and the slopes' lower bounds."""
        told: Turn = {}
        for what, values in self.held.items():
            found = slope(self.hours, values)
            told |= {
                f"{what} MB": values[-1],
                f"{what} MB an hour": found.per_hour,
                f"{what} MB an hour, surely": found.lower,
            }
        return told


def measured(plan: Plan, path: Path) -> Iterator[Part]:
    peers = [known.NICEGUI, known.NODE_RED] if plan.peers else []
    with chromium() as browser, ExitStack() as stack:
        figures, running = Figures(), []
        for contestant, served in started([known.OURS, *peers], path, _ROOMS, stack):
            if isinstance(served, str):
                figures.skipped[contestant.name] = served
            else:
                running.append(stack.enter_context(_open(browser, contestant, served)))
        running[0].page.wait_for_timeout(_SETTLE_S * 1000)
        _watch(running, plan)
        for grown in running:
            figures.roles[grown.contestant.name] = grown.contestant.role
            figures.turns[grown.contestant.name] = [grown.turn()]
    judged = plan.growth_s >= HOUR
    goals = [Goal(f"{what} MB an hour, surely", most=0.0, judged=judged) for what in (SERVER, HEAP)]
    minutes = plan.growth_s / MINUTE
    yield Part(
        f"W7 soak, {_ROOMS} rooms for {minutes:g} min",
        figures,
        goals,
        "The limit is no growth. Surely: the lower end of a one-sided 95 % bound."
        " The first minutes show what a program fills once, and nobody is judged by them; two hours tell what it loses"
        " (ours: tests/soak).",
    )


def _watch(running: list[Grown], plan: Plan) -> None:
    begun = time.monotonic()
    every = plan.growth_s / (plan.growth_samples - 1)
    for sample in range(plan.growth_samples):
        wait = begun + sample * every - time.monotonic()
        running[0].page.wait_for_timeout(max(0.0, wait) * 1000)
        for grown in running:
            grown.look((time.monotonic() - begun) / HOUR)
    say(f"  {plan.growth_samples} looks in {time.monotonic() - begun:.0f} s")


@contextmanager
def _open(browser: Browser, contestant: Contestant, served: Served) -> Iterator[Grown]:
    """Its page open and its rooms fed."""
    context = context_for(browser, served)
    page = context.new_page()
    page.goto(served.page)
    tools = context.new_cdp_session(page)
    tools.send("Performance.enable")
    with feeding(served.beds):
        yield Grown(contestant, served, page, tools)
    context.close()
