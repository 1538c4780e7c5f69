"""The figures that are kept batch by batch are those that the whole record makes; a list of very many comes at once."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.domain.readings import MANUAL_SOURCE, Metric
from monitor.domain.sign_off import SignOff
from monitor.service.batches import Batch, StoredReading
from monitor.service.review_ports import SessionFilter
from monitor.storage import SqliteRecords, migrate, open_journal, open_records, verify
from monitor.storage.engine import DATABASE_NAME, reader_engine
from monitor.storage.session_list import page_query
from tests.storage.builders import KEY, NOW, a_batch, a_reading, an_alarm, clinic, fact
from tests.storage.packing import compact

SESSIONS = st.sampled_from(["s1", "s2"])
SECONDS = st.integers(0, 20)
SPAN = (NOW + 5000, NOW + 15_000)
ENTRIES = ["e1", "e2", "e3"]


@st.composite
def readings(draw: st.DrawFn) -> StoredReading:
    """Of a device or by hand, of a session or of nobody, in any order of time."""
    seconds, value = draw(SECONDS), draw(st.sampled_from([None, 0.0, 88.0, 95.0, 140.0]))
    reading = a_reading(seconds, None, metric=draw(st.sampled_from(list(Metric)[:3])))
    if reading.metric is Metric.NIBP:
        low = draw(st.sampled_from([None, 0.0, 80.0]))
        reading = reading._replace(systolic=value, diastolic=low)
    else:
        reading = reading._replace(value=value)
    session_id = draw(st.none() | SESSIONS)
    if session_id is not None and draw(st.booleans()):
        by_hand = reading._replace(source=MANUAL_SOURCE)
        return StoredReading(
            session_id, f"manual-{session_id}", draw(st.integers(1, 3)), 0, by_hand
        )
    return StoredReading(session_id, "queue", 0, 0, reading)


@st.composite
def bodies(draw: st.DrawFn) -> facts.FactBody:
    """What may change a figure, in an order that need not make sense."""
    session_id, number = draw(SESSIONS), draw(st.integers(1, 3))
    urgent = draw(st.sampled_from(["high", "low"]))
    baseline = {"systolic": 120.0 + number, "diastolic": 80.0}
    raised_at = draw(st.sampled_from([None, NOW]))
    alarm = an_alarm(session_id=session_id, alarm_id=f"{session_id}-a{number}", priority=urgent)
    of_phase = draw(st.sampled_from(["infusion", "observation", "discharged"]))
    at = NOW + 1000 * draw(SECONDS)
    choices: list[facts.FactBody] = [
        facts.PhaseEntered(session_id, of_phase, None, draw(st.sampled_from([None, at]))),
        facts.SessionCancelled(session_id, "x"),
        facts.BaselineConfirmed(session_id, baseline),
        facts.VitalsEntered(session_id, ENTRIES[number - 1], NOW, {"spo2": 88.0}, number),
        facts.EntryVoided(session_id, ENTRIES[number - 1], "x", None),
        facts.AssignmentConfirmed("x1", "d1", *SPAN, "s1"),
        facts.ReviewSigned(session_id),
        facts.ReviewCommented(session_id, "x"),
        type(alarm)(**{**{n: getattr(alarm, n) for n in alarm.__slots__}, "raised_at": raised_at}),
    ]
    return draw(st.sampled_from(choices))


BATCHES = st.lists(
    st.tuples(st.lists(readings(), max_size=6), st.lists(bodies(), max_size=3), SECONDS),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(batches=BATCHES, reopened=st.booleans(), packed=st.booleans())
def test_kept_figures_are_those_that_the_record_makes_anew(
    batches: list[tuple[list[StoredReading], list[facts.FactBody], int]],
    reopened: bool,
    packed: bool,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory, seq = Path(name), 100
        journal = open_journal(directory, KEY)
        journal.commit(clinic())
        proposed = facts.AssignmentProposed("x1", "d1", *SPAN, "s1", "x")
        started = facts.SessionStarted("s2", "r2", "P-2", None, "x", paper_from=NOW - 1000)
        journal.commit(a_batch([], started, proposed))
        for rows, given_bodies, seconds in batches:
            numbered = [
                row._replace(seq=seq + n) if row.stream == "queue" else row
                for n, row in enumerate(rows)
            ]
            seq += len(rows)
            journal.commit(a_batch(numbered, *given_bodies, at=NOW + seconds * 1000))
            if packed:
                compact(journal)
            if reopened:
                journal.close()
                journal = open_journal(directory, KEY)
        journal.close()
        assert verify(directory, KEY).fault is None


def test_an_entry_that_was_voided_before_its_values_came_is_in_no_figure(tmp_path: Path) -> None:
    low = a_reading(5, 70.0, metric=Metric.SPO2, source=MANUAL_SOURCE)
    by_hand = a_batch([StoredReading("s1", "manual-s1", 3, 0, low)])
    entered = a_batch([], facts.VitalsEntered("s1", "e1", NOW, {"spo2": 70.0}, 3))
    voided = facts.EntryVoided("s1", "e1", "x", None)
    for number, (first, second) in enumerate(((entered, by_hand), (by_hand, entered))):
        directory = tmp_path / str(number)
        directory.mkdir()
        journal = open_journal(directory, KEY)
        journal.commit(clinic())
        for what in (a_batch([], voided), first, second):
            journal.commit(what)
        journal.close()
        assert verify(directory, KEY).fault is None
        records = open_records(directory)
        figures = records.figures("s1")
        assert figures is not None
        assert figures.lowest_spo2 is None
        records.close()


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    """A session that has ended and was signed."""
    journal = open_journal(tmp_path, KEY)
    journal.commit(clinic())
    low = a_reading(5, 88.0, metric=Metric.SPO2)
    journal.commit(a_batch([StoredReading("s1", "queue", 1, 0, low)], an_alarm()))
    journal.commit(a_batch([], facts.PhaseEntered("s1", "discharged", None)))
    signed: Fact = fact(facts.ReviewSigned("s1"), NOW, "Dr-1")
    journal.commit(Batch(NOW, facts=[signed]))
    outcome = facts.OutcomeEntered("e1", "P-1", "madrs", 31, "2026-11-21", None)
    journal.commit(a_batch([], outcome))
    journal.close()
    return tmp_path


def change(directory: Path, statement: str) -> None:
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE session_figures SET lowest_spo2 = 95000", "figures of session s1"),
        ("UPDATE session_figures SET physiological_high = 0", "figures of session s1"),
        ("UPDATE session_figures SET signed_by = 'Dr-2'", "figures of session s1"),
        ("UPDATE session_figures SET changed_batch = changed_batch + 1", "figures of session s1"),
        ("DELETE FROM session_figures", "figures of session s1"),
        (
            "INSERT INTO session_figures SELECT 9, " + "0, " * 17 + "0 FROM rooms",
            "figures were added",
        ),
        ("UPDATE outcomes SET value = 3", "table outcomes"),
        ("DELETE FROM outcomes", "table outcomes"),
    ],
)
def test_an_edited_figure_or_score_is_found(reviewed: Path, statement: str, named: str) -> None:
    assert verify(reviewed, KEY).fault is None
    change(reviewed, statement)
    fault = verify(reviewed, KEY).fault
    assert fault is not None
    assert named in fault.message


def test_sessions_without_figures_get_them_when_the_file_is_migrated(reviewed: Path) -> None:
    change(reviewed, "DELETE FROM session_figures")
    migrate(reviewed, KEY)
    assert verify(reviewed, KEY).fault is None
    records = open_records(reviewed)
    (row,) = records.session_list(SessionFilter()).rows
    assert (row.state, row.figures.lowest_spo2) == (SignOff.SIGNED, 88)
    records.close()


MANY = 100_000
_SESSIONS = """
INSERT INTO sessions (key, id, room_id, patient, protocol, started_at, phase, ended_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
SELECT i, 's' || i, 'r' || (i % 6), 'P-' || (i % 12000), 'ketamine_iv', i * 3600000, 'discharged', i * 3600000 + 1
FROM n
"""
_FIGURES = """
INSERT INTO session_figures
SELECT key, 120000, 80000, 100000 + key * 7919 % 90000, 80000, 1, 80000 + key * 104729 % 20000, 1,
       key % 3, key % 5, key % 7, 0, 1, 2, key, key, CASE WHEN key % 3 THEN key + key % 2 END, 'Dr-1', key
FROM sessions
"""


@pytest.fixture(scope="module")
def very_many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("many")
    migrate(directory, KEY)
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_SESSIONS, (MANY,))
        connection.execute(_FIGURES)
        rooms = [(f"r{n}", f"Room {n}") for n in range(6)]
        connection.executemany("INSERT INTO rooms VALUES (?, ?, 0)", rooms)
        connection.commit()
    return directory


def plan(directory: Path, *, order_by: str = "started_at", descending: bool = True) -> list[str]:
    """How the database goes about the first page."""
    query = page_query([], order_by=order_by, descending=descending).limit(100)
    engine = reader_engine(directory / DATABASE_NAME)
    with engine.begin() as connection:
        said = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        steps = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {said}"))]
    engine.dispose()
    return steps


@pytest.mark.parametrize("descending", [True, False])
def test_the_first_page_of_very_many_sessions_reads_no_others(
    very_many: Path, descending: bool
) -> None:
    steps = plan(very_many, descending=descending)
    assert steps[0] == "SCAN sessions USING INDEX sessions_by_start"
    assert not any("TEMP B-TREE" in step for step in steps)
    assert all(step.startswith(("SEARCH", "CORRELATED")) for step in steps[1:])


@pytest.mark.parametrize("order_by", ["peak", "room", "state", "physiological", "signed_at"])
def test_in_any_order_each_session_is_looked_at_once(very_many: Path, order_by: str) -> None:
    scanned = [step for step in plan(very_many, order_by=order_by) if step.startswith("SCAN")]
    assert len(scanned) == 1


def test_very_many_sessions_are_counted_chosen_and_numbered(very_many: Path) -> None:
    records: SqliteRecords = open_records(very_many)
    first = records.session_list(SessionFilter())
    assert (first.total, len(first.rows), first.rows[0].id) == (MANY, 100, f"s{MANY}")
    assert first.rows[0].number == MANY // 12_000 + 1
    chosen = records.session_list(
        SessionFilter(states=frozenset({SignOff.UNSIGNED}), patient="P-7")
    )
    assert {row.state for row in chosen.rows} == {SignOff.UNSIGNED}
    assert all("P-7" in row.patient for row in chosen.rows)
    records.close()
