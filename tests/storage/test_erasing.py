"""A patient who is erased is gone from every byte, all others are proven as before; nobody erases without the key."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain import facts
from monitor.domain.facts import PatientErased
from monitor.storage import (
    JournalDamagedError,
    open_journal,
    open_records,
    verify,
    verify_session,
)
from monitor.storage.engine import DATABASE_NAME
from monitor.storage.mentions import is_telling
from monitor.storage.sweeping import sweep
from tests.storage.builders import KEY, NOW, a_batch, clinic, session_started, stored
from tests.storage.erasing import (
    LATER,
    PATIENTS,
    STEP_NAMES,
    Step,
    Ward,
    alter,
    cells,
    erase,
    left_of,
    take,
)
from tests.storage.packing import change, rows

STEPS = st.lists(st.tuples(st.sampled_from(STEP_NAMES), st.integers(0, 29)), max_size=30)
TWO: list[Step] = [("start", 0), ("start", 1), ("read", 2), ("note", 0), ("note", 1)]
BEGINNING: list[Step] = [("start", 0), ("start", 1), ("read", 2), ("note", 1)]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once: that takes longer than all the rest."""
    directory = tmp_path_factory.mktemp("empty")
    open_journal(directory, KEY).close()
    return directory


def faults(directory: Path) -> list[object]:
    with closing(open_records(directory)) as records:
        sessions = [session.id for session in records.sessions()]
    proofs = [verify_session(directory, KEY, session_id).fault for session_id in sessions]
    return [fault for fault in [verify(directory, KEY).fault, *proofs] if fault is not None]


@settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
@given(STEPS, st.permutations(range(3)), st.randoms(use_true_random=False))
def test_after_any_erasure_the_record_is_proven_and_any_change_of_a_value_is_found(
    empty: Path, steps: list[Step], whom: list[int], chance: Random
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(shutil.copytree(empty, Path(folder, "data")))
        with closing(open_journal(data, KEY)) as journal:
            whose = take(Ward(journal), [*BEGINNING, *steps])
            for who in whom[:2]:
                erase(journal, PATIENTS[who])
            assert faults(data) == []
        sweep(data)
        assert [left_of(data, whose, who) for who in whom[:2]] == [[], []]
        before = (data / DATABASE_NAME).read_bytes()
        for cell in chance.sample(cells(data), 4):
            if alter(data, cell):
                assert verify(data, KEY).fault is not None, cell
            (data / DATABASE_NAME).write_bytes(before)


@pytest.mark.parametrize("cell", [("alarms", "reason_values"), ("streams", "holes")])
def test_a_text_that_is_no_json_any_more_is_a_fault_and_no_crash(
    data: Path, cell: tuple[str, str]
) -> None:
    filled(data)
    table, column = cell
    change(data, f"UPDATE {table} SET {column} = '[1, 2~'")  # noqa: S608 - our own names
    assert message_of(data) != ""


@pytest.fixture
def data(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(empty, tmp_path / "data"))


def filled(data: Path, steps: list[Step] = TWO) -> dict[str, int]:
    with closing(open_journal(data, KEY)) as journal:
        return take(Ward(journal), steps)


def without(data: Path, who: int) -> PatientErased:
    with closing(open_journal(data, KEY)) as journal:
        done = erase(journal, PATIENTS[who])
    assert done is not None
    return done


def message_of(data: Path) -> str:
    fault = verify(data, KEY).fault
    assert fault is not None
    return fault.message


def test_the_erasure_is_a_fact_with_who_second_why_and_which_ids_and_never_the_reference(
    data: Path,
) -> None:
    whose = filled(data, [*TWO, ("plan", 0)])
    done = without(data, 0)
    with closing(open_records(data)) as records:
        told = records.newest_fact("patient_erased")
        assert told is not None
        assert (told.by, told.body) == ("kari", done)
        assert records.sessions(patient=PATIENTS[0]) == []
        assert records.readings("s1") == []
    assert (done.second, done.reason, set(done.sessions)) == ("ola", "asked for it", {"s1"})
    assert (len(done.visits), len(done.outcomes), len(done.mentions)) == (1, 1, 1)
    sweep(data)
    assert left_of(data, whose, 0) == []
    assert len(left_of(data, whose, 1)) == 2
    with pytest.raises(LookupError, match=r"session s1 was erased on .* by kari and ola"):
        verify_session(data, KEY, "s1")


def test_numbers_are_not_given_again(data: Path) -> None:
    filled(data)
    without(data, 1)
    with closing(open_journal(data, KEY)) as journal:
        journal.commit(a_batch([], session_started("s3"), at=LATER + 1))
        journal.commit(a_batch([stored(700, session_id="s3")], at=LATER + 2))
    assert rows(data, "SELECT id, key FROM sessions") == [("s1", 1), ("s3", 3)]
    assert faults(data) == []


def test_who_lacks_the_key_cannot_make_an_erasure_up(data: Path) -> None:
    filled(data)
    forged = Path(shutil.copytree(data, data.parent / "forged"))
    other = Path(shutil.copytree(data, data.parent / "other"))
    # The same record in the hands of somebody who has another key, or who only removes rows.
    change(other, "DELETE FROM readings WHERE session = 1")
    assert "lacks" in message_of(other)
    without(data, 0)
    (real,) = rows(data, "SELECT count(*) FROM erasures")
    assert int(str(real[0])) >= 2
    change(forged, "DELETE FROM readings WHERE session = 1")
    for row in rows(data, "SELECT batch, erased_in, readings, rejected, facts, mac FROM erasures"):
        change(forged, "INSERT INTO erasures VALUES (?, ?, ?, ?, ?, ?)", *row)
    assert verify(forged, KEY).fault is not None


def test_what_was_erased_cannot_be_put_back_unnoticed(data: Path) -> None:
    filled(data)
    before = Path(shutil.copytree(data, data.parent / "before"))
    without(data, 0)
    for table in ("facts", "readings", "rejected_readings", "sessions", "session_figures"):
        with closing(sqlite3.connect(data / DATABASE_NAME)) as database:
            database.execute("ATTACH ? AS before", (str(before / DATABASE_NAME),))
            database.execute(f"INSERT OR IGNORE INTO {table} SELECT * FROM before.{table}")  # noqa: S608
            database.commit()
    change(data, "DELETE FROM erasures")
    assert message_of(data) != ""


def test_an_older_row_of_an_erasure_is_found_when_another_patient_of_the_batch_was_erased(
    data: Path,
) -> None:
    filled(data, [*TWO, ("start", 2), ("note", 0), ("note", 1), ("note", 2)])
    without(data, 0)
    older = rows(data, "SELECT mac, batch FROM erasures")
    without(data, 1)
    assert faults(data) == []
    newer = {batch: mac for mac, batch in rows(data, "SELECT mac, batch FROM erasures")}
    mac, batch = next(row for row in older if newer[row[1]] != row[0])
    change(data, "UPDATE erasures SET mac = ? WHERE batch = ?", mac, batch)
    assert verify(data, KEY).fault is not None


def test_a_record_that_is_not_whole_is_not_erased_over(data: Path) -> None:
    filled(data)
    change(data, "UPDATE readings SET value = value + 1 WHERE session = 2")
    with (
        closing(open_journal(data, KEY)) as journal,
        pytest.raises(JournalDamagedError, match="not whole"),
    ):
        erase(journal, PATIENTS[0])
    assert rows(data, "SELECT id FROM sessions") == [("s1",), ("s2",)]


def test_a_reference_that_is_like_any_other_word_is_not_looked_for_in_the_texts_of_others(
    data: Path,
) -> None:
    note = facts.NoteEntered("s2", "n1", "gave 1 mg to P-10, not P-1. p-1, P-1-2", NOW)
    with closing(open_journal(data, KEY)) as journal:
        journal.commit(clinic())
        journal.commit(a_batch([], session_started("s2", patient="1"), note))
        assert erase(journal, "P-1") is not None
    with closing(open_records(data)) as records:
        (kept,) = records.facts("s2", ["note_entered"])
    assert kept.body == replace(note, text="gave 1 mg to P-10, not [erased]. [erased], P-1-2")
    assert not is_telling("1")
