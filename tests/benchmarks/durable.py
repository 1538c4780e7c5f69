"""W8, durable ingest: one-reading frames a second that a server on one core makes durable and acknowledges in time.

A closed loop: as many frames are under way as the server takes in a tenth of a second, so that a server that keeps up
evenly acknowledges within 250 ms. The load has the other core.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import uvloop

from monitor.data_directory import DataDirectory, create, wait_for_gateway
from monitor.domain import facts
from monitor.domain.readings import MINUTE
from monitor.identity import hash_token, new_token
from monitor.storage import open_journal
from tests.benchmarks import clinic
from tests.benchmarks.contest import Figures, Party, Role, Turn, by_turns
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.history import batches
from tests.benchmarks.load import Closed, connected, percentile
from tests.benchmarks.peers import installing, node_red
from tests.benchmarks.peers.installing import Missing
from tests.benchmarks.plan import Plan
from tests.benchmarks.processes import processor_seconds
from tests.storage.builders import a_batch

RATE, P99, COST = "readings/s", "p99 ms", "processor us a reading"
WORST = "cost, most over least"
_SERVER_CORE, _LOAD_CORE = 0, 1
_MOST_P99_MS = 250.0
_UNDER_WAY_S = 0.1
_FIRST_UNDER_WAY, _MOST_UNDER_WAY, _FASTER = 50, 20_000, 3
_TRIES = 4
_SETTLING, _SETTLED_S = 20, 0.01
_HISTORY_ROOMS = 100
_MOST_PEER_ROOMS = 1000
"""Ten thousand connections take Node-RED longer than everybody's turns together."""
_SECONDS_PER_BATCH = 20

Serve = Callable[[], AbstractContextManager["Store"]]


class Store(NamedTuple):
    """A server that acknowledges what is durable."""

    port: int
    pid: int
    tokens: list[str]
    is_cumulative: bool = True


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """This process, and all that it starts meanwhile."""
    before = os.sched_getaffinity(0)
    if len(before) > 1:
        os.sched_setaffinity(0, {sorted(before)[core]})
    yield
    os.sched_setaffinity(0, before)


def with_rooms(path: Path, rooms: int, history: int = 0) -> tuple[DataDirectory, list[str]]:
    """A directory with a device and an open session in each room, and readings of sessions that are over."""
    directory = create(path, simulated=False)
    tokens = [new_token() for _ in range(rooms)]
    now = int(time.time() * 1000) - MINUTE
    bodies: list[facts.FactBody] = []
    for number, token in enumerate(tokens):
        room, name = f"r{number}", str(number + 1)
        bodies += [
            facts.RoomAdded(room, name),
            facts.DeviceAdded(f"d{number}", name, room, False, hash_token(token)),
        ]
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        journal.commit(a_batch([], *bodies, at=now if not history else 0))
        for batch in batches(_HISTORY_ROOMS, history, _SECONDS_PER_BATCH):
            journal.commit(batch)
        started = (
            facts.SessionStarted(f"live-{number}", f"r{number}", f"P-{number}", 80.0, "ketamine_iv")
            for number in range(rooms)
        )
        journal.commit(a_batch([], *started, at=now))
    return directory, tokens


@contextmanager
def ours(directory: DataDirectory, tokens: list[str]) -> Iterator[Store]:
    ports = ("--data", str(directory.path), "--gateway-port", "0")
    log = directory.path / "gateway.log"
    with clinic.process(log, "monitor", "gateway", *ports) as process:
        address = wait_for_gateway(directory, time.monotonic() + clinic.START_S)
        assert address is not None, log.read_text()[-1000:]
        yield Store(address.gateway_port, process.pid, tokens)


@contextmanager
def limit(path: Path, rooms: int) -> Iterator[Store]:
    port = clinic.free_port()
    arguments = (str(port), str(path / "limit.sqlite3"))
    log = path / "limit.log"
    with clinic.process(log, "tests.benchmarks.group_commit", *arguments) as process:
        clinic.await_port(port)
        yield Store(port, process.pid, ["-"] * rooms)


@contextmanager
def node_red_with_sqlite(path: Path, rooms: int) -> Iterator[Store]:
    command = installing.node_red()
    user, port, log = (
        path / f"user-{time.monotonic_ns()}",
        clinic.free_port(),
        path / "node-red.log",
    )
    node_red.write_user(user, installing.modules(), node_red.store(user.with_suffix(".sqlite3")))
    with clinic.program(log, *command, "--userDir", str(user), "--port", str(port)) as process:
        clinic.await_device(f"ws://127.0.0.1:{port}/device", log)
        yield Store(port, process.pid, ["-"] * rooms, is_cumulative=False)


