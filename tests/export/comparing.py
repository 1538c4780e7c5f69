"""CSV and Parquet side by side."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from monitor.export.events import INSTANTS
from monitor.service.ports import Records
from tests.export.clinic import exported, read_csv

MOMENTS = ("measured_at", "received_at")
NUMBERS = ("value", "systolic", "diastolic", "mean")


def of_csv(name: str, text: str) -> Any:
    """A cell of the CSV as what it means."""
    if text == "":
        return None
    if name in MOMENTS or name in INSTANTS:
        return datetime.fromisoformat(text)
    if name in NUMBERS:
        return float(text)
    if name in ("late", "simulated", "deidentified"):
        return text == "true"
    return int(text) if name == "seq" else text


def assert_equal(table: Any, csv_file: Path) -> None:
    rows = [{name: of_csv(name, text) for name, text in row.items()} for row in read_csv(csv_file)]
    assert table.to_pylist() == rows


def both(records: Records, session_id: str, folder: Path) -> tuple[Any, Path]:
    for suffix in ("csv", "parquet"):
        exported(records, session_id, folder / f"s.{suffix}", simulated=True)
    return pq.read_table(folder / "s.parquet"), folder / "s.csv"
