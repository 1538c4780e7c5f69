"""A research export tells no date, no name and no words of anybody, and keeps every interval."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from monitor.domain import facts
from monitor.domain.readings import MANUAL_SOURCE
from monitor.export import ExportRefusedError, Source, Wanted, export
from monitor.export.deidentified import (
    EMPTIED,
    KEPT_FACTS,
    KEPT_FIELDS,
    MOMENTS,
    REPLACED,
    deidentify,
)
from monitor.export.extract import read_extract
from monitor.export.report.form import form_sheet
from monitor.export.report.sheet import session_sheet
from monitor.service.batches import StoredReading
from monitor.service.ports import Records
from monitor.service.seal import seal_text
from monitor.storage import open_journal, open_records
from tests.export.clinic import PROTOCOLS, exported, read_csv
from tests.export.test_fhir import checked
from tests.export.test_pdf import speech
from tests.storage.builders import KEY, NOW, a_batch, a_reading, an_alarm, fact, stored

TOLD = "Kari saw P-0417 weep"
ALL = ("csv", "parquet", "fhir", "pdf", "registry")
SECRETS = (b"P-0417", b"Kari", b"weep", b"SN-77", b"corner", b'"d1"', b"'d1'", b'"s1"', b"2026")
DAY = 86_400


def a_clinic(folder: Path) -> Records:
    """Two sessions of one patient, three days apart, with secrets wherever there is room for one."""
    journal, records = open_journal(folder, KEY), open_records(folder)
    journal.commit(
        a_batch(
            [],
            facts.RoomAdded("r1", "the corner room"),
            facts.DeviceAdded("d1", "Kari's monitor", "r1", True, "hash"),
            facts.SessionStarted("s1", "r1", "P-0417", 70.5, "ketamine_iv"),
            facts.DeviceConnected("d1", "2026-kari", "Kari's", "SN-77", {}),
            facts.OutcomeEntered("P-0417-o1", "P-0417", "madrs", 31, "2026-11-02", TOLD),
            facts.OutcomeEntered("P-0417-o2", "P-0417", "phq9", 20, "2026-11-03", TOLD),
            facts.OutcomeVoided("P-0417-o2", TOLD),
        )
    )
    told: list[facts.FactBody] = [
        facts.PhaseEntered("s1", "baseline", TOLD),
        facts.EventEntered("s1", "e1", "nausea", "mild", TOLD, NOW),
        facts.EventEntered("s1", "e9", TOLD, None, TOLD, NOW),
        facts.InterventionEntered("s1", "e8", TOLD, TOLD, NOW),
        facts.MedicationEntered("s1", "e2", TOLD, 4.0, "mg", "iv", TOLD, NOW),
        facts.NoteEntered("s1", "e3", TOLD, NOW),
        facts.VitalsEntered("s1", "e4", NOW, {"pulse_rate": 80.0}, 1),
        facts.EntryVoided("s1", "e1", TOLD, None),
        facts.PatientCorrected("s1", "P-0417", TOLD),
        facts.LimitChanged("s1", "spo2_low", 88.0, TOLD),
        facts.SessionCancelled("s1", TOLD, TOLD),
        facts.InfusionStopped("s1", TOLD),
        facts.CheckAnswered("s1", "consent", "yes", TOLD),
        facts.HandoverOffered("s1", "Kari"),
        facts.HolderChanged("s1", "Kari"),
        facts.DischargeSigned("s1", ["time"], []),
        facts.ReviewCommented("s1", TOLD),
        facts.ReviewSigned("s1"),
        an_alarm(
            acknowledged_by="Kari", note=TOLD, reason_values={"operator": "Kari", "since": NOW}
        ),
    ]
    manual = StoredReading("s1", "manual-s1", 1, 0, a_reading(3, source=MANUAL_SOURCE))
    batch = a_batch([stored(1), stored(2), manual])
    batch.facts = [fact(body, NOW + 5000, by="Kari") for body in told]
    journal.commit(batch)
    later = NOW + 3 * DAY * 1000
    journal.commit(
        a_batch([], facts.SessionStarted("s2", "r1", "P-0417", 70.5, "ketamine_iv"), at=later)
    )
    journal.commit(
        a_batch([], facts.SessionStarted("s3", "r1", "P-0001", 70.5, "ketamine_iv"), at=later)
    )
    journal.close()
    return records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    (tmp_path / "data").mkdir()
    made = a_clinic(tmp_path / "data")
    yield made
    made.close()  # type: ignore[attr-defined]


def moments(path: Path, column: str) -> list[datetime]:
    return [datetime.fromisoformat(row[column]) for row in read_csv(path)]


@pytest.mark.parametrize("kind", ALL)
def test_no_file_has_a_name_a_reference_or_anything_that_was_written(
    records: Records, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "out").mkdir()
    head = records.session_head("s1")
    for language in ("en", "nb"):
        wanted: dict[str, Any] = {"file_format": kind, "deidentified": True, "language": language}
        exported(records, "s1", tmp_path / "out" / f"research.{kind}", **wanted)
        # What lies there, whatever it is: the seals too.
        for file in (tmp_path / "out").iterdir():
            for secret in (*SECRETS, head.mac.encode(), seal_text(head).encode()):
                assert secret not in unpacked(file), (file, secret)


@pytest.mark.parametrize("language", ["en", "nb"])
def test_no_page_says_or_draws_a_name_or_a_date(records: Records, language: str) -> None:
    extract = deidentify(read_extract(records, "s1", PROTOCOLS, simulated=True), KEY)
    said, picture = session_sheet(extract, speech(language))
    for text in (json.dumps(said), picture, json.dumps(form_sheet(extract, speech(language)))):
        for secret in SECRETS:
            assert secret not in text.encode(), secret


def unpacked(file: Path) -> bytes:
    """Every byte of a file and everything that is packed in it."""
    content = file.read_bytes()
    if content.startswith(b"PAR1"):
        table = pq.read_table(file)
        said = [table.schema.metadata, *(field.metadata for field in table.schema)]
        content += f"{table.to_pylist()}{said}".encode()
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        # Pictures and fonts may be packed otherwise; texts are not.
        with suppress(zlib.error):
            content += zlib.decompressobj().decompress(packed)
    return content


def test_each_file_says_what_it_is(records: Records, tmp_path: Path) -> None:
    for kind in ("csv", "parquet", "fhir"):
        done = exported(records, "s1", tmp_path / f"s1.{kind}", deidentified=True)
        assert all(seal.deidentified and seal.session.startswith("S-") for seal in done.seals)
    assert {row["deidentified"] for row in read_csv(tmp_path / "s1.events.csv")} == {"true"}
    assert {row["stream"] for row in read_csv(tmp_path / "s1.csv")} == {
        "deidentified-1",
        "deidentified-2",
    }
    assert pq.read_schema(tmp_path / "s1.parquet").metadata[b"deidentified"] == b"true"
    bundle = checked(tmp_path / "s1.fhir")
    assert "deidentified" in [tag["code"] for tag in bundle["meta"]["tag"]]


def test_every_interval_stays_and_the_shift_is_whole_days(records: Records, tmp_path: Path) -> None:
    exported(records, "s1", tmp_path / "open.csv")
    exported(records, "s1", tmp_path / "shifted.csv", deidentified=True)
    for column in ("measured_at", "received_at"):
        before = moments(tmp_path / "open.csv", column)
        after = moments(tmp_path / "shifted.csv", column)
        shifts = {one - other for one, other in zip(before, after, strict=True)}
        assert len(shifts) == 1
        [shift] = shifts
        assert shift.days >= 366
        assert shift.seconds == shift.microseconds == 0


def starts(records: Records, folder: Path, session: str, secret: bytes) -> tuple[str, datetime]:
    out = folder / f"{session}.parquet"
    wanted = Wanted(session, "parquet", deidentified=True)
    export(Source(records, PROTOCOLS, simulated=False, secret=secret), wanted, out)
    said = pq.read_schema(out).metadata
    return said[b"patient"].decode(), datetime.fromisoformat(said[b"started_at"].decode())


def test_the_sessions_of_a_patient_stay_together_and_as_far_apart_as_they_were(
    records: Records, tmp_path: Path
) -> None:
    first = starts(records, tmp_path, "s1", KEY)
    second = starts(records, tmp_path, "s2", KEY)
    other = starts(records, tmp_path, "s3", KEY)
    assert first[0] == second[0] != other[0]
    assert (second[1] - first[1]).total_seconds() == 3 * DAY
    assert other[1] != second[1]


def test_without_the_secret_nothing_can_be_worked_out_again(
    records: Records, tmp_path: Path
) -> None:
    mine, theirs = (starts(records, tmp_path, "s1", key) for key in (KEY, b"x" * 32))
    assert mine[0] != theirs[0]
    assert mine[1] != theirs[1]


def test_without_any_secret_it_is_refused(records: Records, tmp_path: Path) -> None:
    with pytest.raises(ExportRefusedError, match="secret"):
        starts(records, tmp_path, "s1", b"")
    assert not list(tmp_path.glob("s1*"))


def test_a_drug_of_the_protocol_keeps_its_name_and_a_typed_one_is_another(
    records: Records, tmp_path: Path
) -> None:
    exported(records, "s1", tmp_path / "s1.csv", deidentified=True)
    rows = read_csv(tmp_path / "s1.events.csv")
    [drug] = [row for row in rows if row["kind"] == "medication"]
    assert (drug["what"], drug["note"], drug["by"]) == ("other", "", "")
    events = [row["what"] for row in rows if row["kind"] == "event"]
    assert sorted(events) == ["nausea", "other"]


def test_an_outcome_score_keeps_its_distance_from_the_session(
    records: Records, tmp_path: Path
) -> None:
    def apart(name: str, **wanted: bool) -> tuple[float, str]:
        exported(records, "s1", tmp_path / name, **wanted)
        rows = {row["kind"]: row for row in read_csv(tmp_path / f"{name[:-4]}.events.csv")}
        score, started = rows["outcome"], rows["session_started"]
        times = (datetime.fromisoformat(row["at"]) for row in (score, started))
        [day] = json.loads(score["values"]).values()
        assert score["at"].startswith(day)
        return (next(times) - next(times)).total_seconds(), score["what"]

    assert apart("open.csv") == apart("research.csv", deidentified=True)


@pytest.mark.parametrize("body", [*KEPT_FACTS, facts.AlarmChanged], ids=lambda body: body.__name__)
def test_somebody_has_said_of_every_field_whether_it_may_leave(body: type) -> None:
    known = KEPT_FIELDS | MOMENTS | set(EMPTIED) | REPLACED
    assert {field.name for field in fields(body)} <= known


def test_nothing_is_both_kept_and_taken_out() -> None:
    groups = [KEPT_FIELDS, MOMENTS, frozenset(EMPTIED), REPLACED]
    assert sum(map(len, groups)) == len(frozenset().union(*groups))
