"""A session that the product has exported as CSV: one row a reading, played back with the times and states it had."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from monitor.wire.base import milliseconds
from simulators.devices.measurement import Measurement
from simulators.recordings.timed import RecordingError, Timed

_COLUMNS = frozenset(
    {"measured_at", "metric", "value", "systolic", "diastolic", "mean", "status", "source"}
)
_DEVICE = "device"


def is_exported(header: Iterable[str]) -> bool:
    """Whether a CSV file with this header is an exported session."""
    return set(header) >= _COLUMNS


def read(path: Path, rows: csv.DictReader[str]) -> tuple[Timed, list[str]]:
    """Everything that devices measured, and what is left out. Raises RecordingError with the line."""
    timed: Timed = {}
    by_hand = 0
    for cells in rows:
        try:
            if cells["source"] != _DEVICE:
                by_hand += 1
                continue
            at = milliseconds(datetime.fromisoformat(cells["measured_at"]))
            timed.setdefault(at, []).append(_measurement(cells))
        except (ValueError, TypeError, AttributeError) as error:
            raise RecordingError(f"{path}, line {rows.line_num}: {error}") from None
    remarks = [f"{by_hand} values entered by hand are left out"] if by_hand else []
    return timed, remarks


def _measurement(cells: dict[str, str]) -> Measurement:
    value, systolic, diastolic, mean = (
        float(cells[name]) if cells[name] else None
        for name in ("value", "systolic", "diastolic", "mean")
    )
    return Measurement(cells["metric"], value, systolic, diastolic, mean, cells["status"])
