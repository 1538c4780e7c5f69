"""One backup by the settings, in a folder where no more are kept than are wanted."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import structlog

from monitor.data_directory import DataDirectory, DirectoryError
from monitor.domain.readings import Instant
from monitor.keeping.backup import Backup, BackupFailedError, back_up
from monitor.keeping.care import remember_backup, remember_failure
from monitor.keeping.locks import Lock, LockError, lock_by_keys
from monitor.settings import Settings

_log = structlog.get_logger("monitor.keeping")


def keep_one(directory: DataDirectory, settings: Settings, *, now: Instant) -> Backup:
    """Make the backup that is due, remember what became of it, remove the oldest. Raises BackupFailedError."""
    try:
        name = backup_name(directory, now)
        file = Path(settings.backup_directory, name)
        done = back_up(directory, file, _lock(settings), now=now, progress=_unwatched)
        remember_backup(directory.path, done)
        removed = _remove_oldest(file, settings.backup_keep)
    except (BackupFailedError, DirectoryError, LockError, OSError) as error:
        _remember(directory.path, now, str(error))
        raise BackupFailedError(str(error)) from error
    _log.info("backup made", file=str(file), batch=done.contents.batch, removed=removed)
    return done


def backup_name(directory: DataDirectory, now: Instant) -> str:
    """Told from those of other records, which may lie in the same folder. Raises DirectoryError, OSError."""
    whose = blake2b(directory.first_journal_key, digest_size=4, person=b"backup name").hexdigest()
    at = datetime.fromtimestamp(now / 1000, UTC)
    return f"infusion-monitor-{whose}-{at:%Y%m%dT%H%M%SZ}.backup"


def _lock(settings: Settings) -> Lock:
    return lock_by_keys(settings.backup_recipient) if settings.backup_recipient else Lock()


def _remove_oldest(newest: Path, keep: int) -> int:
    """Of the same record's backups; what has another name is somebody else's."""
    begins = newest.name[: newest.name.rindex("-")]
    ours = re.compile(re.escape(begins) + r"-\d{8}T\d{6}Z\.backup")
    found = sorted(path for path in newest.parent.iterdir() if ours.fullmatch(path.name))
    for old in found[:-keep]:
        old.unlink()
    return len(found[:-keep])


def _remember(data: Path, now: Instant, error_text: str) -> None:
    try:
        remember_failure(data, now, error_text)
    except OSError as error:
        # The gateway tells by the exit code that there is no backup.
        _log.error("a failed backup could not be remembered", error=error.strerror)


def _unwatched(_what: str, _share: float) -> None:
    """Nobody looks on."""
