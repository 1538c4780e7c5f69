"""Proving that what a backup holds is a whole record: the same walk as ``verify``, on the restored files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from monitor.keeping.archive import KEY_NAME, BackupDamagedError, Contents, unpack
from monitor.keeping.locks import Lock, is_locked, unlock
from monitor.storage import JournalDamagedError, SchemaError, migrate, verify
from monitor.storage.engine import DATABASE_NAME

SPARE_BYTES = 256 * 1024 * 1024
"""Left free on the disk of the record, whatever is done there: the gateway goes on committing."""
_PLAIN_NAME = "opened.tar.gz"


def open_backup(file: BinaryIO, folder: Path, lock: Lock) -> Contents:
    """Put the parts of a backup into an empty folder, every byte of them checked.

    Raises BackupDamagedError, LockError for a wrong key or passphrase, OSError.
    """
    if not is_locked(file):
        return unpack(file, folder, SPARE_BYTES)
    plain = folder / _PLAIN_NAME
    try:
        with plain.open("x+b") as opened:
            plain.chmod(0o600)
            unlock(file, opened, lock)
            opened.seek(0)
            return unpack(opened, folder, SPARE_BYTES)
    finally:
        plain.unlink(missing_ok=True)


def prove(folder: Path, contents: Contents) -> None:
    """Walk the whole record in a folder, brought to the newest schema first where it is older.

    Raises BackupDamagedError with the first fault, SchemaError for a record of a newer version.
    """
    try:
        key = (folder / KEY_NAME).read_bytes()
        migrate(folder, key)
        with closing(sqlite3.connect(folder / DATABASE_NAME)) as database:
            found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        proof = verify(folder, key)
    except (JournalDamagedError, ValueError, sqlite3.Error) as error:
        raise BackupDamagedError(f"its record cannot be read: {error}") from error
    if found != "ok":
        raise BackupDamagedError(f"its database is damaged: {found}")
    if proof.fault is not None:
        raise BackupDamagedError(f"its record is not whole: {proof.fault.message}")
    if proof.head != (contents.batch, contents.mac):
        raise BackupDamagedError(f"its record ends with batch {proof.head.batch_id}")


__all__ = ["SPARE_BYTES", "SchemaError", "open_backup", "prove"]