@dataclass
class Ingest:
    """One contestant's turn: its server is started on its core, its devices connect, and the loop is closed."""

    serve: Serve
    seconds: float

    def turn(self) -> Turn:
        with on_core(_SERVER_CORE):
            serving = self.serve()
            store = serving.__enter__()
        try:
            with on_core(_LOAD_CORE):
                return uvloop.run(self._measured(store))
        finally:
            serving.__exit__(None, None, None)

    async def _measured(self, store: Store) -> Turn:
        devices = await connected(store.tokens, store.port, 1, is_cumulative=store.is_cumulative)
        loop = Closed(devices)
        found: Turn = {}
        while any(device.acknowledged == 0 for device in devices):
            # A device's first reading makes rows and watches of its own, once: no part of the steady cost.
            await loop.run(_FIRST_UNDER_WAY, self.seconds / 4)
        under_way = await self._fitting(loop)
        for _ in range(_TRIES):
            before = processor_seconds(store.pid)
            rate, waits = await loop.run(under_way, self.seconds)
            cost = (processor_seconds(store.pid) - before) / len(waits)
            p99 = percentile(waits, 0.99) * 1000
            found = {RATE: rate, P99: p99, COST: cost * 1e6}
            if p99 < _MOST_P99_MS:
                break
            under_way = max(1, under_way // 2)
        for device in devices:
            device.transport.close()
        return found

    async def _fitting(self, loop: Closed) -> int:
        """How many frames under way keep the server busy and let none wait for long."""
        # What thousands of connections at once have left to do is done before anything is measured.
        for _ in range(_SETTLING):
            _, waits = await loop.run(1, self.seconds / 4)
            if percentile(waits, 0.5) < _SETTLED_S:
                break
        under_way = _FIRST_UNDER_WAY
        while True:
            rate, waits = await loop.run(under_way, self.seconds / 4)
            if percentile(waits, 0.5) > _UNDER_WAY_S / 2 or under_way > _MOST_UNDER_WAY:
                return max(1, round(rate * _UNDER_WAY_S))
            under_way *= _FASTER


def measured(plan: Plan, path: Path) -> Iterator[Part]:
    """For each number of rooms, then with each history; and how flat our cost is over both."""
    _allow_sockets(max(plan.ingest_rooms))
    over_rooms = {}
    for rooms in plan.ingest_rooms:
        peers = plan.peers and rooms <= _MOST_PEER_ROOMS
        figures = _contest(plan, path / f"rooms-{rooms}", rooms, 0, peers=peers)
        over_rooms[rooms] = figures
        yield Part(f"W8 durable ingest, {rooms:,} rooms", figures, _goals(rooms))
    rooms = min(_HISTORY_ROOMS, max(plan.ingest_rooms))
    over_history = [over_rooms[rooms]] if rooms in over_rooms else []
    for history in plan.histories:
        figures = _contest(plan, path / f"history-{history}", rooms, history, peers=False)
        over_history.append(figures)
        yield Part(f"W8 durable ingest, {rooms} rooms after {history:,} readings", figures, [])
    flat = [Goal(WORST, most=1.2)]
    yield Part("W8 cost over the numbers of rooms", _flatness(list(over_rooms.values())), flat)
    if plan.histories:
        yield Part("W8 cost over the lengths of history", _flatness(over_history), flat)


def _goals(rooms: int) -> list[Goal]:
    wanted = [Goal(P99, most=_MOST_P99_MS)]
    return (
        [Goal(RATE, share_of_limit=0.6, ahead_of_peers=True), *wanted] if rooms == 1000 else wanted
    )


def _contest(plan: Plan, path: Path, rooms: int, history: int, *, peers: bool) -> Figures:
    path.mkdir(parents=True)
    directory, tokens = with_rooms(path / "data", rooms, history)
    ways: list[tuple[str, Role, Serve]] = [
        ("ours", "ours", partial(ours, directory, tokens)),
        ("bare group commit", "limit", partial(limit, path, rooms)),
    ]
    missing = {}
    if peers:
        try:
            installing.node_red()
            way = partial(node_red_with_sqlite, path, rooms)
            ways.insert(1, ("Node-RED + SQLite", "peer", way))
        except Missing as why:
            missing["Node-RED + SQLite"] = str(why)
    parties = [Party(name, role, Ingest(serve, plan.ingest_s).turn) for name, role, serve in ways]
    figures = by_turns(parties, plan.rounds)
    figures.skipped |= missing
    return figures


def _flatness(parts: list[Figures]) -> Figures:
    """Round by round the dearest over the cheapest, of everybody who took part each time."""
    names = [name for name in parts[0].turns if all(name in part.turns for part in parts)]
    flat = Figures(roles={name: parts[0].roles[name] for name in names})
    for name in names:
        rounds = zip(*(part.turns[name] for part in parts), strict=False)
        costs = [[turn[COST] for turn in turns] for turns in rounds]
        flat.turns[name] = [{WORST: max(cost) / min(cost)} for cost in costs]
    return flat


def _allow_sockets(rooms: int) -> None:
    """A connection is a descriptor, here and in the server, which inherits the bound."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, rooms + 1000) if hard != resource.RLIM_INFINITY else rooms + 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
