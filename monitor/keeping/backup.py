"""Backups of a data directory, made while its gateway runs: complete and proven, or absent."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from monitor.data_directory import DataDirectory, DirectoryError, sync_folder, write_whole
from monitor.domain.readings import Instant
from monitor.export.unnamed_file import UnnamedFile
from monitor.keeping.archive import (
    CONFIG_NAME,
    KEY_NAME,
    BackupDamagedError,
    Contents,
    packed,
    part_of,
)
from monitor.keeping.locks import Lock, LockError, write_locked
from monitor.keeping.proving import SPARE_BYTES, open_backup, prove
from monitor.service.journal_keys import JournalKeys
from monitor.storage import SchemaError
from monitor.storage.chain import HEAD_NAME
from monitor.storage.engine import DATABASE_NAME
from monitor.storage.snapshot import Snapshot, SnapshotError, take_snapshot

WORKING = ".keeping-"
"""How the folders in a data directory begin in which copies are made; what a killed command left is removed."""

Progress = Callable[[str, float], None]
"""Told what is being done and the share of it that is done."""


class BackupFailedError(RuntimeError):
    """No backup was written; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that lies in its place."""

    file: Path
    contents: Contents
    bytes: int
    encrypted: bool
    proven: bool
    """It was restored beside the record and walked like by ``verify``; not where only its owner can open it."""


def back_up(
    directory: DataDirectory, file: Path, lock: Lock, *, now: Instant, progress: Progress
) -> Backup:
    """Write a backup of the record as it is now, keys and settings included. Raises BackupFailedError."""
    if file.exists():
        raise BackupFailedError(f"{file} exists already; an older backup is not replaced")
    try:
        with working_folder(directory.path) as work, UnnamedFile(file.parent) as unnamed:
            contents = _written(directory, work, unnamed, lock, now, progress)
            proven = _proven(contents, work, unnamed, lock, progress)
            unnamed.take_place(file)
            sync_folder(file.parent)
            done = Backup(file, contents, file.stat().st_size, lock.closes, proven)
    except OSError as error:
        raise BackupFailedError(f"{file}: {error.strerror or error}") from error
    except (DirectoryError, LockError, SchemaError, SnapshotError, SQLAlchemyError) as error:
        raise BackupFailedError(str(error)) from error
    except BackupDamagedError as error:
        raise BackupFailedError(
            f"the copy does not stand the proof, nothing is kept: {error}"
        ) from error
    return done


def _written(
    directory: DataDirectory,
    work: Path,
    unnamed: UnnamedFile,
    lock: Lock,
    now: Instant,
    progress: Progress,
) -> Contents:
    _refuse_without_room(directory.path)
    snapshot, keys = take_snapshot(
        directory.path, work, lambda: directory.journal_key, _watching(work, progress)
    )
    _copy_keys(directory.path, work, keys)
    contents = _listed(directory, work, snapshot, now)
    progress("writing", 0)
    with unnamed.opened() as target:
        write_locked(packed(contents, work), target, lock)
        target.flush()
        os.fsync(target.fileno())
    return contents


def _proven(
    contents: Contents, work: Path, unnamed: UnnamedFile, lock: Lock, progress: Progress
) -> bool:
    """Restore it beside the record; where the secret key is elsewhere, walk what was packed at the least."""
    progress("proving", 0)
    if not lock.can_open:
        prove(work, contents)
        return False
    shutil.rmtree(work)
    work.mkdir(mode=0o700)
    with unnamed.opened() as written:
        prove(work, _same(contents, open_backup(written, work, lock)))
    return True


def _same(contents: Contents, found: Contents) -> Contents:
    if found != contents:
        raise BackupDamagedError("what was read back is not what was written")
    return found


def _refuse_without_room(data: Path) -> None:
    """A copy must never be what fills the disk that the gateway commits to. Raises OSError."""
    size = sum(path.stat().st_size for path in data.glob(f"{DATABASE_NAME}*"))
    free = shutil.disk_usage(data).free
    if free < size + SPARE_BYTES:
        raise OSError(
            28, f"{size / 1e6:,.0f} MB are to be copied and {free / 1e6:,.0f} MB are free"
        )


def _watching(work: Path, progress: Progress) -> Callable[[float], None]:
    def step(share: float) -> None:
        if shutil.disk_usage(work).free < SPARE_BYTES:
            raise OSError(28, "the disk of the record is nearly full")
        progress("copying", share)

    return step


def _copy_keys(data: Path, work: Path, keys: JournalKeys) -> None:
    (work / KEY_NAME).parent.mkdir(mode=0o700)
    write_whole(work / KEY_NAME, keys.content())
    if (data / CONFIG_NAME).exists():
        shutil.copyfile(data / CONFIG_NAME, work / CONFIG_NAME)


def _listed(directory: DataDirectory, work: Path, snapshot: Snapshot, now: Instant) -> Contents:
    names = (HEAD_NAME, KEY_NAME, CONFIG_NAME, DATABASE_NAME)
    return Contents(
        version=1,
        program=version("infusion-monitor"),
        simulated=directory.simulated,
        made_at=now,
        recorded_to=snapshot.recorded_to,
        schema_revision=snapshot.schema,
        batch=snapshot.head.batch_id,
        mac=snapshot.head.mac,
        parts={name: part_of(work / name) for name in names if (work / name).exists()},
    )


@contextmanager
def working_folder(data: Path) -> Iterator[Path]:
    """A folder for copies inside the data directory: patients' data stay where they are kept. Raises OSError."""
    remove_left(data)
    with tempfile.TemporaryDirectory(prefix=f"{WORKING}{os.getpid()}-", dir=data) as folder:
        work = Path(folder, "record")
        work.mkdir(mode=0o700)
        yield work


def remove_left(data: Path) -> None:
    """Copies of the record that killed commands have left. Raises OSError."""
    for left in data.glob(f"{WORKING}*"):
        if _is_left(left):
            shutil.rmtree(left)


def _is_left(folder: Path) -> bool:
    number = folder.name.removeprefix(WORKING).partition("-")[0]
    return not Path("/proc", number).exists()
