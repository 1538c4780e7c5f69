"""A real bedside recording leaves as it came, in every format."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from tests.export.comparing import assert_equal, both
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
