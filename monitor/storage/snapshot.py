"""A consistent copy of the database, taken while its writer goes on and without holding it up."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from monitor.domain.facts import JournalKeyRotated, kind_of
from monitor.domain.readings import Instant
from monitor.service.batches import ChainHead
from monitor.service.journal_keys import JournalKeys
from monitor.storage.chain import HEAD_NAME, HeadFile
from monitor.storage.engine import DATABASE_NAME, read_only_connection

_PAGES_PER_STEP = 256
_HEAD = "SELECT id, hex(mac) FROM batches ORDER BY id DESC LIMIT 1"
_NEWEST = (
    "SELECT max(coalesce((SELECT max(at) FROM facts), 0), "
    "coalesce((SELECT max(last_received) FROM streams), 0))"
)
_ROTATIONS = "SELECT count(*) FROM facts WHERE kind = ?"


class SnapshotError(RuntimeError):
    """The database cannot be copied; the message is one sentence."""


class Snapshot(NamedTuple):
    """What a copy holds: its newest batch, the revision of its schema, and up to when it was recorded."""

    head: ChainHead
    schema: str
    recorded_to: Instant
    rotations: int
    """How often its key has changed."""


def take_snapshot(
    source: Path, target: Path, keys: Callable[[], bytes], step: Callable[[float], None]
) -> tuple[Snapshot, JournalKeys]:
    """Copy the database of one folder into another, with the head that belongs to it; ``step`` gets the share done.

    ``keys`` reads those of the journal, once the moment stands; also returns those that the copy goes with. The copy
    is of one moment: the read transaction holds it, so that commits neither wait nor begin it anew. Works on every
    schema there has been. Raises SnapshotError, OSError, and whatever ``step`` raises.
    """
    database, copy = source / DATABASE_NAME, target / DATABASE_NAME
    if not database.exists():
        raise SnapshotError(f"{source} has no record yet")
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(read_only_connection(database)) as reader:
            reader.execute("BEGIN")
            snapshot = _described(reader)
            belonging = JournalKeys.read(keys()).as_of(snapshot.rotations)
            _copy(reader, copy, step)
    except sqlite3.Error as error:
        raise SnapshotError(f"{database}: {error}") from error
    except ValueError as error:
        raise SnapshotError(f"{source} does not have its keys: {error}") from error
    head_file = HeadFile(target / HEAD_NAME, belonging.kept[-1])
    try:
        head_file.write(snapshot.head)
    finally:
        head_file.close()
    return snapshot, belonging


def _described(reader: sqlite3.Connection) -> Snapshot:
    schema = reader.execute("SELECT version_num FROM alembic_version").fetchone()
    head = reader.execute(_HEAD).fetchone()
    if schema is None or head is None:
        raise SnapshotError("nothing was recorded yet")
    (recorded_to,) = reader.execute(_NEWEST).fetchone()
    (rotations,) = reader.execute(_ROTATIONS, (kind_of(JournalKeyRotated),)).fetchone()
    return Snapshot(ChainHead(head[0], head[1].lower()), schema[0], recorded_to, rotations)


def _copy(reader: sqlite3.Connection, copy: Path, step: Callable[[float], None]) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as writer, copy.open("rb") as file:
        # Nobody needs half of a copy: what is interrupted is thrown away.
        writer.execute("PRAGMA journal_mode = OFF")
        writer.execute("PRAGMA synchronous = OFF")

        def stepped(_status: int, remaining: int, total: int) -> None:
            # Bit by bit: all at once it would hold up the commits of the gateway on the same disk.
            os.fsync(file.fileno())
            step(1 - remaining / max(total, 1))

        reader.backup(writer, pages=_PAGES_PER_STEP, progress=stepped)
