"""Rehearsals while they run, each in a process of its own; their results stay until the operator's next one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from pathlib import Path

from monitor.dashboard.rehearsal.asking import Wanted
from monitor.service.rehearsal.telling import ASKED, TOLD, ToldRehearsal

LONGEST_S = 30 * 60
"""A rehearsal that takes longer is stopped; what it has told until then stays."""
MOST_RUNNING = 2
"""At the same time, of all operators: the machine has other work."""
MOST_ALARMS = 20_000
"""So many alarms of one rehearsal are kept one by one; those of later sessions are counted only."""
_LONGEST_LINE = 16 * 1024 * 1024
_GRACE_S = 5.0


class State(StrEnum):
    """Where a rehearsal stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    TOO_LONG = "too_long"
    FAILED = "failed"


class BusyError(RuntimeError):
    """Not now: ``own`` says whether the operator has a rehearsal that runs; else too many others have."""

    def __init__(self, *, own: bool) -> None:
        super().__init__("a rehearsal runs already")
        self.own = own


@dataclass(slots=True, eq=False)
class Job:
    """One rehearsal. ``results`` grows while it runs; ``changed`` is set at whatever is new."""

    number: int
    wanted: Wanted
    state: State = State.RUNNING
    results: list[ToldRehearsal] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self.state is State.RUNNING

    def tell(self) -> None:
        """Wake whoever waits for news."""
        self.news.set()
        self.news = asyncio.Event()

    async def news_after(self, seen: int, within_s: float) -> None:
        """Until there are more results than ``seen``, or it is over; at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.is_running and len(self.results) <= seen:
                    await self.news.wait()


class Rehearsals:
    """The newest rehearsal of each operator over the record in ``directory``. For one event loop."""

    def __init__(self, directory: Path, *, longest_s: float = LONGEST_S) -> None:
        self._directory = directory
        self._longest_s = longest_s
        self._jobs: dict[str, Job] = {}
        self._numbers = count(1)

    def of(self, operator: str) -> Job | None:
        """The operator's newest rehearsal."""
        return self._jobs.get(operator)

    def start(self, operator: str, wanted: Wanted) -> Job:
        """Begin to rehearse; the one before is forgotten. Call inside the running loop. Raises BusyError."""
        known = self._jobs.get(operator)
        if known is not None and known.is_running:
            raise BusyError(own=True)
        if sum(job.is_running for job in self._jobs.values()) >= MOST_RUNNING:
            raise BusyError(own=False)
        job = Job(next(self._numbers), wanted)
        self._jobs[operator] = job
        job.task = asyncio.create_task(self._run(job))
        return job

    def stop(self, operator: str) -> None:
        """End what runs of the operator's; what it has told stays."""
        job = self._jobs.get(operator)
        if job is not None and job.task is not None and job.is_running:
            job.state = State.STOPPED
            job.task.cancel()
            job.tell()

    async def _run(self, job: Job) -> None:
        try:
            async with asyncio.timeout(self._longest_s):
                job.state = await self._rehearsed(job)
        except TimeoutError:
            job.state = State.TOO_LONG
        except asyncio.CancelledError:
            # By ``stop``, or because the dashboard ends.
            job.state = State.STOPPED
            raise
        except (OSError, ValueError):
            logging.getLogger(__name__).exception("a rehearsal broke")
            job.state = State.FAILED
        finally:
            job.tell()

    async def _rehearsed(self, job: Job) -> State:
        with tempfile.TemporaryDirectory(prefix="infusion-monitor-") as folder:
            file = Path(folder, "asked.json")
            await asyncio.to_thread(file.write_bytes, ASKED.dump_json(job.wanted.asked))
            process = await self._launched(file)
            try:
                return await _heard(job, process)
            finally:
                await _ended(process)

    async def _launched(self, file: Path) -> Process:
        # Through the lifeline: it ends with this process, whatever ends that.
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monitor.lifeline", "monitor.rehearser"),
            *(str(self._directory), str(file)),
            stdin=PIPE,
            stdout=PIPE,
            limit=_LONGEST_LINE,
        )


async def _heard(job: Job, process: Process) -> State:
    """Every line as it comes, up to the end."""
    if process.stdout is None:
        raise OSError("the rehearsal has no output")
    async for line in process.stdout:
        known = TOLD.validate_json(line)
        kept = sum(len(one.differences) for one in job.results)
        job.results.append(known if kept < MOST_ALARMS else replace(known, differences=()))
        job.tell()
    is_whole = await process.wait() == 0 and len(job.results) == len(job.wanted.sessions)
    return State.DONE if is_whole else State.FAILED


async def _ended(process: Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_GRACE_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
