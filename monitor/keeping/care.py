"""What is remembered of backups and of the disk, and what is wrong with either."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from monitor.data_directory import write_whole
from monitor.domain.readings import HOUR, Instant
from monitor.keeping.backup import Backup
from monitor.storage.engine import DATABASE_NAME, read_only_connection

STATUS_NAME = "backup.json"
SAMPLES_NAME = "disk.json"
DAY = 24 * HOUR
WARNED_DAYS = 14
"""So long before the disk is full it is told."""
LEAST_FREE = 2**30
"""Less is told whatever the pace."""
_MISSED = 2
"""Backups that did not come before it is told: one may be late."""
_SHORTEST_SPAN = 6 * HOUR
_WINDOW = 7 * DAY


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """The newest backup, and the newest attempt by the schedule that failed. Times of the system's clock."""

    made_at: Instant | None = None
    file: str = ""
    batch: int = 0
    bytes: int = 0
    encrypted: bool = False
    proven: bool = False
    failed_at: Instant | None = None
    error: str = ""
    mac: str = ""
    """Of the batch that it ends with."""

    @property
    def is_failing(self) -> bool:
        """Whether the newest attempt failed."""
        return self.failed_at is not None and self.failed_at >= (self.made_at or 0)


def read_status(data: Path) -> BackupStatus:
    """What is remembered; nothing where that cannot be read, which is told like a backup that is missing."""
    try:
        return BackupStatus(**json.loads((data / STATUS_NAME).read_text()))
    except (OSError, TypeError, ValueError):
        return BackupStatus()


def is_of_this_record(data: Path, status: BackupStatus) -> bool:
    """Whether the record goes on from this backup: one that was restored is none of which the newer backups were made.

    True where the record cannot be asked, which is told elsewhere.
    """
    query = "SELECT lower(hex(mac)) FROM batches WHERE id = ?"
    try:
        with closing(read_only_connection(data / DATABASE_NAME)) as database:
            found = database.execute(query, (status.batch,)).fetchone()
    except sqlite3.Error:
        return True
    return found is not None and status.mac in ("", found[0])


def read_own_status(data: Path) -> BackupStatus:
    """As ``read_status``, where a backup of a record that was here before this one counts as none."""
    status = read_status(data)
    if status.made_at is None or is_of_this_record(data, status):
        return status
    if status.is_failing:
        return BackupStatus(failed_at=status.failed_at, error=status.error)
    return BackupStatus()


def remember_backup(data: Path, backup: Backup) -> None:
    """Raises OSError."""
    made = backup.contents
    _write(
        data,
        BackupStatus(
            made.made_at,
            str(backup.file.resolve()),
            made.batch,
            backup.bytes,
            backup.encrypted,
            backup.proven,
            mac=made.mac,
        ),
    )


def remember_failure(data: Path, now: Instant, error: str) -> None:
    """Raises OSError."""
    _write(data, replace(read_status(data), failed_at=now, error=error))


def _write(data: Path, status: BackupStatus) -> None:
    write_whole(data / STATUS_NAME, json.dumps(asdict(status)) + "\n")


def backup_problem(status: BackupStatus, every_ms: int, now: Instant, since: Instant) -> str:
    """Why the record must be called unkept; empty while it is kept. ``since``: when keeping it began."""
    if status.is_failing:
        return f"backup: the last one failed: {status.error}"
    newest = max(status.made_at or 0, since)
    if now - newest > _MISSED * every_ms:
        known = "none was ever made" if status.made_at is None else "the newest is too old"
        return f"backup: {known}, for {(now - newest) / HOUR:.0f} hours"
    return ""


class Sample(NamedTuple):
    """The disk at one time: bytes free on it, bytes of the record."""

    at: Instant
    free: int
    record: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """``bytes_per_day`` is None until samples span some hours, ``days_left`` where the disk does not fill."""

    free: int
    bytes_per_day: float | None = None
    days_left: float | None = None

    @property
    def problem(self) -> str:
        """Why staff must know; empty where they need not."""
        if self.free < LEAST_FREE:
            return f"disk: only {self.free / 1e6:,.0f} MB are free where the record lies"
        if self.days_left is not None and self.days_left < WARNED_DAYS:
            return f"disk: at its pace of the last days it is full in {self.days_left:.0f} days"
        return ""


def forecast(samples: Sequence[Sample]) -> Forecast:
    """From at least one sample, by time: whichever is faster, the record growing or the disk filling."""
    newest = samples[-1]
    first = next(s for s in samples if s.at >= newest.at - _WINDOW)
    span = newest.at - first.at
    if span < _SHORTEST_SPAN:
        return Forecast(newest.free)
    used = max(newest.record - first.record, first.free - newest.free, 0)
    per_day = used / span * DAY
    return Forecast(newest.free, per_day, newest.free / per_day if per_day else None)


def sampled(data: Path, now: Instant) -> list[Sample]:
    """What is remembered of the disk, with how it is now. Raises OSError."""
    record = sum(path.stat().st_size for path in data.glob(f"{DATABASE_NAME}*"))
    taken = Sample(now, shutil.disk_usage(data).free, record)
    return [*(s for s in _read_samples(data) if now - 2 * _WINDOW <= s.at < now), taken]


def remember_disk(data: Path, samples: Sequence[Sample]) -> None:
    """Raises OSError."""
    write_whole(data / SAMPLES_NAME, json.dumps(samples) + "\n")


def _read_samples(data: Path) -> list[Sample]:
    try:
        return [Sample(*map(int, row)) for row in json.loads((data / SAMPLES_NAME).read_text())]
    except (OSError, TypeError, ValueError):
        return []
