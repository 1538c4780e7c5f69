"""A session's readings as CSV, one row per stored reading in ``measured_at`` order."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from monitor.domain.readings import MANUAL_SOURCE, UNITS
from monitor.export.sealed_file import Seal, sha256_of, write_sealed
from monitor.service.ports import Records, StoredReading
from monitor.wire.base import rfc3339

HEADER = (
    "measured_at",
    "received_at",
    "metric",
    "value",
    "systolic",
    "diastolic",
    "mean",
    "unit",
    "status",
    "source",
    "device",
    "late",
    "simulated",
    "stream",
    "seq",
)


def export_csv(records: Records, session_id: str, out: Path, *, simulated: bool) -> Seal:
    """Write the session's CSV and its seal; ``simulated`` is the data directory's.

    Raises LookupError for a session that does not exist, OSError when the file cannot be put in place (then
    neither it nor a part of it is there).
    """
    if records.session(session_id) is None:
        raise LookupError(f"there is no session {session_id}")
    # Before the readings: everything the seal's batch covers is then in the file.
    head = records.chain_head()
    stored = records.readings(session_id)
    names = {device.id: device.name for device in records.devices()}
    content = csv_of(stored, names, simulated=simulated).encode("utf-8")
    seal = Seal(session_id, len(stored), sha256_of(content), head.batch_id, head.mac, simulated)
    write_sealed(out, content, seal)
    return seal


def csv_of(stored: Sequence[StoredReading], names: dict[str, str], *, simulated: bool) -> str:
    """The CSV text. ``names`` gives the devices' names by id."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    # Equal times stay in the order in which the record has them.
    for reading in sorted(stored, key=lambda s: s.reading.measured_at):
        writer.writerow(_row(reading, names, simulated))
    return text.getvalue()


def _row(stored: StoredReading, names: dict[str, str], simulated: bool) -> tuple[str, ...]:
    reading = stored.reading
    manual = reading.source == MANUAL_SOURCE
    return (
        rfc3339(reading.measured_at),
        rfc3339(reading.received_at),
        str(reading.metric),
        _number(reading.value),
        _number(reading.systolic),
        _number(reading.diastolic),
        _number(reading.mean),
        UNITS[reading.metric],
        reading.status,
        "manual" if manual else "device",
        "" if manual else names.get(reading.source, reading.source),
        _truth(reading.late),
        _truth(simulated),
        stored.stream,
        str(stored.seq),
    )


def _number(value: float | None) -> str:
    """Up to three decimals, no trailing zeros; empty for "no value"."""
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def _truth(claim: bool) -> str:
    return "true" if claim else "false"
