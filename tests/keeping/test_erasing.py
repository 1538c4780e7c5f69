"""A patient is erased by two persons, for good and not by mistake; a restore brings nobody back."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from monitor.console import execute
from monitor.data_directory import DataDirectory, create, open_existing
from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.domain.readings import HOUR
from monitor.keeping import rotate_journal_key
from monitor.keeping.doctor import examine
from monitor.keeping.erasing import (
    ErasureRefusedError,
    UnsweptError,
    erase_patient,
    finish_erasure,
    left_mentions,
    preview_erasure,
    refuse_beside_a_writer,
    settle,
)
from monitor.service.batches import Batch
from monitor.service.erasing import ErasureAsked, due_patients
from monitor.service.findings import Finding
from monitor.settings import Settings
from monitor.storage import open_journal, open_records, verify, verify_session
from monitor.storage.sweeping import SWEEPING, begin_sweep
from monitor.wire.orders import AddRoom
from tests.keeping.clinics import backed_up, restored
from tests.keeping.eraser import POINTS
from tests.storage.builders import NOW, rejected
from tests.storage.erasing import LATER, PATIENTS, Ward, left_of, take
from tests.storage.packing import change, rows

REPOSITORY = Path(__file__).parents[2]
STEPS = [("start", 0), ("start", 1), ("read", 2), ("note", 0), ("note", 1), ("plan", 0)]
WHOSE = {"s1": 0, "s2": 1}
ASKED = ErasureAsked(PATIENTS[0], "Kari", "ola", "asked for it")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two patients whose sessions are long over, one in a session, one who left an hour ago, one who is to come."""
    directory = create(tmp_path_factory.mktemp("prepared") / "data", simulated=False)
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        take(Ward(journal), STEPS)
        begun = [
            facts.SessionStarted(f"s{n}", "r1", f"P-100{n}", 70.0, "ketamine_iv") for n in (3, 4)
        ]
        ended = facts.PhaseEntered("s4", "discharged", None)
        others: list[tuple[int, facts.FactBody]] = [
            *((LATER - 2 * HOUR, body) for body in begun),
            (LATER - HOUR, ended),
            (NOW, facts.VisitPlanned("v90", "P-1005", "ketamine_iv", LATER + HOUR, "r1", 1)),
            (NOW, facts.OperatorAdded("nora", "nurse", "hash")),
            (NOW, facts.OperatorAdded("gone", "administrator", "hash")),
            (NOW, facts.OperatorDisabled("gone")),
        ]
        told = [Fact(at, "kari", getattr(body, "session_id", None), body) for at, body in others]
        assert journal.commit(Batch(LATER - HOUR, facts=told)).poisoned == ()
    return directory.path


@pytest.fixture
def directory(prepared: Path, tmp_path: Path) -> DataDirectory:
    return open_existing(Path(shutil.copytree(prepared, tmp_path / "data")))


def erase(directory: DataDirectory, asked: ErasureAsked = ASKED) -> facts.PatientErased:
    return erase_patient(directory, asked, station="console:test", now=LATER)


def is_proven(directory: DataDirectory) -> bool:
    return verify(directory.path, directory.journal_key).fault is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"second": "KARI"}, "another than the first"),
        ({"by": "nora"}, "nora is a nurse and may not erase patient"),
        ({"second": "nora"}, "may not confirm erasure"),
        ({"by": "gone"}, "no operator gone"),
        ({"reason": " "}, "say why"),
        ({"reason": f"{PATIENTS[0].lower()} asked"}, "names the patient"),
        ({"reference": "P-1003"}, "s3 of P-1003 is open"),
        ({"reference": "P-1004"}, "ended less than a day ago"),
        ({"reference": "P-1005"}, "visit v90: cancel it first"),
        ({"reference": "P-9999"}, "nothing of P-9999 is on record"),
    ],
)
def test_an_erasure_is_refused_with_what_stands_in_its_way(
    prepared: Path, changes: dict[str, str], why: str
) -> None:
    with pytest.raises(ErasureRefusedError, match=why):
        preview_erasure(open_existing(prepared), ASKED._replace(**changes), LATER)


def test_what_is_refused_in_the_preview_is_refused_in_earnest_and_while_a_gateway_runs(
    directory: DataDirectory,
) -> None:
    with pytest.raises(ErasureRefusedError, match="another than the first"):
        erase(directory, ASKED._replace(second="kari"))
    with directory.writing(), pytest.raises(ErasureRefusedError, match="stop the gateway first"):
        erase(directory)
    with directory.writing(), pytest.raises(ErasureRefusedError, match="stop the gateway first"):
        refuse_beside_a_writer(directory)
    change(directory.path, "UPDATE facts SET by = 'x' WHERE id = 9")
    with pytest.raises(ErasureRefusedError, match="the record is not whole"):
        erase(directory)
    assert rows(directory.path, "SELECT count(*) FROM sessions") == [(4,)]


