"""Has backups made on time by a program of its own, and watches the disk, while the gateway runs."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from monitor.domain.readings import HOUR, SECOND, Instant
from monitor.keeping import care
from monitor.service.keeping_ports import RecordCare

LOOK_EVERY_S = 30.0
SAMPLE_EVERY_MS = HOUR
FIRST_AFTER_MS = 60 * SECOND
"""A gateway that has just started has devices to hear first."""
RETRY_MS = HOUR
_END_S = 5.0
_log = structlog.get_logger("monitor.keeping")


class RecordKeeper:
    """Implements ``keeping_ports.Keeper``. ``now`` is the system's clock: a backup in an hour is one in a real hour."""

    def __init__(
        self,
        data: Path,
        *,
        every_ms: int | None,
        environment: Mapping[str, str],
        now: Callable[[], Instant],
        first_after_ms: int = FIRST_AFTER_MS,
    ) -> None:
        self._data = data
        self._every_ms = every_ms
        self._environment = environment
        self._now = now
        self._began_at = now()
        self._first_after_ms = first_after_ms
        self._attempted_at: Instant | None = None
        self._samples = care.sampled(data, self._began_at)
        self._remembered_at: Instant = 0
        self._status = care.read_own_status(data)
        self._broken = ""
        self._ended = ""
        self._told: dict[str, str] = {}

    def care(self) -> RecordCare:
        """See ``keeping_ports.Keeper.care``."""
        disk, made_at = care.forecast(self._samples), self._status.made_at
        keeps = self._every_ms is not None and made_at is not None
        age_s = max(0, self._now() - (made_at or 0)) / SECOND if keeps else None
        return RecordCare(self._problems(), age_s, disk.free, disk.bytes_per_day, disk.days_left)

    async def run(self) -> None:
        """Look after the record until cancelled. What goes wrong here ends no monitoring, and is told."""
        try:
            while True:
                self._look()
                if self._is_due():
                    await self._back_up()
                await asyncio.sleep(LOOK_EVERY_S)
        except Exception as error:
            self._ended = f"backup: nobody looks after it any more ({type(error).__name__})"
            _log.exception("the keeping of the record ended")
            raise

    def _problems(self) -> dict[str, str]:
        found = {"disk_filling": self._broken or care.forecast(self._samples).problem}
        if self._every_ms is not None:
            found["no_backup"] = self._ended or care.backup_problem(
                self._status, self._every_ms, self._now(), self._began_at
            )
        return {what: text for what, text in found.items() if text}

    def _look(self) -> None:
        now = self._now()
        try:
            self._samples = care.sampled(self._data, now)
            if now - self._remembered_at >= SAMPLE_EVERY_MS:
                care.remember_disk(self._data, self._samples)
                self._remembered_at = now
            self._broken = ""
        except OSError as error:
            self._broken = f"disk: it cannot be watched: {error.strerror}"
        self._status = care.read_own_status(self._data)
        problems = self._problems()
        for what, text in problems.items():
            if self._told.get(what) != text:
                _log.error("the record is not kept as it should be", what=what, why=text)
        self._told = problems

    def _is_due(self) -> bool:
        now = self._now()
        if self._every_ms is None or now - self._began_at < self._first_after_ms:
            return False
        retry_ms = min(RETRY_MS, self._every_ms)
        if self._attempted_at is not None and now - self._attempted_at < retry_ms:
            return False
        return now - (self._status.made_at or 0) >= self._every_ms

    async def _back_up(self) -> None:
        self._attempted_at = self._now()
        try:
            code = await self._made()
        except OSError as error:
            self._remember_failure(f"its program cannot be started: {error.strerror}")
        else:
            if code and not care.read_status(self._data).is_failing:
                self._remember_failure(f"its program ended with code {code}")
        self._look()

    async def _made(self) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monitor.lifeline", "monitor"),
            *("keep-backup", "--data", str(self._data)),
            env=dict(self._environment),
            # The other end of its lifeline.
            stdin=PIPE,
            stdout=DEVNULL,
        )
        try:
            return await process.wait()
        finally:
            await _end(process)

    def _remember_failure(self, error: str) -> None:
        try:
            care.remember_failure(self._data, self._now(), error)
        except OSError as failure:
            _log.error("a failed backup could not be remembered", error=failure.strerror)


async def _end(process: Process) -> None:
    """Leave no half-made copy running behind."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _END_S)
    except TimeoutError:
        process.kill()
        await process.wait()
