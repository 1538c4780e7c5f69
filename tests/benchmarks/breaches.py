"""W2 and W3: SpO2 falls from 97 to 84 in one room after the other, then in all at once; to each alarm on screen."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks import contestants as known
from tests.benchmarks.alarming import RECORDER, Alarms, AtWebhook, OnPage
from tests.benchmarks.breaching import Patients, living
from tests.benchmarks.contest import Contestant, Figures, Party, Served, Turn, by_turns, started
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.load import percentile
from tests.benchmarks.painting import chromium
from tests.benchmarks.plan import Plan
from tests.benchmarks.steady import context_for

ONE_P50, ONE_MAX, LAST = "p50 ms", "max ms", "last alarm ms"
LOST = "lost or twice"
_PATIENCE_S = 20.0
_PAUSE_S = (0.1, 0.2)
_LOOK_S = 0.1
_ONE, _STORM = "one ", "storm "


def contestants(plan: Plan) -> list[Contestant]:
    peers = [known.NODE_RED_WITH_ALARMS, known.PROMETHEUS]
    return [known.OURS, *(peers if plan.peers else []), known.RELAY_WITH_ALARMS]


def measured(plan: Plan, path: Path) -> Iterator[Part]:
    """Both workloads from the same turns."""
    rooms = plan.breach_rooms
    with chromium() as browser, ExitStack() as stack:
        parties, missing = [], {}
        for contestant, served in started(contestants(plan), path, rooms, stack):
            if isinstance(served, str):
                missing[contestant.name] = served
            else:
                turn = partial(one_turn, browser, served, plan)
                parties.append(Party(contestant.name, contestant.role, turn))
        figures = by_turns(parties, plan.rounds)
    figures.skipped |= missing
    one, storm = (_only(figures, prefix) for prefix in (_ONE, _STORM))
    yield Part(
        f"W2 breach, one of {rooms} rooms to alarm painted",
        one,
        [Goal(ONE_P50, most=8.0), Goal(ONE_MAX, most=40.0), Goal(LOST, most=0.0)],
        "Prometheus: to the webhook, nothing is painted.",
    )
    yield Part(
        f"W3 storm, all {rooms} rooms at once",
        storm,
        [Goal(LAST, most=250.0), Goal(LOST, most=0.0)],
        "Prometheus: to the webhook, nothing is painted.",
    )


def _only(figures: Figures, prefix: str) -> Figures:
    """The measures that begin so, without that."""
    turns = {
        name: [
            {m.removeprefix(prefix): value for m, value in turn.items() if m.startswith(prefix)}
            for turn in its
        ]
        for name, its in figures.turns.items()
    }
    return Figures(figures.roles, turns, figures.skipped, figures.again)


def one_turn(browser: Browser, served: Served, plan: Plan) -> Turn:
    """Some rooms one after the other, then all."""
    pause = random.Random(1)
    rooms = [bed.room for bed in served.beds]
    with watching(browser, served) as alarms, living(served.beds) as patients:
        alarms.wait(plan.warm_s)
        ward = Ward(alarms, patients)
        ward.wait_until(lambda: patients.connected == len(rooms), "every device")
        ward.recover()
        alone = min(len(rooms), max(1, round(plan.breaches / plan.rounds)))
        waits, one_lost = ward.breach([[room] for room in rooms[:alone]], pause)
        ward.recover()
        storm, storm_lost = ward.breach([rooms], pause)
        ward.recover()
    assert waits, "no alarm came for a single breach"
    assert storm, "no alarm came in the storm"
    return {
        f"{_ONE}{ONE_P50}": percentile(waits, 0.5) * 1000,
        f"{_ONE}{ONE_MAX}": max(waits) * 1000,
        f"{_ONE}{LOST}": one_lost,
        f"{_STORM}{LAST}": max(storm) * 1000,
        f"{_STORM}{LOST}": storm_lost,
    }


@contextmanager
def watching(browser: Browser, served: Served) -> Iterator[Alarms]:
    """Where this contestant's alarms are seen, for one turn."""
    if served.webhook is not None:
        yield AtWebhook(served.webhook)
        return
    context = context_for(browser, served)
    page = context.new_page()
    page.add_init_script(RECORDER)
    page.goto(served.page)
    yield OnPage(page, served.acknowledge)
    context.close()


@dataclass
class Ward:
    """Patients, and where their alarms are seen."""

    alarms: Alarms
    patients: Patients

    def breach(self, groups: list[list[str]], pause: random.Random) -> tuple[list[float], int]:
        """SpO2 falls in each group; seconds from each room's frame to its alarm, and alarms lost or told twice."""
        before = set(self.alarms.came())
        sent: dict[str, float] = {}
        for group in groups:
            sent |= self.patients.fall(group)
            self.alarms.wait(pause.uniform(*_PAUSE_S))
        deadline = time.monotonic() + _PATIENCE_S
        while self.alarms.count() < len(before) + len(sent) and time.monotonic() < deadline:
            self.alarms.wait(_LOOK_S)
        self.alarms.wait(_LOOK_S)
        came = [told for id_, told in self.alarms.came().items() if id_ not in before]
        first = {told.room: told.at for told in sorted(came, key=lambda told: -told.at)}
        waits = [first[room] - at for room, at in sent.items() if room in first]
        return waits, len(sent) - len(waits) + len(came) - len(first)

    def recover(self) -> None:
        """Everybody is well, every alarm acknowledged and gone."""
        self.patients.recover()
        self.wait_until(self.alarms.clear, "no alarm left")

    def wait_until(self, found: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 2 * _PATIENCE_S
        while not found():
            assert time.monotonic() < deadline, f"not in time: {what}"
            self.alarms.wait(_LOOK_S)