def test_everything_of_a_patient_is_gone_from_the_files_and_of_the_others_nothing(
    directory: DataDirectory,
) -> None:
    before = preview_erasure(directory, ASKED, LATER)
    done = erase(directory)
    assert (done.readings, set(done.sessions)) == (before.belongings.readings, {"s1"})
    assert left_of(directory.path, WHOSE, 0) == []
    assert left_of(directory.path, WHOSE, 1) == [PATIENTS[1], "wordofsessions2."]
    assert not (directory.path / SWEEPING).exists()
    assert is_proven(directory)
    with closing(open_records(directory.path)) as records:
        assert records.counters()["session"] == 4
        due = due_patients(records, 1, LATER + 400 * 24 * HOUR)
    assert [one.reference for one in due] == [PATIENTS[1], "P-1004"]
    assert execute(directory, AddRoom(name="2"))["id"] == "r2"
    assert is_proven(directory)


def test_what_may_be_another_patient_or_cannot_be_erased_is_named_before_and_after(
    directory: DataDirectory,
) -> None:
    mine = PATIENTS[0]
    said: list[facts.FactBody] = [
        facts.NoteEntered("s2", "n1", f"{mine}s cuff, see {mine.lower()}.Then {mine}-pumpen", NOW),
        facts.NoteEntered("s2", "n2", f"changed with {mine}-1, not {mine}1", NOW),
        facts.RoomAdded("r7", f"{mine} corner"),
        facts.DeviceAdded("d7", f"{mine} monitor", "r7", False, "hash"),
        facts.SessionStarted("s7", "r7", f"{mine}-1", 70.0, "ketamine_iv"),
        facts.PhaseEntered("s7", "discharged", None),
        facts.VisitPlanned("v7", mine.lower(), "ketamine_iv", NOW, None, 1),
        facts.VisitCancelled("v7", "no"),
    ]
    told = [Fact(NOW, "kari", getattr(body, "session_id", None), body) for body in said]
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        frame = rejected(990, "s2", raw=f'{{"said": "{mine}"}}', source="d1")
        batch = Batch(LATER - HOUR, facts=told, rejected=[frame])
        assert journal.commit(batch).poisoned == ()
    before = preview_erasure(directory, ASKED, LATER).left
    assert {(one.what, one.whose, one.field) for one in before} == {
        ("note_entered", "s2", "text"),
        ("room_added", "r7", "name"),
        ("device_added", "d7", "name"),
        ("visit_planned", "v7", "patient"),
        ("rejected_reading", "s2", "raw"),
    }
    erase(directory)
    assert left_mentions(directory, mine) == before
    with closing(open_records(directory.path)) as records:
        first, second = (fact.body for fact in records.facts("s2", ["note_entered"])[-2:])
    assert isinstance(first, facts.NoteEntered)
    # Which of the two is meant cannot be told from another's whose reference differs by case alone.
    assert first.text == f"[erased]s cuff, see {mine.lower()}.Then [erased]-pumpen"
    assert second == said[1]
    assert is_proven(directory)


def test_the_journals_key_is_rotated_between_erasures_and_all_of_it_is_proven(
    directory: DataDirectory,
) -> None:
    rotate_journal_key(directory, by="console:test", now=LATER)
    erase(directory)
    assert is_proven(directory)
    rotate_journal_key(directory, by="console:test", now=LATER)
    assert is_proven(directory)
    erase(directory, ASKED._replace(reference=PATIENTS[1]))
    assert is_proven(directory)
    assert verify_session(directory.path, directory.journal_key, "s3").fault is None
    assert rows(directory.path, "SELECT id, key FROM sessions") == [("s3", 3), ("s4", 4)]


def test_killed_anywhere_an_erasure_is_done_or_not_and_can_be_finished(
    prepared: Path, tmp_path: Path
) -> None:
    program = [sys.executable, "-m", "tests.keeping.eraser", str(prepared), str(tmp_path)]
    subprocess.run(program, cwd=REPOSITORY, check=True, capture_output=True)
    for point in POINTS:
        directory = open_existing(tmp_path / point)
        assert is_proven(directory), point
        sessions = rows(directory.path, "SELECT id FROM sessions")
        is_done = point in ("committed", "swept")
        assert (("s1",) in sessions) != is_done, point
        assert rows(directory.path, "SELECT count(*) FROM erased_sessions") == [(is_done,)]
        assert finish_erasure(directory) == (point != "swept")
        if not is_done:
            erase(directory)
        assert left_of(directory.path, WHOSE, 0) == [], point
        assert not finish_erasure(directory)


