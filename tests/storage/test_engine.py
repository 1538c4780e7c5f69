"""One connection writes; the readers cannot."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import exc
from structlog.testing import capture_logs

from monitor.service.ports import RecordsUnavailableError
from monitor.storage import SqliteJournal, SqliteRecords, open_journal, open_records, verify
from monitor.storage.engine import DATABASE_NAME, reader_engine, writer_engine
from tests.storage.builders import KEY, a_batch, clinic, stored


def descriptors(path: Path) -> list[int]:
    """The access mode of each descriptor this process has open on the file."""
    modes = []
    for link in Path("/proc/self/fd").iterdir():
        if link.exists() and link.resolve() == path.resolve():
            info = Path(f"/proc/self/fdinfo/{link.name}").read_text()
            flags = re.search(r"flags:\s+(\d+)", info)
            assert flags is not None
            modes.append(int(flags[1], 8) & os.O_ACCMODE)
    return modes


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM readings",
        "INSERT INTO metrics (word) VALUES ('x')",
        "CREATE TABLE t (x)",
        "PRAGMA user_version = 7",
        "DROP TABLE facts",
    ],
)
def test_a_reader_cannot_write(journal: SqliteJournal, tmp_path: Path, statement: str) -> None:
    journal.commit(a_batch([stored(1)]))
    engine = reader_engine(tmp_path / DATABASE_NAME)
    with (
        pytest.raises(exc.OperationalError, match="readonly"),
        engine.connect() as connection,
        connection.begin(),
    ):
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_reader_does_not_checkpoint_on_leaving(journal: SqliteJournal, tmp_path: Path) -> None:
    journal.commit(a_batch([stored(1)]))
    wal = tmp_path / f"{DATABASE_NAME}-wal"
    size = wal.stat().st_size
    records = open_records(tmp_path)
    records.readings("s1")
    records.close()
    assert size > 0
    assert wal.stat().st_size == size


def test_closing_the_journal_leaves_everything_in_the_database_even_beside_a_reader(
    tmp_path: Path,
) -> None:
    journal = open_journal(tmp_path, KEY)
    records = open_records(tmp_path)
    journal.commit(a_batch())
    assert records.chain_head().batch_id == 1
    journal.close()
    assert (tmp_path / f"{DATABASE_NAME}-wal").stat().st_size == 0
    assert records.chain_head().batch_id == 1
    records.close()


def test_there_is_just_one_read_write_connection(
    journal: SqliteJournal, records: SqliteRecords, tmp_path: Path
) -> None:
    for seq in range(1, 20):
        journal.commit(a_batch([stored(seq)]))
        records.readings("s1")
        records.restored_sessions()
    modes = descriptors(tmp_path / DATABASE_NAME)
    assert modes.count(os.O_RDWR) == 1
    assert modes.count(os.O_RDONLY) >= 1
    assert os.O_WRONLY not in modes


def test_the_writer_syncs_each_commit_in_wal_mode_and_keeps_references_whole(
    tmp_path: Path,
) -> None:
    engine = writer_engine(tmp_path / "x.sqlite3")
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert found == ["wal", 2, 1, 5000]


def test_a_reader_sees_one_state_while_the_writer_goes_on(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    engine = reader_engine(tmp_path / DATABASE_NAME)
    with engine.begin() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM batches").scalar()
        journal.commit(a_batch([stored(1)]))
        assert connection.exec_driver_sql("SELECT count(*) FROM batches").scalar() == before
    engine.dispose()


def test_the_version_of_the_library_is_logged_at_start(tmp_path: Path) -> None:
    with capture_logs() as logs:
        open_journal(tmp_path, KEY).close()
    opened = [entry for entry in logs if entry["event"] == "journal_opened"]
    assert [entry["sqlite_version"] for entry in opened] == [sqlite3.sqlite_version]


def test_records_say_so_when_there_is_no_database_yet(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    with pytest.raises(RecordsUnavailableError):
        records.rooms()
    open_journal(tmp_path, KEY).close()
    assert records.rooms() == []
    records.close()


def log_of(directory: Path) -> Path:
    return directory / f"{DATABASE_NAME}-wal"


def test_a_lasting_journal_writes_over_a_log_that_is_there_and_loses_nothing_with_its_process(
    tmp_path: Path,
) -> None:
    here, copied = tmp_path / "here", tmp_path / "copied"
    here.mkdir()
    with closing(open_journal(here, KEY, is_lasting=True)) as journal:
        at_first = log_of(here).stat().st_size
        journal.commit(clinic())
        for seq in range(1, 60):
            journal.commit(a_batch([stored(seq)]))
        assert log_of(here).stat().st_size == at_first >= 2000 * (4096 + 24)
        # As it lies there when the process is killed.
        shutil.copytree(here, copied)
    assert (verify(copied, KEY).batches, verify(copied, KEY).fault) == (60, None)
    with closing(open_journal(copied, KEY, is_lasting=True)) as journal:
        journal.commit(a_batch([stored(60)]))
    assert (verify(copied, KEY).batches, verify(copied, KEY).fault) == (61, None)


def test_a_log_that_cannot_be_reserved_is_said_and_keeps_no_commit_out(tmp_path: Path) -> None:
    open_journal(tmp_path, KEY).close()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    try:
        with (
            capture_logs() as logs,
            closing(open_journal(tmp_path, KEY, is_lasting=True)) as journal,
        ):
            journal.commit(clinic())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "journal_log_not_reserved" in [entry["event"] for entry in logs]
    assert (verify(tmp_path, KEY).batches, verify(tmp_path, KEY).fault) == (1, None)
