"""After readings of nobody were given to a session: taken into it, and those left counted anew, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

import structlog

from monitor.domain.readings import Instant
from monitor.service.ports import RecordsUnavailableError

if TYPE_CHECKING:
    from monitor.service.batches import StoredReading
    from monitor.service.monitor import Monitor
    from monitor.service.ports import Clock

_log = structlog.get_logger("monitor.gateway")


class Unassigned(Protocol):
    """What only the database knows of readings of nobody; asked in a thread of its own."""

    def unassigned_count(self, *, since: Instant = 0) -> int:
        """How many readings since a moment belong to no session."""

    def assigned_readings(self, assignment_id: str) -> list[StoredReading]:
        """The readings that an assignment gives to its session."""


class Recount:
    """At most one count at a time; what was asked for meanwhile is counted after it."""

    def __init__(self, monitor: Monitor, clock: Clock, unassigned: Unassigned) -> None:
        self._monitor = monitor
        self._clock = clock
        self._unassigned = unassigned
        self._task: asyncio.Task[None] | None = None
        self._given: list[str] = []
        self._again = False

    def start(self, given: Iterable[str]) -> None:
        """That these assignments were confirmed is durable: take their readings in, and count."""
        self._given += given
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Wait for a count under way, so that no thread reads a database that is being closed."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while True:
            self._again = False
            try:
                await self._take_in()
                await self._count()
            except RecordsUnavailableError as error:
                # The old number is too high rather than too low, and the next confirmation brings everything again.
                _log.error("readings given to a session were not read", error=str(error))
            if not self._again:
                return

    async def _take_in(self) -> None:
        for assignment in list(self._given):
            stored = await asyncio.to_thread(self._unassigned.assigned_readings, assignment)
            self._monitor.take_in_given(assignment, stored, self._clock.now())
            self._given.remove(assignment)

    async def _count(self) -> None:
        since, known = self._monitor.unassigned_since(self._clock.now())
        counted = await asyncio.to_thread(lambda: self._unassigned.unassigned_count(since=since))
        self._monitor.unassigned_counted(counted, known, self._clock.now())
