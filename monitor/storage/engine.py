"""How the file is opened: by one connection that writes, and by any number that cannot."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from monitor.storage.statements import run

DATABASE_NAME = "infusion-monitor.sqlite3"
BUSY_TIMEOUT_MS = 5000
_CHECKPOINT_PAGES = 2000
_PAGE_BYTES = 4096
_ROOMY_BYTES = 256 * 1024 * 1024
_WRITER_CACHE_KIB = 1024
"""What a commit touches are the ends of some trees. SQLite's own 2 MB fill within the first hour, which would look like
a leak, and hold nothing that the system does not hold as well."""


def writer_engine(path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine that holds exactly one read-write connection, created with the file (mode 0600) when missing."""

    def connect() -> sqlite3.Connection:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # Transactions are begun by the event below: the driver's own guesses leave DDL outside of them.
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms:d}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB:d}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES:d}")
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=StaticPool)
    _begin_with(engine, "BEGIN IMMEDIATE")
    return engine


def reserve_log(connection: Connection, directory: Path) -> None:
    """Let the write-ahead log have its full length before the first of many commits; call outside of a transaction.

    A commit that makes a file longer waits for the file system's own journal too, a third more than one that writes
    over what is there. What does not fit into the cache is written to the log, and taken back: so it is filled with the
    cache's length more. A disk that has little room keeps it. Raises DBAPIError.
    """
    if shutil.disk_usage(directory).free < _ROOMY_BYTES:
        return
    with connection.begin() as undone:
        run(connection, "CREATE TABLE reserved (filling)")
        length = _CHECKPOINT_PAGES * _PAGE_BYTES + _WRITER_CACHE_KIB * 1024
        run(connection, "INSERT INTO reserved VALUES (zeroblob(?))", (length,))
        undone.rollback()


def reader_engine(path: Path) -> Engine:
    """An engine whose connections can read only (``mode=ro``); each read transaction sees one state of the file."""
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: read_only_connection(path),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=-1,
    )
    _begin_with(engine, "BEGIN")
    return engine


def read_only_connection(path: Path) -> sqlite3.Connection:
    """The driver's own connection, which neither writes nor checkpoints."""
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS:d}")
    return connection


def _begin_with(engine: Engine, statement: str) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        run(connection, statement)
