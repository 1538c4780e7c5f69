"""Putting a backup in the place of a record, proven first, with the record that was there kept aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from monitor.data_directory import (
    RESTORING,
    DataDirectory,
    DirectoryBusyError,
    furnish,
    sync_folder,
    write_whole,
)
from monitor.domain.facts import DeviceRevoked, Fact, OperatorDisabled, RecordRestored
from monitor.domain.readings import Instant
from monitor.keeping.archive import CONFIG_NAME, KEY_NAME, BackupDamagedError, Contents
from monitor.keeping.backup import Progress, working_folder
from monitor.keeping.erased_anew import Begin, ErasedAnew, erase_anew
from monitor.keeping.locks import Lock, LockError
from monitor.keeping.lost import Lost, lost_since, numbers_to_pass
from monitor.keeping.proving import open_backup, prove
from monitor.service.batches import Batch
from monitor.service.ports import JournalUnavailableError, RecordsUnavailableError
from monitor.storage import JournalDamagedError, SchemaError, open_journal, open_records
from monitor.storage.chain import HEAD_NAME
from monitor.storage.engine import DATABASE_NAME
from monitor.storage.sweeping import sweep

_OLD = (
    *(f"{DATABASE_NAME}{end}" for end in ("", "-wal", "-shm")),
    HEAD_NAME,
    KEY_NAME,
    "keys/cookie.key",
    "directory.json",
)
"""What goes aside together."""


class RestoreRefusedError(RuntimeError):
    """Nothing was restored; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, where the record before it lies now, and what that one had besides."""

    contents: Contents
    aside: Path | None
    lost: Lost
    erased: ErasedAnew


def check_backup(file: Path, folder: Path, lock: Lock, progress: Progress) -> Contents:
    """Open a backup in an empty folder and prove it. Raises RestoreRefusedError."""
    try:
        with file.open("rb") as opened:
            progress("opening", 0)
            contents = open_backup(opened, folder, lock)
        progress("proving", 0)
        prove(folder, contents)
    except (BackupDamagedError, LockError, SchemaError) as error:
        raise RestoreRefusedError(f"{file}: {error}") from error
    except OSError as error:
        raise RestoreRefusedError(f"{file}: {error.strerror or error}") from error
    return contents


def restore_record(
    file: Path,
    data: Path,
    lock: Lock,
    *,
    by: str,
    now: Instant,
    set_aside: bool,
    progress: Progress,
) -> Restored:
    """Make the backup the record of this directory, which is made where there is none.

    Raises RestoreRefusedError; then the directory is as it was, or says itself that a restore was not finished.
    """
    with _held(data) as was_there:
        if was_there and not set_aside:
            raise RestoreRefusedError(
                f"{data} has a record already; --set-aside keeps it in a folder of its own first"
            )
        with working_folder(data) as work:
            contents = check_backup(file, work, lock, progress)
            _refuse_the_other_kind(data, contents)
            lost = lost_since(data, contents)
            try:
                erased = _tell_the_record(work, contents, lost, by, now)
                aside = _exchange(data, work, contents, now)
            except (
                JournalDamagedError,
                JournalUnavailableError,
                RecordsUnavailableError,
            ) as error:
                raise RestoreRefusedError(str(error)) from error
    return Restored(contents, aside, lost, erased)


@contextmanager
def _held(data: Path) -> Iterator[bool]:
    """The directory with its lock; whether it has a record. A folder that was made for nothing is gone again."""
    made = not data.exists()
    try:
        with ExitStack() as held:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            held.enter_context(DataDirectory(data, simulated=False).writing())
            yield any((data / name).exists() for name in (DATABASE_NAME, RESTORING))
            made = False
    except DirectoryBusyError:
        raise RestoreRefusedError(f"a gateway runs on {data}: stop it first") from None
    except OSError as error:
        raise RestoreRefusedError(f"{data}: {error.strerror or error}") from error
    finally:
        if made and data.exists() and {path.name for path in data.iterdir()} <= {"gateway.lock"}:
            (data / "gateway.lock").unlink(missing_ok=True)
            data.rmdir()


def _refuse_the_other_kind(data: Path, contents: Contents) -> None:
    """Simulated and real never mix."""
    try:
        simulated = json.loads((data / "directory.json").read_text())["simulated"]
    except FileNotFoundError:
        return
    except (KeyError, TypeError, ValueError) as error:
        raise RestoreRefusedError(f"{data / 'directory.json'} is damaged") from error
    if simulated != contents.simulated:
        kinds = {True: "simulated", False: "real"}
        raise RestoreRefusedError(
            f"{data} was made for {kinds[simulated]} data, the backup holds {kinds[contents.simulated]} data"
        )


def _tell_the_record(
    work: Path, contents: Contents, lost: Lost, by: str, now: Instant
) -> ErasedAnew:
    """The restored record says itself that it is one; who was shut out since the backup does not come back with it."""
    with closing(open_records(work)) as records:
        numbers = numbers_to_pass(records.counters(), lost)
        still_in = {known.id for known in records.devices() if not known.revoked}
        still_in |= {known.name for known in records.operators() if not known.disabled}
    at = max(now, contents.recorded_to)
    restored = RecordRestored(
        contents.batch,
        contents.made_at,
        contents.recorded_to,
        lost.batches,
        lost.readings,
        lost.recorded_to,
        numbers,
        erasures_known=not lost.not_erased,
    )
    barred = [body for body in lost.barred if _who(body) in still_in]
    facts = [Fact(at, by, None, body) for body in (restored, *barred)]
    with closing(open_journal(work, (work / KEY_NAME).read_bytes())) as journal:
        journal.commit(Batch(at, facts=facts))
        begin = Begin(at, by, contents.batch, numbers)
        erased = erase_anew(work, journal, lost.erased, begin)
    if erased.patients:
        sweep(work)
    return erased


def _who(body: DeviceRevoked | OperatorDisabled) -> str:
    return body.device_id if isinstance(body, DeviceRevoked) else body.name


def _free_name(data: Path, now: Instant) -> Path:
    """Where nothing lies yet: what was put aside before stays."""
    stamp = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    names = (f"before-restore-{stamp}{end}" for end in chain([""], (f"-{n}" for n in count(2))))
    return next(data / name for name in names if not (data / name).exists())


def _exchange(data: Path, work: Path, contents: Contents, now: Instant) -> Path | None:
    """From the marker on until it is gone nobody opens the directory: it is never taken for an empty one."""
    aside = _free_name(data, now)
    write_whole(data / RESTORING, json.dumps({"aside": aside.name, "batch": contents.batch}) + "\n")
    old = [name for name in _OLD if (data / name).exists()]
    if old:
        (aside / "keys").mkdir(mode=0o700, parents=True)
        aside.chmod(0o700)
    for name in old:
        (data / name).replace(aside / name)
    (data / "keys").mkdir(mode=0o700, exist_ok=True)
    for name in (KEY_NAME, DATABASE_NAME, HEAD_NAME):
        (work / name).replace(data / name)
    if (work / CONFIG_NAME).exists() and not (data / CONFIG_NAME).exists():
        (work / CONFIG_NAME).replace(data / CONFIG_NAME)
    sync_folder(data / "keys")
    # A new key for cookies: whoever was signed in by the record that is gone signs in again.
    furnish(data, simulated=contents.simulated)
    (data / RESTORING).unlink()
    sync_folder(data)
    return aside if old else None
