"""The readings of closed sessions are packed and stay what they are: every view, every proof. Real files."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from monitor.domain import facts
from monitor.service.ports import RecordsUnavailableError
from monitor.storage import SqliteRecords, open_journal, open_records, verify, verify_session
from monitor.storage import compact as compact_directory
from monitor.storage.compactor import MOST_ROWS, SETTLED_MS
from monitor.storage.engine import DATABASE_NAME
from monitor.storage.reading_blocks import Block, rows_of_block
from tests.storage.builders import KEY, NOW, a_batch, a_reading, stored
from tests.storage.packing import CLOSED, LATER, change, compact, frames, rows


def views(records: SqliteRecords) -> dict[str, object]:
    """Everything that is read of the closed session and of what lies beside it."""
    batch = 9
    return {
        "readings": records.readings(CLOSED),
        "readings since": records.readings(CLOSED, after_batch=batch),
        "trace": records.trace(CLOSED),
        "trace since": records.trace(CLOSED, after_batch=batch),
        "alarm inputs": records.alarm_inputs(CLOSED),
        "seal": records.session_head(CLOSED),
        "figures": records.figures(CLOSED),
        "head": records.chain_head(),
        "positions": records.positions(),
        "last seen": records.last_seen(),
        "nobody's": records.unassigned(),
        "open": records.restored_sessions(),
        "open readings": records.readings("s2"),
    }


def test_every_view_is_the_same_value_by_value(filled: Path, packed_once: Path) -> None:
    with closing(open_records(filled)) as before, closing(open_records(packed_once)) as after:
        assert len(before.readings(CLOSED)) > MOST_ROWS
        for what, seen in views(before).items():
            assert views(after)[what] == seen, what


def test_the_rows_are_the_same_number_by_number(filled: Path, packed_once: Path) -> None:
    in_blocks = rows(packed_once, "SELECT * FROM reading_blocks ORDER BY first_t")
    unpacked = [row for block in in_blocks for row in rows_of_block(Block._make(block))]
    query = "SELECT * FROM readings WHERE session = 1 ORDER BY session, t, stream, seq, idx"
    assert unpacked == rows(filled, query)
    assert rows(packed_once, query) == []
    others = "SELECT * FROM readings WHERE session <> 1"
    assert rows(packed_once, others) == rows(filled, others)
    for everything in (
        "SELECT * FROM batches",
        "SELECT * FROM facts",
        "SELECT * FROM rejected_readings",
        "SELECT * FROM streams",
        "SELECT * FROM session_figures",
    ):
        assert rows(packed_once, everything) == rows(filled, everything)


def test_a_packed_record_is_proven_as_before(filled: Path, packed_once: Path) -> None:
    assert verify(packed_once, KEY) == verify(filled, KEY)
    assert verify(packed_once, KEY).fault is None
    for session in (CLOSED, "s2"):
        assert verify_session(packed_once, KEY, session) == verify_session(filled, KEY, session)


def test_a_session_is_packed_only_a_while_after_it_closed_or_changed(
    filled: Path, tmp_path: Path
) -> None:
    directory = Path(shutil.copytree(filled, tmp_path / "data"))
    closed_at = NOW + 2_100_000
    with closing(open_journal(directory, KEY)) as journal:
        assert not journal.compact(closed_at + SETTLED_MS - 1)
        late = stored(5000, a_reading(1500.5, late=True))
        late = late._replace(reading=late.reading._replace(received_at=closed_at + SETTLED_MS - 1))
        journal.commit(a_batch([late], at=closed_at + SETTLED_MS - 1))
        assert not journal.compact(closed_at + SETTLED_MS)
        assert compact(journal, closed_at + 2 * SETTLED_MS - 1) == 3
        assert not journal.compact(LATER)
    assert verify(directory, KEY).fault is None


def test_what_comes_after_packing_is_stored_beside_it_and_packed_later(
    filled: Path, packed: Path
) -> None:
    late = [stored(6000 + n, a_reading(10 * n + 0.25, late=True)) for n in range(40)]
    comment = facts.NoteEntered(CLOSED, "n1", "spoken to afterwards", NOW)
    for directory in (packed, Path(shutil.copytree(filled, packed.parent / "plain"))):
        with closing(open_journal(directory, KEY)) as journal:
            assert journal.commit(a_batch(late, comment, at=LATER)).poisoned == ()
    with (
        closing(open_records(packed.parent / "plain")) as before,
        closing(open_records(packed)) as after,
    ):
        assert views(after) == views(before)
        assert verify(packed, KEY).fault is None
        with closing(open_journal(packed, KEY)) as journal:
            assert compact(journal, LATER + 2 * SETTLED_MS) == 1
        assert views(after) == views(before)
    assert rows(packed, "SELECT count(*) FROM reading_blocks") == [(4,)]
    assert verify(packed, KEY).fault is None


def test_a_reading_that_is_packed_already_is_refused_alone(packed: Path) -> None:
    first, second, third = list(frames(CLOSED, range(1, 3), "queue of s1"))[:3]
    fresh = stored(7000, a_reading(3.5))
    with closing(open_journal(packed, KEY)) as journal:
        commit = journal.commit(a_batch([first, fresh, second, third], at=LATER))
        refused = [row for row, why in commit.poisoned if "stored already" in why]
        assert refused == [first, second, third]
        # The same as long as it lies in the table.
        assert [row for row, _ in journal.commit(a_batch([fresh], at=LATER)).poisoned] == [fresh]
    assert verify(packed, KEY).fault is None


def test_readings_given_to_a_packed_session_count_in_it(filled: Path, packed: Path) -> None:
    given = (
        facts.AssignmentProposed("x1", "d1", NOW, NOW + 500_000, CLOSED, "began late"),
        facts.AssignmentConfirmed("x1", "d1", NOW, NOW + 500_000, CLOSED),
    )
    plain = Path(shutil.copytree(filled, packed.parent / "plain"))
    for directory in (plain, packed):
        with closing(open_journal(directory, KEY)) as journal:
            journal.commit(a_batch([], *given, at=LATER))
    with closing(open_records(plain)) as before, closing(open_records(packed)) as after:
        assert views(after) == views(before)
    assert verify(packed, KEY).fault is None


def test_a_session_that_cannot_be_unpacked_says_so_and_holds_up_nothing(packed: Path) -> None:
    change(packed, "UPDATE reading_blocks SET content = zeroblob(100)")
    with closing(open_records(packed)) as records:
        with pytest.raises(RecordsUnavailableError, match="infusion-monitor verify"):
            records.readings(CLOSED)
        with pytest.raises(RecordsUnavailableError, match="cannot be unpacked"):
            records.trace(CLOSED)
        assert records.readings("s2")
    with closing(open_journal(packed, KEY)) as journal:
        late = stored(8000, a_reading(3.5, late=True))
        comment = facts.NoteEntered(CLOSED, "n1", "spoken to afterwards", NOW)
        assert journal.commit(a_batch([late], comment, at=LATER)).poisoned == ()


def test_rows_that_cannot_be_packed_stay_as_they_are(filled: Path, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(filled, tmp_path / "data"))
    change(directory, "UPDATE readings SET received = 0.5 WHERE session = 1 AND seq = 20")
    before = rows(directory, "SELECT * FROM readings")
    with closing(open_journal(directory, KEY)) as journal:
        assert not journal.compact(LATER)
    assert rows(directory, "SELECT * FROM readings") == before


def test_the_room_of_packed_rows_is_used_again(filled: Path, packed: Path) -> None:
    free, before = (rows(d, "PRAGMA freelist_count")[0][0] for d in (packed, filled))
    assert isinstance(free, int)
    assert isinstance(before, int)
    assert free - before > 20
    size = (packed / DATABASE_NAME).stat().st_size
    with closing(open_journal(packed, KEY)) as journal:
        journal.commit(a_batch(list(frames("s2", range(2000, 2300), "queue of s2")), at=LATER))
    assert (packed / DATABASE_NAME).stat().st_size == size


def test_compacting_the_whole_file_gives_the_room_back(filled: Path, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(filled, tmp_path / "data"))
    done = compact_directory(directory, KEY)
    size = (directory / DATABASE_NAME).stat().st_size
    assert (done.blocks, done.before, done.after) == (
        3,
        (filled / DATABASE_NAME).stat().st_size,
        size,
    )
    assert done.after < 0.8 * done.before
    assert rows(directory, "PRAGMA freelist_count") == [(0,)]
    assert verify(directory, KEY).fault is None
    assert compact_directory(directory, KEY) == (0, size, size)
