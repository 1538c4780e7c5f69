"""A recording as rows of measurements, read from CSV without changing a value: gaps stay gaps.

Zeros are sent as they are, because the gateway knows which of them are sentinels; except in a column whose zero means
"no value" while the feed would take it for one (``columns.ZERO_MEANS_NOTHING``).
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from simulators.devices.measurement import Measurement
from simulators.recordings import exported, vital
from simulators.recordings.columns import (
    PRESSURE_TARGETS,
    TIME_TARGETS,
    VALUE_TARGETS,
    ZERO_MEANS_NOTHING,
    targets_of,
)
from simulators.recordings.timed import RecordingError, Timed

_NO_VALUE = frozenset({"", "nan"})


class Row(NamedTuple):
    """One row: ``at_s`` seconds after the first one, None where the file has no time column."""

    at_s: float | None
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """All rows in order; ``fingerprint`` names file and map, ``remarks`` is what a person should know."""

    rows: tuple[Row, ...]
    fingerprint: str
    remarks: tuple[str, ...]


def read_recording(path: Path, columns: Mapping[str, str]) -> Recording:
    """Read a CSV file with a header, a session exported by the product, or a ``.vital`` file.

    Raises RecordingError, ColumnMapError and OSError.
    """
    if path.suffix == vital.SUFFIX:
        return _of_times(path, *vital.read(path, columns))
    content = path.read_bytes()
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is not UTF-8 text: {error}") from error
    reader = csv.DictReader(lines)
    header = list(reader.fieldnames or ())
    if exported.is_exported(header):
        return _of_times(path, *exported.read(path, reader))
    used = targets_of(header, columns)
    if not (set(used.values()) - set(TIME_TARGETS)):
        raise RecordingError(f"{path} has no column that is a metric of the feed; see --map")
    remarks = [f"column {column} is left out" for column in header if column not in used]
    rows = [_row(path, reader.line_num, cells, used, remarks) for cells in reader]
    if not rows:
        raise RecordingError(f"{path} has no rows")
    _check_order(path, rows)
    marks = hashlib.sha256(content + repr(sorted(used.items())).encode()).hexdigest()[:16]
    return Recording(_from_zero(rows), marks, tuple(remarks))


def _of_times(path: Path, timed: Timed, remarks: list[str]) -> Recording:
    """What was measured at each time, as rows from zero on."""
    if not timed:
        raise RecordingError(f"{path} has no values of a metric of the feed")
    first = min(timed)
    rows = tuple(Row((at - first) / 1000, tuple(timed[at])) for at in sorted(timed))
    marks = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return Recording(rows, marks, tuple(remarks))


def _row(
    path: Path, line: int, cells: dict[str, str], used: dict[str, str], remarks: list[str]
) -> Row:
    at_s = None
    measurements: list[Measurement] = []
    pressure: dict[str, float] = {}
    for column, target in used.items():
        value = _cell(path, line, column, cells[column])
        if target in TIME_TARGETS:
            if value is None:
                raise RecordingError(f"{path}, line {line}: the time in {column} is missing")
            at_s = value * TIME_TARGETS[target]
        elif value is not None and target in VALUE_TARGETS:
            measurements.append(_single(column, target, value))
        elif value is not None:
            pressure[PRESSURE_TARGETS[target]] = value
    if pressure:
        measurements.append(_cuff(pressure, line, remarks))
    return Row(at_s, tuple(measurements))


def _single(column: str, target: str, value: float) -> Measurement:
    if value == 0 and column.strip() in ZERO_MEANS_NOTHING:
        return Measurement(target, None, status="no_signal")
    return Measurement(target, value)


def _cuff(pressure: dict[str, float], line: int, remarks: list[str]) -> Measurement:
    systolic, diastolic = pressure.get("systolic"), pressure.get("diastolic")
    if (systolic is None) != (diastolic is None):
        # The feed knows no half a pressure; what is left of the row is sent.
        remarks.append(f"line {line}: systolic and diastolic do not come together; left out")
        systolic = diastolic = None
    return Measurement("nibp", systolic=systolic, diastolic=diastolic, mean=pressure.get("mean"))


def _cell(path: Path, line: int, column: str, text: str | None) -> float | None:
    if text is None or text.strip().lower() in _NO_VALUE:
        return None
    try:
        value = float(text)
    except ValueError:
        raise RecordingError(f"{path}, line {line}: {column} {text!r} is not a number") from None
    if not math.isfinite(value):
        raise RecordingError(f"{path}, line {line}: {column} {text!r} is not a finite number")
    return value


def _check_order(path: Path, rows: list[Row]) -> None:
    times = [row.at_s for row in rows if row.at_s is not None]
    for number, (earlier, later) in enumerate(pairwise(times), start=2):
        if later <= earlier:
            raise RecordingError(f"{path}, row {number}: its time is not after the row before")


def _from_zero(rows: list[Row]) -> tuple[Row, ...]:
    first = rows[0].at_s
    if first is None:
        return tuple(rows)
    return tuple(
        Row(None if row.at_s is None else row.at_s - first, row.measurements) for row in rows
    )
