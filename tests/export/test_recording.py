"""A real bedside recording leaves as it came, in every format."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from tests.export.clinic import read_csv
from tests.export.comparing import assert_equal, both
from tests.export.test_fhir import bundle_of, codes, of_kind
from tests.service.clinic import Clinic
from tests.service.conftest import clinic
from tests.service.test_recording import replayed

__all__ = ["clinic", "replayed"]


def test_parquet_is_the_csv_value_by_value(replayed: Clinic, tmp_path: Path) -> None:
    table, csv_file = both(replayed.records, replayed.session, tmp_path)
    assert table.num_rows > 200
    assert_equal(table, csv_file)
    events = pq.read_table(tmp_path / "s.events.parquet")
    assert "alarm" in events["kind"].to_pylist()
    assert_equal(events, tmp_path / "s.events.csv")


def test_the_fhir_bundle_has_the_values_of_the_csv(replayed: Clinic, tmp_path: Path) -> None:
    both(replayed.records, replayed.session, tmp_path)
    rows = read_csv(tmp_path / "s.csv")
    observations = of_kind(bundle_of(replayed.records, tmp_path, replayed.session), "Observation")
    assert len(observations) == len(rows)
    for row, observation in zip(rows, observations, strict=True):
        assert observation["effectiveDateTime"] == row["measured_at"]
        if "85354-9" in codes(observation):
            named = ("8480-6", "systolic"), ("8462-4", "diastolic"), ("8478-0", "mean")
            parts = {p["code"]["coding"][0]["code"]: p for p in observation["component"]}
            got = {name: parts.get(code, {}).get("valueQuantity") for code, name in named}
        else:
            got = {"value": observation.get("valueQuantity")}
        assert {name: found and float(found["value"]) for name, found in got.items()} == {
            name: float(row[name]) if row[name] else None for name in got
        }
