"""W5, ``kill -9`` of what takes the readings: until readings made afterwards are painted, and how many are lost.

The devices keep what is not acknowledged and connect again twenty times a second. Ours is started again by its own
supervisor, which waits longer with each death soon after the last: each kill here is the first of its row. The others
are started by the benchmark at once.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from monitor.data_directory import create
from monitor.identity import sign_cookie
from monitor.storage.engine import DATABASE_NAME
from monitor.supervisor import STEADY_AFTER_S
from tests.benchmarks import clinic
from tests.benchmarks.bedside import Bed
from tests.benchmarks.contest import Contestant, Party, Served, Turn, Victim, by_turns, started
from tests.benchmarks.contestants import beds_at
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.painting import Watched, chromium
from tests.benchmarks.peers import installing, node_red
from tests.benchmarks.peers.frames import rooms as names
from tests.benchmarks.plan import Plan
from tests.benchmarks.queueing import Queues, queueing
from tests.benchmarks.steady import context_for

LIVE, LOST = "live again s", "readings lost"
_MOST_S = 1.6
_PATIENCE_S = 60.0
_STEADY_S = 1.0
_LOOK_S = 0.1


@contextmanager
def _ours(path: Path, rooms: int) -> Iterator[Served]:
    directory = create(path / "data", simulated=False)
    tokens = clinic.with_rooms(directory, rooms)
    announced = directory.path / "gateway.json"

    def kill() -> None:
        os.kill(json.loads(announced.read_text())["pid"], signal.SIGKILL)

    with clinic.served(directory) as product:
        url = f"{product.gateway}/device"
        beds = [Bed(room, url, token) for room, token in zip(names(rooms), tokens, strict=True)]
        cookie = sign_cookie(directory.cookie_key, clinic.OPERATOR)
        stored = partial(_count, directory.path / DATABASE_NAME)
        victim = Victim(kill, "all before", stored, rest_s=STEADY_AFTER_S + 1)
        yield Served(product.page, beds, product.pid, cookie, victim=victim)


@contextmanager
def _node_red(path: Path, rooms: int) -> Iterator[Served]:
    command = installing.node_red()
    user, port, log = path / "user", clinic.free_port(), path / "node-red.log"
    database = path / "readings.sqlite3"
    flow = node_red.storing_ward(rooms, database)
    node_red.write_user(user, installing.modules(), flow)
    with clinic.restarted(log, *command, "--userDir", str(user), "--port", str(port)) as process:
        page = f"http://127.0.0.1:{port}{node_red.PAGE}"
        clinic.await_page(page, log)
        victim = Victim(process.kill, "each", partial(_count, database))
        yield Served(page, beds_at(port, rooms), process.pid, victim=victim)


@contextmanager
def _relay(path: Path, rooms: int) -> Iterator[Served]:
    port, log = clinic.free_port(), path / "relay.log"
    page = f"http://127.0.0.1:{port}/"
    command = (sys.executable, "-m", "tests.benchmarks.relay", str(port))
    with clinic.restarted(log, *command) as process:
        clinic.await_page(page, log)
        victim = Victim(process.kill, "nothing")
        yield Served(page, beds_at(port, rooms), process.pid, victim=victim)


def _count(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as read:
        [(rows,)] = read.execute("SELECT count(*) FROM readings").fetchall()
    return int(rows)


def measured(plan: Plan, path: Path) -> Iterator[Part]:
    peers = [Contestant("Node-RED + SQLite", "peer", _node_red)] if plan.peers else []
    taking_part = [
        Contestant("ours", "ours", _ours),
        *peers,
        Contestant("empty relay", "limit", _relay),
    ]
    with chromium() as browser, ExitStack() as stack:
        parties, missing = [], {}
        for contestant, served in started(taking_part, path, plan.killed_rooms, stack):
            if isinstance(served, str):
                missing[contestant.name] = served
            else:
                turn = Killing(browser, served).turn
                parties.append(Party(contestant.name, contestant.role, turn))
        figures = by_turns(parties, plan.rounds)
    figures.skipped |= missing
    yield Part(
        f"W5 kill -9 with {plan.killed_rooms} rooms at 5 Hz",
        figures,
        [Goal(LIVE, most=_MOST_S), Goal(LOST, most=0.0)],
        "The empty relay keeps nothing: it has nothing to read back, and nothing to lose.",
    )


@dataclass
class Killing:
    """One who is killed again and again."""

    browser: Browser
    served: Served
    rested_at: float = 0.0
    """When its next kill is no longer one of a row, in seconds since the epoch."""

    def turn(self) -> Turn:
        assert self.served.victim is not None
        time.sleep(max(0.0, self.rested_at - time.time()))
        try:
            return one_turn(self.browser, self.served, self.served.victim)
        finally:
            self.rested_at = time.time() + self.served.victim.rest_s


def one_turn(browser: Browser, served: Served, victim: Victim) -> Turn:
    """Fed and painted, killed, painted again; then everything that was made is looked for."""
    context = context_for(browser, served)
    page = context.new_page()
    watched = Watched(page)
    page.goto(served.page)
    before = victim.stored() if victim.stored else 0
    with queueing(served.beds, acknowledges=victim.acknowledges) as queues:
        _wait(page, partial(_painted_since, watched, queues, 0.0), "a first reading")
        page.wait_for_timeout(_STEADY_S * 1000)
        killed = time.time()
        victim.kill()
        back = _wait(page, partial(_painted_since, watched, queues, killed), "to be live again")
        page.wait_for_timeout(_STEADY_S * 1000)
        queues.measure_no_more()
        _wait(page, lambda: 0.0 if queues.kept() else 1.0, "every reading acknowledged")
        made = len(queues.made())
    context.close()
    turn = {LIVE: back - killed}
    if victim.stored is not None:
        turn[LOST] = before + made - victim.stored()
    return turn


def _painted_since(watched: Watched, queues: Queues, since: float) -> float:
    """When the first reading that was made after that moment was painted; 0 while none was."""
    made = [sent for sent in queues.made() if sent.at > since]
    painted = watched.painted(made)
    return min(painted) if painted else 0.0


def _wait(page: Page, find: Callable[[], float], what: str) -> float:
    deadline = time.monotonic() + _PATIENCE_S
    while not (found := find()):
        assert time.monotonic() < deadline, f"not in {_PATIENCE_S:g} s: {what}"
        page.wait_for_timeout(_LOOK_S * 1000)
    return found
