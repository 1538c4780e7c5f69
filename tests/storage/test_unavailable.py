"""When the database cannot take a batch, nothing of it is stored and the same batch may be tried again."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.domain import facts
from monitor.service.batches import Batch
from monitor.service.ports import JournalUnavailableError
from monitor.storage import SqliteJournal, SqliteRecords, open_journal, open_records, verify
from monitor.storage.engine import DATABASE_NAME
from tests.storage.builders import KEY, NOW, a_batch, a_reading, clinic, position, stored


@contextmanager
def full_disk(directory: Path) -> Iterator[None]:
    """No file of this process can grow beyond what the database's log has now."""
    size = (directory / f"{DATABASE_NAME}-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def a_mixed_batch() -> Batch:
    """New words, a new stream, a fact: everything that is remembered in memory beside the file."""
    new = a_reading(2, 97.0, source="d7", status="motion")
    return a_batch(
        [stored(1), stored(2, new)], facts.RoomAdded("r7", "seven"), positions=position(1)
    )


def seen(records: SqliteRecords) -> tuple[object, ...]:
    return (
        records.readings("s1"),
        records.rooms(),
        records.positions(),
        records.chain_head().batch_id,
        records.last_seen(),
    )


def test_a_full_disk_stores_nothing_and_the_batch_can_be_tried_again(
    journal: SqliteJournal, records: SqliteRecords, tmp_path: Path
) -> None:
    before = seen(records)
    with full_disk(tmp_path):
        for _ in range(2):
            with pytest.raises(JournalUnavailableError):
                journal.commit(a_mixed_batch())
    assert seen(records) == before
    assert journal.commit(a_mixed_batch()).poisoned == ()
    assert len(records.readings("s1")) == 2
    assert verify(tmp_path, KEY).fault is None


def test_a_locked_file_stores_nothing_and_the_batch_can_be_tried_again(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, KEY, busy_timeout_ms=20)
    records = open_records(tmp_path)
    journal.commit(clinic())
    before = seen(records)
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalUnavailableError, match="locked"):
            journal.commit(a_mixed_batch())
        assert seen(records) == before
    assert journal.commit(a_mixed_batch()).poisoned == ()
    assert len(records.readings("s1")) == 2
    records.close()
    journal.close()


def test_a_file_that_only_reads_stores_nothing(
    journal: SqliteJournal, records: SqliteRecords
) -> None:
    before = seen(records)
    # The superuser may write anywhere, so the refusal is asked of the library itself.
    with journal._connection.begin():
        journal._connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(JournalUnavailableError, match="readonly"):
        journal.commit(a_mixed_batch())
    assert seen(records) == before


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailableError, match="nowhere"):
        open_journal(tmp_path / "nowhere", KEY)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(JournalUnavailableError, match="not a database"):
        open_journal(tmp_path, KEY)


def test_a_batch_is_stored_even_when_the_head_cannot_be_written(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    head = journal._head_file
    writable, head._file = head._file, os.open(tmp_path / "journal.head", os.O_RDONLY)
    with capture_logs() as logs:
        journal.commit(a_batch([stored(1)], at=NOW + 1))
    assert [entry["event"] for entry in logs] == ["journal_head_not_written"]
    os.close(head._file)
    head._file = writable
    journal.commit(a_batch([stored(2)], at=NOW + 2))
    assert verify(tmp_path, KEY).fault is None
