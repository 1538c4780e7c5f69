"""Group commit: nothing is told before it is durable, nothing overtakes, nothing is lost by a failure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from monitor.gateway.clock import SystemClock
from monitor.gateway.commits import GroupCommit
from monitor.gateway.compaction import keep_compact
from monitor.service.batches import Batch, Commit
from monitor.service.ports import JournalUnavailableError
from tests.gateway.fakes import until


@dataclass
class Pile:
    """What waits: numbers; a group takes all of them."""

    waiting: list[int] = field(default_factory=list)
    told: list[list[int]] = field(default_factory=list)

    def collect(self) -> Group | None:
        taken, self.waiting = self.waiting, []
        return Group(Batch(sum(taken)), taken) if taken else None

    def publish(self, group: Group, commit: Commit | None) -> None:
        assert commit is not None
        self.told.append(group.numbers)


@dataclass
class Group:
    batch: Batch
    numbers: list[int]


class HeldJournal:
    """A journal whose commits last until they are let go, and fail while ``broken``."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.let_go.set()
        self.broken: Exception | None = None
        self.started = 0
        self.written: list[int] = []
        self.compacted: list[int] = []
        self.closed = False

    def commit(self, batch: Batch) -> Commit:
        self.started += 1
        assert self.let_go.wait(10)
        if self.broken is not None:
            raise self.broken
        self.written.append(batch.at)
        return Commit(len(self.written))

    def compact(self, now: int) -> bool:
        self.compacted.append(now)
        if self.broken is not None:
            raise self.broken
        return len(self.compacted) < 3

    def close(self) -> None:
        self.closed = True


@dataclass
class Bench:
    journal: HeldJournal
    pile: Pile
    commits: GroupCommit[Group]

    def add(self, *numbers: int) -> None:
        self.pile.waiting.extend(numbers)
        self.commits.want(len(numbers))

    def reasons(self, later_s: float = 0) -> list[str]:
        return self.commits.reasons(asyncio.get_running_loop().time() + later_s)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    journal, pile = HeldJournal(), Pile()
    commits: GroupCommit[Group] = GroupCommit(journal, pile.collect, pile.publish, capacity=10)
    running = asyncio.create_task(commits.run())
    yield Bench(journal, pile, commits)
    journal.broken = None
    journal.let_go.set()
    await until(lambda: commits.depth == 0)
    running.cancel()
    await asyncio.wait({running})
    await commits.close()
    assert journal.closed


async def test_a_group_is_told_after_its_commit(bench: Bench) -> None:
    bench.journal.let_go.clear()
    bench.add(1)
    await until(lambda: bench.journal.started == 1)
    assert bench.pile.told == []
    bench.journal.let_go.set()
    await until(lambda: bench.pile.told == [[1]])


async def test_while_one_commit_is_written_the_next_collects_everything(bench: Bench) -> None:
    bench.journal.let_go.clear()
    bench.add(1)
    await until(lambda: bench.journal.started == 1)
    bench.add(2)
    bench.add(3)
    assert bench.commits.depth == 3
    bench.journal.let_go.set()
    await until(lambda: bench.pile.told == [[1], [2, 3]])
    await until(lambda: bench.commits.depth == 0)


FAILURES: list[Callable[[], Exception]] = [
    lambda: JournalUnavailableError("disk full"),
    lambda: OSError(28, "No space left on device"),
]


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failed_commit_tells_nobody_is_seen_and_is_written_once_when_it_can_be(
    bench: Bench, failure: Callable[[], Exception]
) -> None:
    bench.journal.broken = failure()
    bench.add(1)
    await until(lambda: bench.journal.started >= 3)
    bench.add(2)
    assert bench.pile.told == []
    assert "nothing can be made durable" in bench.reasons()[0]
    bench.journal.broken = None
    await until(lambda: bench.pile.told == [[1], [2]])
    assert bench.journal.written == [1, 2]
    assert bench.reasons() == []


async def test_a_commit_that_hangs_is_seen(bench: Bench) -> None:
    bench.journal.let_go.clear()
    bench.add(1)
    await until(lambda: bench.journal.started == 1)
    assert bench.reasons() == []
    assert "takes more than 3 s" in bench.reasons(later_s=4)[0]


async def test_devices_are_held_back_while_too_much_waits(bench: Bench) -> None:
    bench.journal.let_go.clear()
    bench.add(1)
    await until(lambda: bench.journal.started == 1)
    bench.add(*range(9))
    assert bench.commits.is_full
    assert "devices are not read" in bench.reasons()[0]
    held_back = asyncio.create_task(bench.commits.wait_for_room())
    await asyncio.sleep(0)
    assert not held_back.done()
    bench.journal.let_go.set()
    await asyncio.wait_for(held_back, 10)
    assert not bench.commits.is_full


async def test_an_error_that_is_no_failure_of_storage_ends_the_loop() -> None:
    journal, pile = HeldJournal(), Pile()
    journal.broken = ZeroDivisionError("a mistake")
    commits: GroupCommit[Group] = GroupCommit(journal, pile.collect, pile.publish)
    pile.waiting.append(1)
    commits.want(1)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(commits.run(), 10)
    await commits.close()


async def test_old_readings_are_compacted_step_by_step_after_a_while(bench: Bench) -> None:
    clock = SystemClock()
    task = asyncio.create_task(keep_compact(bench.commits, clock, pause_s=0.001, idle_s=0.001))
    await until(lambda: len(bench.journal.compacted) > 3)
    assert clock.now() - bench.journal.compacted[0] < 60_000
    task.cancel()


async def test_compaction_that_fails_holds_up_no_commit_and_waits_while_commits_fail(
    bench: Bench,
) -> None:
    bench.journal.broken = OSError(28, "No space left on device")
    assert await bench.commits.compact(1) is False
    assert bench.reasons() == []
    bench.add(1)
    await until(lambda: bench.reasons() != [])
    assert await bench.commits.compact(2) is False
    assert bench.journal.compacted == [1]
    bench.journal.broken = None
    await until(lambda: bench.pile.told == [[1]])
    assert await bench.commits.compact(3) is True
