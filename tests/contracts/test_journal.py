"""What every journal does: ``ports.Journal``."""

from __future__ import annotations

import pytest

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.service.batches import Batch, Checkpoint, StreamPosition
from monitor.service.ports import Journal, JournalUnavailableError, Records
from tests.storage.builders import (
    NOW,
    STREAM,
    a_batch,
    a_reading,
    position,
    rejected,
    session_started,
    stored,
)

BEYOND_INT64 = 2**70


def test_a_batch_is_readable_once_commit_returned(journal: Journal, records: Records) -> None:
    journal.commit(a_batch([stored(1), stored(2)]))
    assert [s.seq for s in records.readings("s1")] == [1, 2]


def test_batches_are_numbered_one_by_one(journal: Journal) -> None:
    assert [journal.commit(a_batch([stored(seq)])).batch_id for seq in (1, 2, 3)] == [2, 3, 4]


def test_an_empty_batch_commits_too(journal: Journal, records: Records) -> None:
    assert journal.commit(Batch(NOW)).batch_id == records.chain_head().batch_id


def test_readings_may_belong_to_a_session_that_starts_with_their_batch(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([stored(1, session_id="s2")], session_started("s2", "r2")))
    assert len(records.readings("s2")) == 1


def test_a_poisoned_reading_fails_alone_and_is_named(journal: Journal, records: Records) -> None:
    poisoned = stored(2, a_reading(2, measured_at=BEYOND_INT64))
    commit = journal.commit(a_batch([stored(1), poisoned, stored(3)], positions=position(3)))
    assert [(row, bool(reason)) for row, reason in commit.poisoned] == [(poisoned, True)]
    assert [s.seq for s in records.readings("s1")] == [1, 3]
    assert records.positions() == [StreamPosition("d1", STREAM, 3)]


def test_times_that_cannot_be_stored_fail_alone(journal: Journal, records: Records) -> None:
    worst = [{"at": BEYOND_INT64}, {"received_at": BEYOND_INT64}, {"measured_at": -BEYOND_INT64}]
    rows = [stored(seq, a_reading(seq, **changes)) for seq, changes in enumerate(worst, 1)]
    commit = journal.commit(a_batch([*rows, stored(9)], positions=position(9)))
    assert [row for row, _ in commit.poisoned] == rows
    assert records.last_seen() == {"d1": a_reading(9).received_at}


def test_a_batch_that_cannot_be_stored_at_all_leaves_the_journal_usable(
    journal: Journal, records: Records
) -> None:
    with pytest.raises(JournalUnavailableError):
        journal.commit(a_batch([stored(1)], positions=position(BEYOND_INT64)))
    assert records.readings("s1") == []
    assert journal.commit(a_batch([stored(1)], positions=position(1))).poisoned == ()


def test_values_that_are_no_numbers_fail_alone(journal: Journal, records: Records) -> None:
    worst = [float("nan"), float("inf"), 1e300]
    rows = [stored(seq, a_reading(seq, value)) for seq, value in enumerate(worst, 1)]
    commit = journal.commit(a_batch([*rows, stored(9)]))
    assert [row for row, _ in commit.poisoned] == rows
    assert [s.seq for s in records.readings("s1")] == [9]


def test_a_reading_of_a_session_never_started_fails_alone(
    journal: Journal, records: Records
) -> None:
    commit = journal.commit(a_batch([stored(1, session_id="s77"), stored(2)]))
    assert [reason for _, reason in commit.poisoned] == ["session s77 was never started"]
    assert [s.seq for s in records.readings("s1")] == [2]


def test_a_reading_stored_already_fails_alone_and_the_first_content_stays(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([stored(1, a_reading(1, 70.0))]))
    commit = journal.commit(a_batch([stored(1, a_reading(1, 99.0)), stored(2)]))
    assert len(commit.poisoned) == 1
    assert [s.reading.value for s in records.readings("s1")] == [70.0, 82.0]


def test_a_poisoned_rejected_reading_fails_alone(journal: Journal, records: Records) -> None:
    poisoned = rejected(1, raw="\ud800")
    commit = journal.commit(a_batch([stored(1)], rejected=[poisoned, rejected(2)]))
    assert [row for row, _ in commit.poisoned] == [poisoned]
    assert (records.rejected_count("s1"), len(records.readings("s1"))) == (1, 1)


def test_a_poisoned_fact_fails_alone_with_all_that_it_would_have_changed(
    journal: Journal, records: Records
) -> None:
    twice = facts.RoomAdded("r1", "one")
    commit = journal.commit(a_batch([stored(1)], twice, facts.RoomAdded("r2", "2")))
    assert [row.body for row, _ in commit.poisoned if isinstance(row, Fact)] == [twice]
    assert [room.name for room in records.rooms()] == ["1", "2"]
    assert len(records.readings("s1")) == 1


def test_a_poisoned_row_leaves_no_trace_in_the_numbers_that_follow(
    journal: Journal, records: Records
) -> None:
    first = journal.commit(a_batch([stored(1, a_reading(1, BEYOND_INT64))]))
    second = journal.commit(a_batch([stored(2)]))
    assert (first.batch_id + 1, second.poisoned) == (second.batch_id, ())
    assert [s.seq for s in records.readings("s1", after_batch=first.batch_id)] == [2]


def test_the_newest_checkpoint_of_a_session_replaces_the_one_before(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch(checkpoints=[Checkpoint("s1", '{"a":1}')]))
    journal.commit(a_batch(checkpoints=[Checkpoint("s1", '{"a":2}')]))
    assert [r.checkpoint for r in records.restored_sessions()] == ['{"a":2}']


def test_a_closed_session_keeps_no_checkpoint(journal: Journal, records: Records) -> None:
    journal.commit(a_batch([], session_started("s2", "r2"), checkpoints=[Checkpoint("s2", "{}")]))
    closing = a_batch([], facts.PhaseEntered("s2", "discharged", None), at=NOW + 1)
    closing.checkpoints = [Checkpoint("s1", "open"), Checkpoint("s2", "closed")]
    journal.commit(closing)
    assert [r.checkpoint for r in records.restored_sessions()] == ["open"]
