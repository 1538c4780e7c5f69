"""Nothing of what was erased stays in free pages or in the log; what was begun and not finished is known."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from monitor.data_directory import sync_folder, write_whole
from monitor.service.ports import JournalUnavailableError
from monitor.storage.engine import DATABASE_NAME, writer_engine

SWEEPING = "erasing.json"
"""Lies in a directory from before an erasure until its free pages are swept."""


def begin_sweep(directory: Path) -> None:
    """Say that it has to be swept, whatever becomes of this process. Raises OSError."""
    write_whole(directory / SWEEPING, "{}\n")


def is_unswept(directory: Path) -> bool:
    """Whether an erasure was begun and not finished: free pages may still have something of a patient."""
    return (directory / SWEEPING).exists()


def end_sweep(directory: Path) -> None:
    """Say that nothing has to be swept any more. Raises OSError."""
    (directory / SWEEPING).unlink(missing_ok=True)
    sync_folder(directory)


def sweep(directory: Path) -> None:
    """Write the database anew without its free pages, and empty the log. Call with the directory's lock held.

    Meanwhile the file takes its room twice. Raises JournalUnavailableError, and OSError; again is fine.
    """
    path = directory / DATABASE_NAME
    engine = writer_engine(path)
    try:
        # Outside of any transaction, which is where the driver's connection is as long as none was begun.
        connection = engine.raw_connection()
        cursor = connection.cursor()
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute("VACUUM")
        ((busy, _, _),) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()
    except sqlite3.OperationalError as error:
        raise JournalUnavailableError(f"{path}: {error}") from error
    finally:
        engine.dispose()
    if busy:
        raise JournalUnavailableError(f"another program reads {path}: end it, then do this again")
    end_sweep(directory)
