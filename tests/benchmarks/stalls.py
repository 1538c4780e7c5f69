"""W4, stall: a device falls silent on an open connection; how soon its room is marked, and marks without cause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple, Protocol

from playwright.sync_api import Browser, Page

from tests.benchmarks import contestants as known
from tests.benchmarks.breaching import Patients, living
from tests.benchmarks.contest import (
    Contestant,
    Figures,
    Party,
    Served,
    Turn,
    by_turns,
    say,
    started,
)
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.painting import CLOCK, chromium
from tests.benchmarks.peers.prometheus import SILENT, Webhook
from tests.benchmarks.plan import HOUR, Plan
from tests.benchmarks.steady import context_for
from tests.processes import until

STALE, FALSE = "to stale s", "false marks an hour"
RULE_S = 3.0
_MOST_S = 3.5
_PATIENCE_S = 20.0
_SETTLE_S = 2.0

# When a room's mark was painted; only changes after the page was settled are asked for.
RECORDER = """(() => {
  const marks = window.staleMarks = [];
  const frames = [];
  let written = [];
  const after = new MessageChannel();
  after.port1.onmessage = () => {
    const at = performance.now();
    for (const [room, stale] of frames.shift()) marks.push([room, stale, at]);
  };
  const frame = () => {
    frames.push(written);
    written = [];
    after.port2.postMessage(null);
  };
  new MutationObserver((mutations) => {
    for (const { target, oldValue } of mutations) {
      if (!target.matches("[data-room]") || target.dataset.stale === oldValue) continue;
      if (!written.length) requestAnimationFrame(frame);
      written.push([target.dataset.room, target.dataset.stale === "true"]);
    }
  }).observe(document, { subtree: true, attributeFilter: ["data-stale"], attributeOldValue: true });
})()"""


class Mark(NamedTuple):
    """A room that became stale, and when that was seen, in seconds since the epoch."""

    room: str
    at: float


class Marks(Protocol):
    def all(self) -> list[Mark]:
        """Every one so far."""
        ...

    def wait(self, seconds: float) -> None: ...


@dataclass
class OnPage:
    page: Page

    def all(self) -> list[Mark]:
        offset_ms = self.page.evaluate(CLOCK)
        marks = self.page.evaluate("window.staleMarks")
        return [Mark(room, (at + offset_ms) / 1000) for room, stale, at in marks if stale]

    def wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)


@dataclass
class AtWebhook:
    webhook: Webhook
    page: Page

    def all(self) -> list[Mark]:
        told = list(self.webhook.came.items())
        return [Mark(room, at) for name, (room, at) in told if name.startswith(SILENT)]

    def wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)


@dataclass
class Ward:
    """A contestant whose rooms are fed all the time, and whose marks are seen."""

    contestant: Contestant
    marks: Marks
    patients: Patients
    rooms: Iterator[str]

    def turn(self) -> Turn:
        """One room stalls; seconds from its last frame to the mark."""
        room = next(self.rooms)
        [spoke] = self.patients.stall([room]).values()

        def marked() -> list[float]:
            self.marks.wait(0.1)
            return [
                mark.at - spoke
                for mark in self.marks.all()
                if mark.room == room and mark.at > spoke
            ]

        first, *_ = until(marked, within_s=_PATIENCE_S, what=f"a mark on room {room}")
        self.patients.recover()
        self.marks.wait(_SETTLE_S)
        return {STALE: first}


def measured(plan: Plan, path: Path) -> Iterator[Part]:
    """The stalls by turns; then everybody at once is watched for marks without cause."""
    peers = [known.NODE_RED_WITH_ALARMS, known.PROMETHEUS]
    taking_part = [known.OURS, *(peers if plan.peers else [])]
    rooms = plan.stall_rooms
    note = "The limit is the rule: 3.0 s. Prometheus tells a webhook, nothing is painted."
    with chromium() as browser, ExitStack() as stack:
        wards, missing = [], {}
        for contestant, served in started(taking_part, path, rooms, stack):
            if isinstance(served, str):
                missing[contestant.name] = served
            else:
                wards.append(stack.enter_context(fed(browser, contestant, served, plan)))
        parties = [Party(w.contestant.name, w.contestant.role, w.turn) for w in wards]
        figures = by_turns(parties, plan.rounds)
        figures.skipped |= missing
        what = f"W4 stall without close, one of {rooms} rooms"
        yield Part(what, figures, [Goal(STALE, most=_MOST_S)], note)
        quiet = _without_cause(wards, plan.watched_s)
        quiet.skipped |= figures.skipped
        what = f"W4 marks without cause, {rooms} rooms watched for {plan.watched_s / 60:g} min"
        yield Part(what, quiet, [Goal(FALSE, most=0.0, judged=plan.watched_s >= HOUR)])


def _without_cause(wards: list[Ward], seconds: float) -> Figures:
    """Everybody at the same time: nobody is busy, and an hour is long."""
    say(f"  watching everybody for {seconds:.0f} s")
    before = [len(ward.marks.all()) for ward in wards]
    wards[0].marks.wait(seconds)
    figures = Figures()
    for ward, already in zip(wards, before, strict=True):
        name = ward.contestant.name
        figures.roles[name] = ward.contestant.role
        marks = len(ward.marks.all()) - already
        figures.turns[name] = [{FALSE: marks * HOUR / seconds}]
    return figures


@contextmanager
def fed(browser: Browser, contestant: Contestant, served: Served, plan: Plan) -> Iterator[Ward]:
    """Its page open and its rooms fed."""
    context = context_for(browser, served)
    page = context.new_page()
    page.add_init_script(RECORDER)
    if served.page:
        page.goto(served.page)
    marks: Marks = OnPage(page) if served.webhook is None else AtWebhook(served.webhook, page)
    with living(served.beds) as patients:
        until(partial(_all_there, patients, served, page), within_s=60, what="every device")
        page.wait_for_timeout((plan.warm_s + _SETTLE_S) * 1000)
        rooms = (served.beds[number % len(served.beds)].room for number in count())
        yield Ward(contestant, marks, patients, rooms)
    context.close()


def _all_there(patients: Patients, served: Served, page: Page) -> bool:
    page.wait_for_timeout(100)
    return patients.connected == len(served.beds)
