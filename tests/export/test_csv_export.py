"""The CSV is the one of the contract, row by row; the file is complete or absent, and its seal says what it is."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import re
import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.domain.readings import MANUAL_SOURCE
from monitor.domain.registry import Device
from monitor.export.csv_export import HEADER, plain, readings_csv
from monitor.export.events import events_csv
from monitor.export.extract import Extract
from monitor.service.batches import StoredReading
from monitor.service.ports import Records
from monitor.storage import open_journal, open_records
from tests.export.clinic import an_extract
from tests.export.clinic import exported as export_csv
from tests.export.conftest import readings_of_every_sort
from tests.storage.builders import KEY, NOW, STREAM, a_batch, a_reading, clinic, stored

EXPECTED = f"""\
measured_at,received_at,metric,value,systolic,diastolic,mean,unit,status,source,device,late,simulated,stream,seq
{{t1}},{{r1}},pulse_rate,82,,,,/min,ok,device,Bedside 1,false,true,{STREAM},1
{{t2}},{{r2}},temperature,36.65,,,,Cel,ok,manual,,false,true,entry,1
{{t3}},{{r3}},spo2,,,,,%,sensor_off,device,Bedside 1,true,true,{STREAM},3
{{t4}},{{r4}},nibp,,132,84,100.25,mm[Hg],ok,device,Bedside 1,false,true,{STREAM},4
{{t5}},{{r5}},nibp,,,,93,mm[Hg],ok,device,Bedside 1,false,true,{STREAM},5
{{t6}},{{r6}},pulse_rate,97.125,,,,/min,ok,device,Bedside 1,false,true,{STREAM},6
"""


def csv_of(extract: Extract) -> str:
    return b"".join(readings_csv(extract)).decode()


def rfc3339(at: int) -> str:
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def test_the_file_has_every_reading_of_the_session_and_nothing_else(
    records: Records, tmp_path: Path
) -> None:
    times = {f"t{n}": rfc3339(NOW + n * 1000 - 2000) for n in range(1, 7)}
    times |= {f"r{n}": rfc3339(NOW + n * 1000 + 30) for n in range(1, 7)}
    export_csv(records, "s1", tmp_path / "s1.csv", simulated=True)
    assert (tmp_path / "s1.csv").read_bytes() == EXPECTED.format(**times).encode()


def test_rows_are_in_the_order_of_the_devices_own_times(records: Records, tmp_path: Path) -> None:
    export_csv(records, "s1", tmp_path / "s1.csv", simulated=False)
    with (tmp_path / "s1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["measured_at"] for row in rows] == sorted(row["measured_at"] for row in rows)
    assert {row["simulated"] for row in rows} == {"false"}


def test_readings_given_to_the_session_afterwards_are_late_rows_of_their_device(
    tmp_path: Path,
) -> None:
    journal, records = open_journal(tmp_path, KEY), open_records(tmp_path)
    journal.commit(clinic())
    span = ("x1", "d1", NOW, NOW + 20_000, "s1")
    giving = (facts.AssignmentProposed(*span, "began late"), facts.AssignmentConfirmed(*span))
    journal.commit(a_batch([stored(1), stored(9, session_id=None)], *giving))
    export_csv(records, "s1", tmp_path / "s1.csv", simulated=False)
    with (tmp_path / "s1.csv").open(newline="") as file:
        rows = [(r["measured_at"], r["late"], r["device"], r["seq"]) for r in csv.DictReader(file)]
    assert rows == [
        (rfc3339(NOW - 1000), "false", "Bedside 1", "1"),
        (rfc3339(NOW + 7000), "true", "Bedside 1", "9"),
    ]
    records.close()
    journal.close()


def test_a_session_kept_on_paper_is_exported_with_its_real_times(tmp_path: Path) -> None:
    journal, records = open_journal(tmp_path, KEY), open_records(tmp_path)
    begun = NOW - 7_200_000
    started = facts.SessionStarted("s2", "r1", "P-2", None, "ketamine_iv", paper_from=begun)
    times = (begun - 60_000, begun + 60_000, NOW)
    rows = [
        StoredReading(
            "s2",
            "manual-s2",
            seq,
            0,
            a_reading(measured_at=at, at=at, received_at=NOW, source=MANUAL_SOURCE),
        )
        for seq, at in enumerate(times, 1)
    ]
    journal.commit(a_batch(rows, started))
    export_csv(records, "s2", tmp_path / "s2.csv", simulated=False)
    with (tmp_path / "s2.csv").open(newline="") as file:
        written = [(row["measured_at"], row["received_at"]) for row in csv.DictReader(file)]
    assert written == [(rfc3339(at), rfc3339(NOW)) for at in times]
    records.close()
    journal.close()


def test_the_seal_lies_beside_the_file_and_speaks_of_it(records: Records, tmp_path: Path) -> None:
    export_csv(records, "s1", tmp_path / "s1.csv", simulated=True)
    seal = json.loads((tmp_path / "s1.csv.seal.json").read_text())
    head = records.session_head("s1")
    assert seal == {
        "session": "s1",
        "rows": 6,
        "sha256": hashlib.sha256((tmp_path / "s1.csv").read_bytes()).hexdigest(),
        "batch": head.batch_id,
        "mac": head.mac,
        "simulated": True,
        "note": "Made by infusion-monitor, which is not a certified medical device.",
        "open": True,
        "verified": False,
    }, "nobody looked at the record"


def test_a_session_that_does_not_exist_is_named_and_leaves_no_file(
    records: Records, tmp_path: Path
) -> None:
    before = set(tmp_path.iterdir())
    with pytest.raises(LookupError, match="no session s9"):
        export_csv(records, "s9", tmp_path / "s9.csv", simulated=False)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("room", [100, 400])
def test_a_file_that_cannot_be_finished_is_absent(
    records: Records, tmp_path: Path, room: int
) -> None:
    """The smaller room does not hold the seal, the larger one not the file."""
    records.readings("s1")
    before = set(tmp_path.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            export_csv(records, "s1", tmp_path / "s1.csv", simulated=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert set(tmp_path.iterdir()) == before


def test_an_older_export_is_replaced_whole(records: Records, tmp_path: Path) -> None:
    out = tmp_path / "s1.csv"
    out.write_text("older and much longer\n" * 1000)
    export_csv(records, "s1", out, simulated=False)
    assert out.read_text().splitlines()[0] == ",".join(HEADER)
    assert len(out.read_text().splitlines()) == 1 + len(readings_of_every_sort())


def export_onto_another(records: Records, out: Path, broken: Path | None) -> None:
    """Replace an export by a longer one while ``broken`` cannot be given its name."""

    def replace(self: Path, target: Path) -> Path:
        if target == broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(target))
        return rename(self, target)

    rename = Path.replace
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        export_csv(records, "s1", out, simulated=False)


@pytest.mark.parametrize("broken", ["s1.csv", "s1.csv.seal.json"])
@pytest.mark.parametrize("older", [True, False])
def test_an_export_that_is_interrupted_leaves_no_seal_that_does_not_speak_of_its_file(
    records: Records, tmp_path: Path, broken: str, older: bool
) -> None:
    out, seal = tmp_path / "s1.csv", tmp_path / "s1.csv.seal.json"
    if older:
        export_csv(records, "s1", out, simulated=True)
    with pytest.raises(OSError, match="Input/output error"):
        export_onto_another(records, out, tmp_path / broken)
    assert not seal.exists()
    # Either the older file, whole, or none: never one that looks like a finished export.
    assert out.exists() is (older and broken == "s1.csv")
    export_onto_another(records, out, None)
    assert json.loads(seal.read_text())["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert sorted(tmp_path.glob("*s1.csv*")) == [out, seal]


def test_an_export_onto_a_folder_changes_nothing(records: Records, tmp_path: Path) -> None:
    (tmp_path / "s1.csv").mkdir()
    (tmp_path / "s1.csv.seal.json").write_text("of something else")
    with pytest.raises(IsADirectoryError, match=r"s1\.csv"):
        export_csv(records, "s1", tmp_path / "s1.csv", simulated=False)
    assert (tmp_path / "s1.csv.seal.json").read_text() == "of something else"


@pytest.mark.parametrize("measured_at", [-(10**15), 10**15])
def test_a_reading_of_another_age_does_not_stop_an_export(measured_at: int) -> None:
    reading = a_reading(1)._replace(measured_at=measured_at)
    text = csv_of(an_extract([stored(1, reading)]))
    assert next(csv.DictReader(text.splitlines()))["measured_at"][0] in "+-"


def test_a_session_without_readings_is_a_header() -> None:
    assert csv_of(an_extract()) == ",".join(HEADER) + "\n"


@given(st.integers(-(10**9), 10**9))
def test_a_number_in_the_file_is_the_stored_one_without_trailing_zeros(thousandths: int) -> None:
    text = csv_of(an_extract([stored(1, a_reading(1, thousandths / 1000))]))
    number = next(csv.DictReader(text.splitlines()))["value"]
    assert round(float(number) * 1000) == thousandths
    assert "." not in number or not number.endswith(("0", "."))
    assert number != "-0"


def test_names_with_commas_and_quotes_stay_one_cell() -> None:
    device = Device("d1", 'Bedside "A", left', simulated=True, token_hash="hash")
    text = csv_of(an_extract([stored(1)], devices={"d1": device}))
    assert next(csv.DictReader(text.splitlines()))["device"] == 'Bedside "A", left'


@given(st.text(st.sampled_from("=+-@'\t\r\n 1aé"), max_size=6))
def test_no_text_is_a_formula_to_a_spreadsheet_and_each_can_be_read_back(text: str) -> None:
    cell = plain(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert re.sub(r"^'(?='*[=+\-@\t\r\n])", "", cell) == text


def test_what_staff_typed_is_no_formula_in_either_file() -> None:
    note = facts.NoteEntered("s1", "e1", "=cmd|' /C calc'!A0", NOW)
    device = Device("d1", "@SUM(A1)", simulated=True, token_hash="hash")
    reading = StoredReading("s1", "stream", 1, 0, a_reading(1, 82.0))
    extract = an_extract([reading], facts=[Fact(NOW, "+Kari", "s1", note)], devices={"d1": device})
    files = [b"".join(file(extract)).decode() for file in (readings_csv, events_csv)]
    [[read], [told]] = [list(csv.DictReader(io.StringIO(file))) for file in files]
    assert read["device"] == "'@SUM(A1)"
    assert (told["note"], told["by"]) == ("'=cmd|' /C calc'!A0", "'+Kari")
