"""Group commit: while one transaction is written the next collects; what rides on it is told when it is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.readings import Instant
from monitor.gateway.writer import Writer
from monitor.service.batches import Batch, Commit
from monitor.service.ports import Journal, JournalUnavailableError

_log = structlog.get_logger("monitor.gateway.commits")

CAPACITY = 20_000
"""Readings that may wait to become durable before the gateway stops reading from devices (some 15 MB)."""
FIRST_RETRY_S = 0.05
LONGEST_RETRY_S = 1.0
SLOW_COMMIT_S = 3.0


class HasBatch(Protocol):
    """What is told when its batch is durable; None when there was nothing to write."""

    @property
    def batch(self) -> Batch | None: ...


G = TypeVar("G", bound=HasBatch)


class GroupCommit(Generic[G]):
    """Writes groups one after the other, in the order in which they were collected, and never skips one.

    ``collect`` takes everything that waits (None: nothing does); ``publish`` is called once per group, after its
    batch is durable. A batch that cannot be written is tried again until it can: nothing after it overtakes it.
    """

    def __init__(
        self,
        journal: Journal,
        collect: Callable[[], G | None],
        publish: Callable[[G, Commit | None], None],
        *,
        capacity: int = CAPACITY,
    ) -> None:
        self.commits = 0
        self.readings = 0
        self.failures = 0
        self.busy_s = 0.0
        self._journal = journal
        self._collect = collect
        self._publish = publish
        self._capacity = capacity
        self._writer = Writer("journal")
        self._wanted = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._is_wanted = self._is_full = False
        self._collecting = 0
        self._writing = 0
        self._writing_since_s: float | None = None
        self._failure = ""

    @property
    def depth(self) -> int:
        """Readings that were taken from devices and are not durable yet."""
        return self._collecting + self._writing

    @property
    def is_full(self) -> bool:
        return self._is_full

    def reasons(self, now_s: float) -> list[str]:
        """Why storage is not all right now; empty when it is. ``now_s`` is the event loop's time."""
        reasons = []
        if self._failure:
            reasons.append(f"storage: nothing can be made durable ({self._failure})")
        elif self._writing_since_s is not None and now_s - self._writing_since_s > SLOW_COMMIT_S:
            reasons.append(f"storage: a commit takes more than {SLOW_COMMIT_S:g} s")
        if self.is_full:
            reasons.append(f"queue: {self._capacity} readings wait, devices are not read")
        return reasons

    def want(self, readings: int = 0) -> None:
        """Something waits to be committed or told; ``readings`` of it came from a device."""
        if readings:
            self._collecting += readings
            if self._collecting + self._writing >= self._capacity:
                self._is_full = True
                self._room.clear()
        if not self._is_wanted:
            self._is_wanted = True
            self._wanted.set()

    async def wait_for_room(self) -> None:
        """Return once devices may be read again."""
        await self._room.wait()

    async def run(self) -> None:
        """Commit for ever. Raises what the journal raises when it is no failure of storage."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            self._is_wanted = False
            await self._commit_group()

    async def compact(self, now: Instant) -> bool:
        """Let old readings take less room, one step between two commits; whether more steps may follow."""
        if self._failure:
            return False
        try:
            return await self._writer.do(self._journal.compact, now)
        except (JournalUnavailableError, OSError, SQLAlchemyError) as error:
            # Nothing has changed, and nobody waits for it: commits say by themselves whether they can be made.
            _log.warning("old readings were not compacted", error=_in_words(error))
            return False

    async def close(self) -> None:
        """Close the journal, after whatever its thread is still writing."""
        await self._writer.do(self._journal.close)
        self._writer.close()

    async def _commit_group(self) -> None:
        group = self._collect()
        if group is None:
            return
        self._writing, self._collecting = self._collecting, 0
        commit = await self._write(group.batch) if group.batch is not None else None
        self._writing = 0
        if self.depth < self._capacity:
            self._is_full = False
            self._room.set()
        self._publish(group, commit)

    async def _write(self, batch: Batch) -> Commit:
        retry_s = FIRST_RETRY_S
        loop = asyncio.get_running_loop()
        while True:
            self._writing_since_s = started_s = loop.time()
            try:
                commit = await self._writer.do(self._journal.commit, batch)
            except (JournalUnavailableError, OSError, SQLAlchemyError) as error:
                self._report(error)
                await asyncio.sleep(retry_s)
                retry_s = min(2 * retry_s, LONGEST_RETRY_S)
            else:
                self.commits += 1
                self.readings += self._writing
                self.busy_s += loop.time() - started_s
                if self._failure:
                    self._failure = ""
                    _log.info("storage works again")
                return commit
            finally:
                self._writing_since_s = None

    def _report(self, error: Exception) -> None:
        self.failures += 1
        failure = _in_words(error)
        if failure != self._failure:
            self._failure = failure
            _log.error("storage failed, nothing is acknowledged", error=failure)


def _in_words(error: Exception) -> str:
    """What failed, without the values that were to be written: those messages are shown on every screen."""
    if isinstance(error, JournalUnavailableError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
