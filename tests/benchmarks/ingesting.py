"""A server that makes readings durable, its connected devices, and turns of load between which it stands still."""

from __future__ import annotations

import os
import signal
from asyncio import Runner
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing import get_context
from typing import NamedTuple

import uvloop

from tests.benchmarks.contest import Turn
from tests.benchmarks.load import Closed, Device, connected, percentile
from tests.benchmarks.processes import processor_seconds

RATE, P99, COST = "readings/s", "p99 ms", "processor us a reading"
MOST_P99_MS = 250.0
_SERVER_CORE, _LOAD_CORE = 0, 1
_UNDER_WAY_S = 0.1
_FIRST_UNDER_WAY, _MOST_UNDER_WAY, _FASTER = 50, 20_000, 3
_TRIES = 4
_SETTLING, _SETTLED_S = 20, 0.01


class Store(NamedTuple):
    """A server that acknowledges what is durable."""

    port: int
    pid: int
    tokens: list[str]
    is_cumulative: bool = True


Serve = Callable[[], AbstractContextManager[Store]]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """This process, and all that it starts meanwhile."""
    before = os.sched_getaffinity(0)
    if len(before) > 1:
        os.sched_setaffinity(0, {sorted(before)[core]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class _Load:
    """The devices of one server, in a process of its own: ten thousand sockets are as many as one may have."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runner = Runner(loop_factory=uvloop.new_event_loop)
        self._devices: list[Device] = []
        self._under_way = 0

    def measured(self, seconds: float) -> Turn:
        return self._runner.run(self._measured(seconds))

    async def _measured(self, seconds: float) -> Turn:
        store = self._store
        if not self._devices:
            self._devices = await connected(
                store.tokens, store.port, 1, is_cumulative=store.is_cumulative
            )
        loop = Closed(self._devices)
        if not self._under_way:
            await self._warm(loop, seconds / 4)
        await _settled(loop, seconds / 4)
        if not self._under_way:
            self._under_way = await _fitting(loop, seconds / 4)
        found: Turn = {}
        for _ in range(_TRIES):
            before = processor_seconds(store.pid)
            rate, waits = await loop.run(self._under_way, seconds)
            cost = (processor_seconds(store.pid) - before) / len(waits)
            p99 = percentile(waits, 0.99) * 1000
            found = {RATE: rate, P99: p99, COST: cost * 1e6}
            if p99 < MOST_P99_MS:
                break
            self._under_way = max(1, self._under_way // 2)
        return found

    async def _warm(self, loop: Closed, seconds: float) -> None:
        """A device's first reading makes rows and watches of its own, once: no part of the steady cost."""
        while any(device.acknowledged == 0 for device in self._devices):
            await loop.run(_FIRST_UNDER_WAY, seconds)


_load: list[_Load] = []
"""Of this process, where it is a load's."""


def _begin(store: Store) -> None:
    _load.append(_Load(store))


def _measured(seconds: float) -> Turn:
    return _load[0].measured(seconds)


async def _settled(loop: Closed, seconds: float) -> None:
    """What thousands of connections at once have left to do is done before anything is measured."""
    for _ in range(_SETTLING):
        _, waits = await loop.run(1, seconds)
        if percentile(waits, 0.5) < _SETTLED_S:
            return


async def _fitting(loop: Closed, seconds: float) -> int:
    """How many frames under way keep the server busy and let none wait for long."""
    under_way = _FIRST_UNDER_WAY
    while True:
        rate, waits = await loop.run(under_way, seconds)
        if percentile(waits, 0.5) > _UNDER_WAY_S / 2 or under_way > _MOST_UNDER_WAY:
            return max(1, round(rate * _UNDER_WAY_S))
        under_way *= _FASTER


class Ingest:
    """One contestant: served and connected with its first turn, and again with the next one after a turn that failed.

    Between its turns its process is stopped, so that it takes nothing of the core that the others are measured on.
    """

    def __init__(self, serve: Serve, seconds: float) -> None:
        self._serve = serve
        self._seconds = seconds
        self._held = ExitStack()
        self._pid = 0
        self._load: ProcessPoolExecutor | None = None

    def turn(self) -> Turn:
        """Measured for so many seconds."""
        try:
            load = self._load or self._started()
            os.kill(self._pid, signal.SIGCONT)
            # Its process, too, begins with the first turn.
            with on_core(_LOAD_CORE):
                found = load.submit(_measured, self._seconds).result()
            os.kill(self._pid, signal.SIGSTOP)
        except BaseException:
            self.close()
            raise
        return found

    def close(self) -> None:
        """Its server and its devices are ended."""
        self._load = None
        self._held.close()

    def _started(self) -> ProcessPoolExecutor:
        with on_core(_SERVER_CORE):
            store = self._held.enter_context(self._serve())
        self._pid = store.pid
        # Stopped it would not hear that it is to end.
        self._held.callback(os.kill, store.pid, signal.SIGCONT)
        load = ProcessPoolExecutor(1, get_context("spawn"), _begin, (store,))
        self._load = self._held.enter_context(load)
        return load
