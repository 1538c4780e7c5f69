"""Which column of a recording is what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

TIME_TARGETS = {"time.s": 1.0, "time.min": 60.0}
"""Time columns and their unit in seconds."""
VALUE_TARGETS = frozenset({"pulse_rate", "spo2", "resp_rate", "temperature"})
PRESSURE_TARGETS = {
    "nibp.systolic": "systolic",
    "nibp.diastolic": "diastolic",
    "nibp.mean": "mean",
}
LEFT_OUT = "-"
TARGETS = (*VALUE_TARGETS, *PRESSURE_TARGETS, *TIME_TARGETS, LEFT_OUT)

KNOWN_COLUMNS: Mapping[str, str] = {
    "minute": "time.min",
    "time [min]": "time.min",
    "second": "time.s",
    "time [s]": "time.s",
    "PULSE [bpm]": "pulse_rate",
    "SpO2 [%]": "spo2",
    "RESP [pm]": "resp_rate",
    "NBPSys [mmHg]": "nibp.systolic",
    "NBPDias [mmHg]": "nibp.diastolic",
    "NBPMean [mmHg]": "nibp.mean",
    "NIBPSys [mmHg]": "nibp.systolic",
    "NIBPDias [mmHg]": "nibp.diastolic",
    "NIBPMean [mmHg]": "nibp.mean",
    "pulse_rate": "pulse_rate",
    "spo2": "spo2",
    "resp_rate": "resp_rate",
    "temperature": "temperature",
    "systolic": "nibp.systolic",
    "diastolic": "nibp.diastolic",
    "mean": "nibp.mean",
}
"""Columns recognised without a map. Heart rate (``HR``) is not among them: it comes from an ECG, not from the pulse."""

ZERO_MEANS_NOTHING = frozenset({"RESP [pm]"})
"""Columns of bedside monitors that write 0 where they had no value, of a metric whose 0 the feed takes for one."""


class ColumnMapError(ValueError):
    """The map names a target that does not exist, or one twice."""


def parse_map(assignments: Iterable[str]) -> dict[str, str]:
    """``COLUMN=TARGET`` texts as a dictionary, on top of the known columns. Raises ColumnMapError."""
    columns = dict(KNOWN_COLUMNS)
    for assignment in assignments:
        # The last "=" divides: a column's name may contain one, a target never does.
        column, divider, target = assignment.rpartition("=")
        if not divider or not column:
            raise ColumnMapError(f"--map {assignment}: COLUMN=TARGET is wanted")
        if target not in TARGETS:
            raise ColumnMapError(
                f"--map {assignment}: {target or 'nothing'} is not one of {', '.join(sorted(TARGETS))}"
            )
        columns[column] = target
    return columns


def targets_of(header: Iterable[str], columns: Mapping[str, str]) -> dict[str, str]:
    """The header's columns that are used, with their targets. Raises ColumnMapError for a target given twice."""
    used: dict[str, str] = {}
    for column in header:
        target = columns.get(column.strip(), LEFT_OUT)
        if target == LEFT_OUT:
            continue
        if target in used.values():
            raise ColumnMapError(f"two columns are {target}; use --map COLUMN=- to leave one out")
        used[column] = target
    return used
