"""Packing every closed session at once, and giving the room back to the file system."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from monitor.service.ports import JournalUnavailableError
from monitor.storage.engine import DATABASE_NAME, writer_engine
from monitor.storage.journal import open_journal

_EVER = 2**62
"""A moment by which every session that has closed did so long ago."""


class Compaction(NamedTuple):
    """How many blocks were made, and the bytes of the database before and after."""

    blocks: int
    before: int
    after: int


def compact(directory: Path, key: bytes) -> Compaction:
    """Pack the readings of every closed session; again is fine. Call with the directory's lock held.

    While the file is written anew it takes its room twice. Raises what ``open_journal`` raises, and
    JournalUnavailableError when the disk is full or the file cannot be written; the record is whole all the same.
    """
    path = directory / DATABASE_NAME
    before = path.stat().st_size if path.exists() else 0
    journal = open_journal(directory, key)
    try:
        blocks = 0
        while journal.compact(_EVER):
            blocks += 1
    finally:
        journal.close()
    _give_back(path)
    return Compaction(blocks, before, path.stat().st_size)


def _give_back(path: Path) -> None:
    engine = writer_engine(path)
    try:
        # Outside of any transaction, which is where the driver's connection is as long as none was begun.
        connection = engine.raw_connection()
        connection.cursor().execute("VACUUM")
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    except sqlite3.OperationalError as error:
        raise JournalUnavailableError(f"{path}: {error}") from error
    finally:
        engine.dispose()
