"""The rehearsal as a process does it, over records that have little or are damaged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.rehearser import FAILED, rehearsed, run
from monitor.service.ports import RecordsUnavailableError
from monitor.service.protocols import load_protocols
from monitor.service.rehearsal import Changes
from monitor.service.rehearsal.telling import ASKED, Asked, ToldRehearsal
from tests.service.clinic import Clinic, value

KETAMINE = load_protocols()["ketamine_iv"]


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made = Clinic(tmp_path)
    yield made
    made.journal.close()
    made.records.close()


def end(clinic: Clinic) -> None:
    for phase in ("baseline", "infusion", "observation", "discharged"):
        assert clinic.enter(phase).ok


def asked(*sessions: str) -> Asked:
    return Asked(KETAMINE.name, KETAMINE.text, Changes(), sessions)


def told(clinic: Clinic) -> ToldRehearsal:
    (known,) = rehearsed(clinic.records, asked(clinic.session))
    return known


def test_a_session_without_a_reading_is_rehearsed(clinic: Clinic) -> None:
    clinic.wait(20)
    end(clinic)
    known = told(clinic)
    assert (known.problem, known.changed) == ("", 0)
    assert known.recorded == known.rehearsed != {}


def test_a_session_of_one_reading_is_rehearsed(clinic: Clinic) -> None:
    clinic.frame(value("spo2", 84))
    end(clinic)
    known = told(clinic)
    assert (known.problem, known.changed) == ("", 0)
    assert known.recorded == {"high": 1}


def test_a_damaged_session_is_named_and_the_next_one_is_rehearsed(
    clinic: Clinic, tmp_path: Path
) -> None:
    clinic.seconds(3)
    end(clinic)
    (database,) = tmp_path.glob("*.sqlite3")
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("UPDATE facts SET body = '{}' WHERE kind = 'session_started'")
    first, second = rehearsed(clinic.records, asked(clinic.session, "s9"))
    assert first.problem == FAILED
    assert second.problem == "it is no longer on record"


def test_answers_are_lines_of_json_one_for_each_session(clinic: Clinic, tmp_path: Path) -> None:
    clinic.seconds(3)
    file = tmp_path / "asked.json"
    file.write_bytes(ASKED.dump_json(asked("s1", "s9")))
    lines: list[str] = []
    run(tmp_path, file, lines.append)
    assert [json.loads(line)["session_id"] for line in lines] == ["s1", "s9"]
    with pytest.raises(RecordsUnavailableError):
        run(tmp_path / "nowhere", file, lines.append)