def test_the_doctor_tells_of_an_erasure_that_was_interrupted(directory: DataDirectory) -> None:
    begin_sweep(directory.path)
    (directory.path / ".keeping-0-left").mkdir()
    found = [one.code for one in examine(directory, Settings(), LATER)]
    assert "erasure_unswept" in found
    assert finish_erasure(directory)
    assert not (directory.path / ".keeping-0-left").exists()
    assert "erasure_unswept" not in [one.code for one in examine(directory, Settings(), LATER)]


def test_a_reader_in_the_way_of_the_sweep_is_told(directory: DataDirectory) -> None:
    with closing(open_records(directory.path)) as records, records._reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM facts").all()
        with pytest.raises(UnsweptError, match="erase --finish"):
            erase(directory)
    assert finish_erasure(directory)
    assert left_of(directory.path, WHOSE, 0) == []


def test_who_was_erased_since_a_backup_does_not_come_back_with_it(
    directory: DataDirectory, tmp_path: Path
) -> None:
    file = backed_up(directory, tmp_path / "a.backup").file
    erase(directory)
    done = restored(file, directory.path, set_aside=True)
    assert (done.erased.patients, done.erased.left, done.lost.not_erased) == (1, (), "")
    for aside in directory.path.glob("before-restore-*"):
        shutil.rmtree(aside)
    assert left_of(directory.path, WHOSE, 0) == []
    assert is_proven(directory)
    with closing(open_records(directory.path)) as records:
        told = records.newest_fact("patient_erased")
        assert told is not None
        assert isinstance(told.body, facts.PatientErased)
        assert (told.by, told.body.station, told.body.first_at) == ("kari", "console:test", LATER)
        assert records.counters()["session"] == 4


def test_an_erasure_that_nobody_with_the_key_ordered_is_not_carried_out_by_a_restore(
    directory: DataDirectory, tmp_path: Path
) -> None:
    file = backed_up(directory, tmp_path / "a.backup").file
    erase(directory)
    change(
        directory.path,
        "UPDATE facts SET body = json_set(body, '$.sessions', json('{\"s2\": 2}')) "
        "WHERE kind = 'patient_erased'",
    )
    done = restored(file, directory.path, set_aside=True)
    assert (done.erased.patients, done.lost.not_erased) == (
        0,
        "1 erasures in the record that was here are not proven",
    )
    assert rows(directory.path, "SELECT count(*) FROM sessions") == [(4,)]
    assert "erasures_unsettled" in findings(directory)


def test_a_record_that_cannot_be_read_says_that_it_cannot_tell_who_was_erased(
    directory: DataDirectory, tmp_path: Path
) -> None:
    file = backed_up(directory, tmp_path / "a.backup").file
    (directory.path / "infusion-monitor.sqlite3").write_bytes(b"not a database" * 400)
    done = restored(file, directory.path, set_aside=True)
    assert "erase again whoever was erased" in done.lost.not_erased
    assert "erasures_unsettled" in findings(directory)


def findings(directory: DataDirectory, now: int = LATER) -> dict[str, Finding]:
    return {one.code: one for one in examine(directory, Settings(), now)}


def test_who_may_have_come_back_by_a_restore_is_told_until_somebody_has_settled_it(
    directory: DataDirectory, tmp_path: Path
) -> None:
    file = backed_up(directory, tmp_path / "a.backup").file
    erase(directory)
    done = restored(file, tmp_path / "elsewhere")
    assert "nobody can tell here who was erased" in done.lost.not_erased
    # Also where that record is backed up and put back over itself.
    elsewhere = open_existing(tmp_path / "elsewhere")
    again = backed_up(elsewhere, tmp_path / "b.backup").file
    assert restored(again, elsewhere.path, set_aside=True).lost.not_erased == ""
    told = findings(elsewhere, LATER + 400 * 24 * HOUR)["erasures_unsettled"]
    assert not told.is_well
    assert str(told.values["since"]) <= str(told.values["until"])
    erase(elsewhere)
    assert "erasures_unsettled" in findings(elsewhere)
    assert settle(elsewhere, station="console:test", now=LATER)
    assert "erasures_unsettled" not in findings(elsewhere)
    assert not settle(elsewhere, station="console:test", now=LATER)
    assert is_proven(elsewhere)


def test_nobody_is_asked_to_settle_what_a_restore_knows(
    directory: DataDirectory, tmp_path: Path
) -> None:
    file = backed_up(directory, tmp_path / "a.backup").file
    restored(file, directory.path, set_aside=True)
    assert "erasures_unsettled" not in findings(directory)
