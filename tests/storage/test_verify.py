"""The chain finds every change to a stored record, and names the first batch at fault. Real files, really changed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.domain import facts
from monitor.storage import JournalDamagedError, Verification, open_journal, verify
from monitor.storage.engine import DATABASE_NAME
from tests.storage.builders import (
    KEY,
    NOW,
    a_batch,
    a_reading,
    an_alarm,
    commit_seven,
    rejected,
    stored,
)

ADDED_READING = """
INSERT INTO readings (session, t, stream, seq, idx, n, metric, late, measured, received)
VALUES (1, 1, 1, 500, 0, 999, 1, 0, 0, 0)
"""
COURSE: list[facts.FactBody] = [
    facts.VisitPlanned("v1", "P-1", "ketamine_iv", NOW, None, 1),
    facts.SessionMoved("s1", "r2", "a quieter room"),
    facts.AssignmentProposed("x1", "d1", NOW, NOW + 1, "s1", "began late"),
    facts.AssignmentConfirmed("x1", "d1", NOW, NOW + 1, "s1"),
]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Seven batches, then closed: 1 the clinic, 2 to 7 two readings each, the fourth more."""
    with closing(open_journal(tmp_path, KEY)) as journal:
        more = a_batch([], an_alarm(), facts.RoomAdded("r2", "2"), *COURSE)
        more.readings.append(stored(99, a_reading(99, source="d2", status="motion"), None))
        more.rejected.append(rejected(9))
        commit_seven(journal, more)
    return tmp_path


def change(directory: Path, *statements: str) -> None:
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
        connection.commit()


def found(directory: Path) -> tuple[int | None, str]:
    fault = verify(directory, KEY).fault
    assert fault is not None, "the change was not found"
    return fault


def test_an_untouched_record_is_whole(directory: Path) -> None:
    verification = verify(directory, KEY)
    assert (verification.batches, verification.fault) == (7, None)
    assert verification.head.batch_id == 7


def test_an_empty_record_is_whole(tmp_path: Path) -> None:
    open_journal(tmp_path, KEY).close()
    assert verify(tmp_path, KEY) == Verification(0, verify(tmp_path, KEY).head, None)


def test_a_record_being_written_is_whole(directory: Path) -> None:
    journal = open_journal(directory, KEY)
    journal.commit(a_batch([stored(200)], at=NOW + 9))
    assert verify(directory, KEY).fault is None
    journal.close()


@pytest.mark.parametrize(
    ("statement", "batch"),
    [
        ("UPDATE readings SET value = value + 1 WHERE seq = 10", 5),
        ("UPDATE readings SET t = t + 1 WHERE seq = 10", 5),
        ("UPDATE readings SET session = 0 WHERE seq = 10", 5),
        ("UPDATE readings SET late = 1 WHERE seq = 10", 5),
        ("UPDATE readings SET received = 0 WHERE seq = 10", 5),
        ("DELETE FROM readings WHERE seq = 10", 5),
        ("UPDATE metrics SET word = 'spo2' WHERE word = 'pulse_rate'", 2),
        ("UPDATE statuses SET word = 'low_perfusion'", 4),
        ("UPDATE streams SET source = 'd3' WHERE source = 'd2'", 4),
        ("UPDATE sessions SET started_at = started_at + 60000", 2),
        ("UPDATE sessions SET id = 's2'", 2),
        ("UPDATE rejected_readings SET raw = '{}'", 4),
        ("DELETE FROM rejected_readings", 4),
        ("UPDATE facts SET by = 'kari' WHERE kind = 'alarm_changed'", 4),
        ("UPDATE facts SET kind = 'nonsense' WHERE kind = 'alarm_changed'", 4),
        ("DELETE FROM facts WHERE kind = 'room_added' AND batch = 1", 1),
        ("UPDATE facts SET batch = 3 WHERE batch = 4", 3),
        ("UPDATE batches SET mac = zeroblob(12) WHERE id = 6", 6),
        ("UPDATE batches SET elapsed = elapsed + 1 WHERE id = 3", 3),
        ("UPDATE batches SET positions = NULL WHERE id = 2", 2),
        ("UPDATE batches SET positions = 'x' WHERE id = 2", 2),
        ("UPDATE batches SET last_n = last_n - 1 WHERE id = 5", 5),
        ("DELETE FROM batches WHERE id = 3", 3),
    ],
)
def test_a_changed_or_missing_row_is_found_in_its_batch(
    directory: Path, statement: str, batch: int
) -> None:
    change(directory, statement)
    assert found(directory)[0] == batch


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            ADDED_READING,
            "a reading was added",
        ),
        (
            ADDED_READING.replace("999", "2"),
            "has 1 reading that it was not committed with",
        ),
        (
            "INSERT INTO facts (batch, at, by, kind, body) VALUES (99, 0, 'x', 'room_retired', '{}')",
            "a fact",
        ),
        ("UPDATE streams SET last_seq = 3 WHERE source = 'd1'", "position of stream"),
        ("UPDATE streams SET last_received = last_received + 1", "position of stream"),
        ("UPDATE alarms SET state = 'acknowledged'", "table alarms"),
        ("UPDATE rooms SET name = 'x' WHERE id = 'r2'", "table rooms"),
        ("DELETE FROM device_bindings", "table device_bindings"),
        ("UPDATE sessions SET edition = 'x'", "table sessions"),
        ("UPDATE session_stays SET since = since + 1", "table session_stays"),
        ("UPDATE visits SET cancelled = 1", "table visits"),
        ("UPDATE assignments SET last_at = last_at + 60000", "table assignments"),
    ],
)
def test_what_no_batch_has_said_is_found(directory: Path, statement: str, what: str) -> None:
    change(directory, statement)
    assert what in found(directory)[1]


