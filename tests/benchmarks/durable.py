"""W8, durable ingest: one-reading frames a second that a server on one core makes durable and acknowledges in time.

A closed loop: as many frames are under way as the server takes in a tenth of a second, so that a server that keeps up
evenly acknowledges within 250 ms. The load has the other core. Of each number of rooms everybody's server is started
and connected to once, and stands still while it is another one's turn (``ingesting``).
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from monitor.data_directory import DataDirectory, create, wait_for_gateway
from monitor.domain import facts
from monitor.domain.readings import MINUTE
from monitor.identity import hash_token, new_token
from monitor.storage import open_journal
from tests.benchmarks import clinic
from tests.benchmarks.contest import Figures, Party, Role, by_turns
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.history import batches
from tests.benchmarks.ingesting import COST, MOST_P99_MS, P99, RATE, Ingest, Serve, Store
from tests.benchmarks.peers import installing, node_red
from tests.benchmarks.peers.installing import Missing
from tests.benchmarks.plan import MILLION, Plan
from tests.storage.builders import a_batch

WORST = "cost, most over least"
_HISTORY_ROOMS = 100
_MOST_PEER_ROOMS = 1000
"""Ten thousand connections take Node-RED longer than everybody's turns together."""
_SECONDS_PER_BATCH = 20
_LONG_HISTORY = 10 * MILLION
_NO_HISTORY = "The limit has no history: its figure shows how far the same differs from itself."


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
        yield Part(
            f"W8 durable ingest, {rooms} rooms after {history:,} readings", figures, [], _NO_HISTORY
        )
    flat = [Goal(WORST, most=1.2)]
    yield Part("W8 cost over the numbers of rooms", _flatness(list(over_rooms.values())), flat)
    if plan.histories:
        figures = _flatness(over_history)
        longest = max(plan.histories)
        flat = [Goal(WORST, most=1.2, judged=longest >= _LONG_HISTORY)]
        what = f"W8 cost over lengths of history up to {longest:,} readings"
        yield Part(what, figures, flat, _NO_HISTORY)


def _goals(rooms: int) -> list[Goal]:
    wanted = [Goal(P99, most=MOST_P99_MS)]
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
    with ExitStack() as held:
        parties = []
        for name, role, serve in ways:
            ingest = Ingest(serve, plan.ingest_s)
            held.callback(ingest.close)
            parties.append(Party(name, role, ingest.turn))
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
    """A connection is a descriptor, in the load and in the server, which inherit the bound."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, rooms + 1000) if hard != resource.RLIM_INFINITY else rooms + 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
