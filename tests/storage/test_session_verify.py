"""One session's record is proven from its first batch to the head. Real files, really changed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.domain import facts
from monitor.domain.readings import HOUR
from monitor.service.seal import seal_text
from monitor.storage import open_journal, open_records, verify_session
from monitor.storage.engine import DATABASE_NAME
from tests.storage.builders import (
    KEY,
    NOW,
    a_batch,
    an_alarm,
    commit_seven,
    rejected,
    session_started,
    stored,
)

ADDED = """
INSERT INTO readings (session, t, stream, seq, idx, n, metric, late, measured, received)
VALUES ({session}, 1, 1, 500, 0, {n}, 1, 0, 0, 0)
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Ten batches: 1 the clinic with s1, 2 to 7 two readings each (4 an alarm), 8 its end, 9 and 10 of s2."""
    with closing(open_journal(tmp_path, KEY)) as journal:
        more = a_batch([], an_alarm())
        more.rejected.append(rejected(99))
        commit_seven(journal, more)
        journal.commit(a_batch([], facts.SessionCancelled("s1", "wrong patient"), at=NOW + 100_000))
        journal.commit(a_batch([], session_started("s2"), at=NOW + 200_000))
        journal.commit(a_batch([stored(50, session_id="s2")], at=NOW + 200_001))
    return tmp_path


def change(directory: Path, *statements: str) -> None:
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
        connection.commit()


def found(directory: Path, session: str = "s1") -> tuple[int | None, str]:
    fault = verify_session(directory, KEY, session).fault
    assert fault is not None, "the change was not found"
    return fault


@pytest.mark.parametrize(("session", "first", "last"), [("s1", 1, 8), ("s2", 9, 10)])
def test_an_untouched_session_is_whole_and_walked_from_its_first_batch(
    directory: Path, session: str, first: int, last: int
) -> None:
    verification = verify_session(directory, KEY, session)
    assert verification.fault is None
    assert (verification.first, verification.seal.batch_id, verification.last) == (first, last, 10)


def test_a_session_that_does_not_exist_is_named(directory: Path) -> None:
    with pytest.raises(LookupError, match="no session s9"):
        verify_session(directory, KEY, "s9")


@pytest.mark.parametrize(
    ("statement", "batch"),
    [
        ("UPDATE readings SET value = value + 1 WHERE seq = 10", 5),
        ("UPDATE readings SET t = t + 1 WHERE seq = 10", 5),
        ("UPDATE readings SET session = 2 WHERE seq = 10", 5),
        ("DELETE FROM readings WHERE seq = 10", 5),
        ("DELETE FROM readings WHERE seq = 50", 10),
        (ADDED.format(session=1, n=7), 5),
        (ADDED.format(session=1, n=999), 10),
        ("DELETE FROM rejected_readings", 4),
        ("DELETE FROM facts WHERE kind = 'session_cancelled'", 8),
        ("DELETE FROM facts WHERE kind = 'session_started' AND batch = 1", 1),
        ("UPDATE facts SET batch = 5 WHERE kind = 'session_started' AND batch = 1", 5),
        ("UPDATE facts SET body = replace(body, 'wrong', 'other') WHERE batch = 8", 8),
        ("UPDATE batches SET mac = zeroblob(12) WHERE id = 6", 6),
        ("DELETE FROM batches WHERE id = 3", 3),
        ("UPDATE alarms SET state = 'acknowledged'", 4),
        ("DELETE FROM alarms", 4),
        ("UPDATE sessions SET patient = 'P-9' WHERE id = 's1'", 8),
        ("UPDATE session_phases SET at = at + 60000 WHERE session_id = 's1'", 8),
    ],
)
def test_whatever_is_changed_is_found_and_the_batch_named(
    directory: Path, statement: str, batch: int
) -> None:
    change(directory, statement)
    assert found(directory)[0] == batch


def test_two_readings_that_changed_places_are_found(directory: Path) -> None:
    change(
        directory,
        "UPDATE readings SET n = -1 WHERE seq = 8",
        "UPDATE readings SET n = n - 1 WHERE seq = 9",
        "UPDATE readings SET n = (SELECT n + 1 FROM readings WHERE seq = 9) WHERE seq = 8",
    )
    assert found(directory)[0] == 4


def test_two_batches_that_changed_places_are_found(directory: Path) -> None:
    change(
        directory,
        "UPDATE batches SET id = -1 WHERE id = 5",
        "UPDATE batches SET id = 5 WHERE id = 6",
        "UPDATE batches SET id = 6 WHERE id = -1",
    )
    assert found(directory)[0] == 5


def test_the_last_row_of_all_is_missed_by_the_head(directory: Path) -> None:
    change(
        directory,
        "DELETE FROM readings WHERE seq = 50",
        "DELETE FROM batches WHERE id = 10",
    )
    assert found(directory, "s2") == (10, "batches 10 to 10 are missing at the end")


@pytest.mark.parametrize("content", [b"", b"0000000000000010 3f", b"hello"])
def test_a_head_that_is_cut_short_is_found(directory: Path, content: bytes) -> None:
    (directory / "journal.head").write_bytes(content)
    batch, message = found(directory)
    assert batch == 10
    assert "journal.head" in message


def test_a_head_that_is_gone_is_found_and_hides_no_other_fault(directory: Path) -> None:
    (directory / "journal.head").unlink()
    assert found(directory)[0] == 10
    change(directory, "UPDATE readings SET value = value + 1 WHERE seq = 10")
    assert found(directory)[0] == 5


def test_a_session_is_proven_while_it_is_written(directory: Path) -> None:
    journal = open_journal(directory, KEY)
    journal.commit(a_batch([stored(60, session_id="s2")], at=NOW + 300_000))
    assert verify_session(directory, KEY, "s2").fault is None
    journal.close()


def test_another_sessions_change_before_this_one_began_is_not_this_ones(directory: Path) -> None:
    change(directory, "UPDATE readings SET value = value + 1 WHERE seq = 10")
    assert verify_session(directory, KEY, "s2").fault is None


def test_the_seal_is_the_same_until_something_is_added_to_the_session(directory: Path) -> None:
    with closing(open_records(directory)) as records:
        before = records.session_head("s1"), records.session_head("s2")
        journal = open_journal(directory, KEY)
        journal.commit(a_batch([stored(60, session_id="s2")], at=NOW + 300_000))
        journal.close()
        after = records.session_head("s1"), records.session_head("s2")
        assert after[0] == before[0] == verify_session(directory, KEY, "s1").seal
        assert after[1] != before[1]
        assert records.session_head("s9").batch_id == 0


def test_a_seal_is_short_and_can_be_read_aloud(directory: Path) -> None:
    with closing(open_records(directory)) as records:
        seal = seal_text(records.session_head("s1"))
        assert seal_text(records.session_head("s9")) == ""
    number, groups = seal.split(" ")
    assert number == "8"
    assert [len(group) for group in groups.split("-")] == [4] * 6


def test_readings_given_to_a_session_later_are_part_of_its_record(directory: Path) -> None:
    journal = open_journal(directory, KEY)
    journal.commit(a_batch([stored(70, session_id=None)], at=NOW + 300_000))
    journal.commit(
        a_batch(
            [],
            facts.AssignmentProposed("x1", "d1", NOW, NOW + 10**9, "s1", "began late"),
            facts.AssignmentConfirmed("x1", "d1", NOW, NOW + 10**9, "s1"),
        )
    )
    journal.close()
    verification = verify_session(directory, KEY, "s1")
    assert (verification.fault, verification.seal.batch_id) == (None, 12)
    later = directory.parent / "later"
    shutil.copytree(directory, later)
    change(later, "UPDATE readings SET value = value + 1 WHERE seq = 70")
    assert found(later)[0] == 11


def test_an_old_session_is_proven_as_far_as_anything_of_it_may_have_come(directory: Path) -> None:
    with closing(open_journal(directory, KEY)) as journal:
        journal.commit(a_batch([], session_started("s3"), at=NOW + 30 * HOUR))
        journal.commit(a_batch([], session_started("s4"), at=NOW + 31 * HOUR))
    later = "UPDATE facts SET body = replace(body, 's4', 's5') WHERE batch = 12"
    change(directory, later)
    assert found(directory)[0] == 12
    proven = verify_session(directory, KEY, "s1", to_head=False)
    assert (proven.fault, proven.last) == (None, 11)
    change(directory, "DELETE FROM facts WHERE kind = 'session_cancelled'")
    fault = verify_session(directory, KEY, "s1", to_head=False).fault
    assert fault is not None
    assert fault.batch_id == 8


def test_what_is_not_old_is_proven_to_the_head_all_the_same(directory: Path) -> None:
    assert verify_session(directory, KEY, "s1", to_head=False).last == 10
