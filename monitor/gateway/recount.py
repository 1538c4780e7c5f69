"""Counting the readings that belong to no session anew, off the event loop, after some were given to one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from monitor.domain.readings import Instant
from monitor.service.ports import RecordsUnavailableError

if TYPE_CHECKING:
    from monitor.service.monitor import Monitor
    from monitor.service.ports import Clock

_log = structlog.get_logger("monitor.gateway")

CountUnassigned = Callable[[Instant], int]
"""How many readings since a moment belong to no session, as the database has it; called in a thread of its own."""


class Recount:
    """At most one count at a time; what was asked for meanwhile is counted after it."""

    def __init__(self, monitor: Monitor, clock: Clock, count: CountUnassigned) -> None:
        self._monitor = monitor
        self._clock = clock
        self._count = count
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def start(self) -> None:
        """What was given to a session is durable: count."""
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
            since, known = self._monitor.unassigned_since(self._clock.now())
            try:
                counted = await asyncio.to_thread(self._count, since)
            except RecordsUnavailableError as error:
                # The old number is too high rather than too low, and the next confirmation counts again.
                _log.error("the unassigned readings were not counted", error=str(error))
            else:
                self._monitor.unassigned_counted(counted, known, self._clock.now())
            if not self._again:
                return