def test_a_missing_tail_is_found_and_the_database_is_not_written_on(directory: Path) -> None:
    journal = open_journal(directory, KEY)
    older = directory.parent / "older"
    shutil.copytree(directory, older, ignore=shutil.ignore_patterns("journal.head"))
    journal.commit(a_batch([stored(200)], at=NOW + 9))
    journal.close()
    shutil.copy(directory / "journal.head", older)
    assert found(older) == (8, "batches 8 to 8 are missing at the end")
    with pytest.raises(JournalDamagedError, match="batch 8 was committed"):
        open_journal(older, KEY)


def test_another_record_with_as_many_batches_is_found_by_the_head(directory: Path) -> None:
    other = directory.parent / "other"
    other.mkdir()
    journal = open_journal(other, KEY)
    for _ in range(7):
        journal.commit(a_batch())
    journal.close()
    shutil.copy(directory / "journal.head", other)
    assert found(other) == (7, "batch 7 is not the one the head file knows")
    with pytest.raises(JournalDamagedError):
        open_journal(other, KEY)


def test_a_tail_cut_off_with_its_head_written_anew_is_found(directory: Path) -> None:
    change(directory, "DELETE FROM batches WHERE id = 7", "DELETE FROM readings WHERE seq = 7")
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as connection:
        number, mac = connection.execute("SELECT id, hex(mac) FROM batches WHERE id = 6").fetchone()
    head = directory / "journal.head"
    seal = head.read_text().split()[2]
    for forged in (f"{number:016d} {mac.lower()} {seal}\n", f"{number:016d} {mac.lower()}\n"):
        head.write_text(forged)
        with pytest.raises(JournalDamagedError, match=r"journal\.head"):
            verify(directory, KEY)
        with pytest.raises(JournalDamagedError, match=r"journal\.head"):
            open_journal(directory, KEY)


def test_another_key_does_not_make_the_same_chain(directory: Path) -> None:
    other = b"x" * 32
    with pytest.raises(JournalDamagedError, match="its seal is wrong"):
        verify(directory, other)
    (directory / "journal.head").unlink()
    fault = verify(directory, other).fault
    assert fault is not None
    assert fault.batch_id == 1


def test_a_head_behind_the_database_is_fine_and_is_caught_up_at_the_next_opening(
    directory: Path,
) -> None:
    behind = (directory / "journal.head").read_bytes()
    journal = open_journal(directory, KEY)
    journal.commit(a_batch([stored(200)], at=NOW + 9))
    journal.close()
    ahead = (directory / "journal.head").read_bytes()
    (directory / "journal.head").write_bytes(behind)
    assert verify(directory, KEY).fault is None
    open_journal(directory, KEY).close()
    assert (directory / "journal.head").read_bytes() == ahead


def test_a_missing_head_is_said_aloud_and_made_anew(directory: Path) -> None:
    (directory / "journal.head").unlink()
    with capture_logs() as logs:
        open_journal(directory, KEY).close()
    assert "journal_head_missing" in [entry["event"] for entry in logs]
    assert (directory / "journal.head").read_text().startswith("0000000000000007 ")


def test_a_head_file_that_is_none_is_refused(directory: Path) -> None:
    (directory / "journal.head").write_text("hello")
    with pytest.raises(JournalDamagedError, match="not a journal head"):
        verify(directory, KEY)
    with pytest.raises(JournalDamagedError, match="not a journal head"):
        open_journal(directory, KEY)


def test_every_changed_byte_of_the_readings_page_is_found(directory: Path) -> None:
    """Whatever byte of a stored value is changed behind the database's back, it is found or cannot be read."""
    path = directory / DATABASE_NAME
    original = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'readings'"
        ).fetchone()
    size = int.from_bytes(original[16:18], "big")
    start = (page - 1) * size
    used = start + int.from_bytes(original[start + 5 : start + 7], "big")
    for offset in range(used, start + size, 7):
        changed = bytearray(original)
        changed[offset] ^= 0x01
        path.write_bytes(bytes(changed))
        assert verify(directory, KEY).fault is not None, offset
