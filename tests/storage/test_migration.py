"""A database of an earlier version is brought to this one's schema when its writer opens it, and stays whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from monitor.domain import facts
from monitor.domain.sessions import Phase
from monitor.service.ports import RecordsUnavailableError
from monitor.storage import Migration, SchemaError, migrate, open_journal, open_records, verify
from monitor.storage.engine import DATABASE_NAME, writer_engine
from tests.storage.builders import KEY, NOW, a_batch, an_alarm, clinic, stored

FILLED = Path(__file__).parent / "filled_0001.sql"
HEAD = "0000000000000005 1adc9e43adadd373e093b5a0\n"


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A directory as revision 0001 alone makes it, filled as the version of that time filled it."""
    engine = writer_engine(tmp_path / DATABASE_NAME)
    config = Config()
    config.set_main_option("script_location", "monitor.storage:migrations")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as database:
        database.executescript(FILLED.read_text())
        database.commit()
    (tmp_path / "journal.head").write_text(HEAD)
    return tmp_path


def test_the_writer_migrates_the_first_version_and_the_record_is_whole(first_version: Path) -> None:
    open_journal(first_version, KEY).close()
    verification = verify(first_version, KEY)
    assert (verification.batches, verification.fault) == (5, None)
    assert migrate(first_version, KEY) == Migration("0006", "0006")


def test_what_the_first_version_recorded_is_read_as_it_was_meant(first_version: Path) -> None:
    open_journal(first_version, KEY).close()
    records = open_records(first_version)
    first, second = records.sessions()
    assert [p.phase for p in first.phases] == [Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION]
    assert (first.edition, first.stays, first.visit, first.paper) == ("", (), None, False)
    assert second.phase is Phase.CANCELLED
    assert [known.reading.at - NOW for known in records.readings("s1")] == [1000, 2000, 3000]
    assert [known.seq for known in records.unassigned()] == [3]
    entered = records.facts("s1", ["vitals_entered"])[0].body
    assert entered == facts.VitalsEntered("s1", "e1", NOW + 3000, {"pulse_rate": 79.0}, seq=0)
    records.close()


def test_a_migrated_session_goes_on(first_version: Path) -> None:
    journal = open_journal(first_version, KEY)
    moved = facts.SessionMoved("s1", "r3", "a quieter room")
    commit = journal.commit(a_batch([stored(9)], moved, at=NOW + 9000))
    assert (commit.batch_id, commit.poisoned) == (6, ())
    records = open_records(first_version)
    session = records.session("s1")
    assert session is not None
    assert (session.room_id, session.room_at(NOW + 8999)) == ("r3", "r1")
    voided = facts.EntryVoided("s1", "e1", "another patient", None)
    journal.commit(a_batch([], voided, at=NOW + 9500))
    assert records.voided_seqs("s1") == {1}
    records.close()
    journal.close()
    assert verify(first_version, KEY).fault is None


def test_the_priorities_that_alarms_reached_are_made_from_the_facts_of_an_earlier_version(
    tmp_path: Path,
) -> None:
    seen = {"acknowledged_at": NOW + 700, "acknowledged_by": "kari"}
    steps = [
        an_alarm(event="delay_ended", priority="medium"),
        an_alarm(event="acknowledged", priority="medium", **seen),
        an_alarm(event="escalated", priority="high", **seen),
        an_alarm(alarm_id="a2", state="pending", raised_at=None),
    ]
    journal = open_journal(tmp_path, KEY)
    journal.commit(clinic())
    for n, alarm in enumerate(steps, 1):
        journal.commit(a_batch([], alarm, at=NOW + n * 500))
    journal.close()
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as database:
        made = database.execute("SELECT * FROM alarm_rungs").fetchall()
        database.executescript(
            "DROP TABLE alarm_rungs; DROP TABLE erasures; DROP TABLE erased_sessions; "
            "UPDATE alembic_version SET version_num = '0004'"
        )
    open_journal(tmp_path, KEY).close()
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as database:
        assert database.execute("SELECT * FROM alarm_rungs").fetchall() == made
    assert len(made) == 2
    assert verify(tmp_path, KEY).fault is None


def test_a_reader_of_a_database_that_is_not_yet_migrated_says_what_to_do(
    first_version: Path,
) -> None:
    records = open_records(first_version)
    with pytest.raises(RecordsUnavailableError, match=r"schema 0001.*infusion-monitor migrate"):
        records.sessions()
    records.close()


def test_a_record_that_is_not_yet_migrated_is_not_called_damaged(first_version: Path) -> None:
    with pytest.raises(SchemaError, match=r"schema 0001.*infusion-monitor migrate"):
        verify(first_version, KEY)
