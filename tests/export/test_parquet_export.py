"""The Parquet file is the CSV with types: value by value, with what it is written into it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from monitor.domain import facts
from monitor.export.parquet_export import events_parquet, readings_parquet
from monitor.service.ports import Records
from monitor.storage import open_journal, open_records
from tests.export.clinic import an_extract, exported, read_csv
from tests.export.comparing import MOMENTS, NUMBERS, assert_equal, both
from tests.storage.builders import KEY, NOW, a_batch, a_reading, clinic, stored


def test_it_is_the_csv_value_by_value(records: Records, tmp_path: Path) -> None:
    table, csv_file = both(records, "s1", tmp_path)
    assert table.num_rows == 6
    assert_equal(table, csv_file)
    assert_equal(pq.read_table(tmp_path / "s.events.parquet"), tmp_path / "s.events.csv")


def test_times_numbers_and_claims_have_types(records: Records, tmp_path: Path) -> None:
    exported(records, "s1", tmp_path / "s1.parquet")
    schema = pq.read_schema(tmp_path / "s1.parquet")
    assert {str(schema.field(name).type) for name in MOMENTS} == {"timestamp[ms, tz=UTC]"}
    assert {str(schema.field(name).type) for name in NUMBERS} == {"double"}
    assert {str(schema.field(name).type) for name in ("late", "simulated")} == {"bool"}
    assert schema.field("systolic").metadata[b"unit"] == b"mm[Hg]"


@pytest.mark.parametrize("simulated", [True, False])
def test_it_says_what_it_is_and_that_an_open_session_is_not_final(
    records: Records, tmp_path: Path, simulated: bool
) -> None:
    out = tmp_path / "s1.parquet"
    exported(records, "s1", out, simulated=simulated)
    for file in (out, tmp_path / "s1.events.parquet"):
        said = pq.read_schema(file).metadata
        assert said[b"session"] == b"s1"
        assert said[b"simulated"] == str(simulated).lower().encode()
        assert said[b"state"] == b"open, not final"
        assert b"not a certified medical device" in said[b"note"]
        seal = json.loads(file.with_name(f"{file.name}.seal.json").read_text())
        assert seal["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert seal["open"] is True


def test_an_empty_session_and_one_of_a_single_reading_are_whole_files(tmp_path: Path) -> None:
    journal, records = open_journal(tmp_path, KEY), open_records(tmp_path)
    journal.commit(clinic())
    table, csv_file = both(records, "s1", tmp_path)
    assert (table.num_rows, len(read_csv(csv_file))) == (0, 0)
    journal.commit(a_batch([stored(1)]))
    table, csv_file = both(records, "s1", tmp_path)
    assert table.num_rows == 1
    assert_equal(table, csv_file)
    records.close()
    journal.close()


def test_gaps_and_steps_of_a_clock_stay_as_they_were_measured(tmp_path: Path) -> None:
    hour = 3600
    seconds = [0, 1, hour, hour + 1, 24 * hour]
    rows = [stored(n, a_reading(at)) for n, at in enumerate(seconds, 1)]
    # The device's clock was put back by two hours, and a second after that into another age.
    rows.append(stored(6, a_reading(24 * hour + 1, measured_at=NOW + 22 * hour * 1000)))
    rows.append(stored(7, a_reading(24 * hour + 2, measured_at=0)))
    journal, records = open_journal(tmp_path, KEY), open_records(tmp_path)
    journal.commit(clinic())
    journal.commit(a_batch(rows))
    table, csv_file = both(records, "s1", tmp_path)
    assert table["seq"].to_pylist() == [7, 1, 2, 3, 4, 6, 5]
    assert_equal(table, csv_file)
    records.close()
    journal.close()


def test_what_was_closed_is_said_to_be_final() -> None:
    journal_end = facts.SessionCancelled("s1", "came too late")
    extract = an_extract(facts=[facts.Fact(NOW, "Kari", "s1", journal_end)])
    ended = extract.session.entering(extract.session.phase.CANCELLED, NOW)
    for make in (readings_parquet, events_parquet):
        content = b"".join(make(an_extract(session=ended)))
        assert b"open, not final" not in content
