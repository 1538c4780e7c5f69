"""A session as Parquet: the CSV's columns with types, units and what they mean; the events in a second file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from monitor.domain.readings import MANUAL_SOURCE, UNITS
from monitor.export.events import INSTANTS, EventRow, event_rows
from monitor.export.extract import Extract
from monitor.export.sealed_file import NOTE
from monitor.wire.base import rfc3339

_MOMENT = pa.timestamp("ms", tz="UTC")
_WORD = pa.dictionary(pa.int32(), pa.string())
_PRESSURE = {"unit": "mm[Hg]"}


def _field(name: str, kind: Any, **said: str) -> Any:
    return pa.field(name, kind, metadata=said or None)


READINGS = (
    _field("measured_at", _MOMENT, meaning="by the device's own clock"),
    _field("received_at", _MOMENT, meaning="by the gateway's clock"),
    _field("metric", _WORD),
    _field("value", pa.float64(), unit="see the column unit"),
    _field("systolic", pa.float64(), **_PRESSURE),
    _field("diastolic", pa.float64(), **_PRESSURE),
    _field("mean", pa.float64(), **_PRESSURE),
    _field("unit", _WORD, meaning="UCUM"),
    _field("status", _WORD),
    _field("source", _WORD),
    _field("device", _WORD),
    _field("late", pa.bool_()),
    _field("simulated", pa.bool_()),
    _field("stream", _WORD),
    _field("seq", pa.int64()),
)
_EVENT_KINDS = {
    "value": pa.float64(),
    "simulated": pa.bool_(),
    "deidentified": pa.bool_(),
} | dict.fromkeys(INSTANTS, _MOMENT)
EVENTS = tuple(_field(name, _EVENT_KINDS.get(name, pa.string())) for name in EventRow._fields)


def readings_parquet(extract: Extract) -> Iterator[bytes]:
    """The readings, in ``measured_at`` order."""
    stored = [known.reading for known in extract.readings]
    columns: list[Sequence[Any]] = [
        [reading.measured_at for reading in stored],
        [reading.received_at for reading in stored],
        [str(reading.metric) for reading in stored],
        [reading.value for reading in stored],
        [reading.systolic for reading in stored],
        [reading.diastolic for reading in stored],
        [reading.mean for reading in stored],
        [UNITS[reading.metric] for reading in stored],
        [reading.status for reading in stored],
        ["manual" if reading.source == MANUAL_SOURCE else "device" for reading in stored],
        # A person has no device: absent here, the empty cell of the CSV.
        [extract.device_name(reading.source) or None for reading in stored],
        [reading.late for reading in stored],
        [extract.simulated] * len(stored),
        [known.stream for known in extract.readings],
        [known.seq for known in extract.readings],
    ]
    return _file(READINGS, columns, extract)


def events_parquet(extract: Extract) -> Iterator[bytes]:
    """The course, the entries and the alarms, by time."""
    rows = event_rows(extract)
    columns = [[_absent(row[place]) for row in rows] for place in range(len(EventRow._fields))]
    return _file(EVENTS, columns, extract)


def _absent(value: Any) -> Any:
    return None if value == "" else value


def _file(
    fields: Sequence[Any], columns: Sequence[Sequence[Any]], extract: Extract
) -> Iterator[bytes]:
    schema = pa.schema(fields, metadata=_said(extract))
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, fields, strict=True)
    ]
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    yield out.getvalue().to_pybytes()


def _said(extract: Extract) -> dict[str, str]:
    """What the file says of itself to whoever opens it."""
    session = extract.session
    return {
        "session": session.id,
        "patient": session.patient,
        "protocol": session.protocol,
        "started_at": rfc3339(session.started_at),
        "phase": str(session.phase),
        "state": "open, not final" if extract.is_open else "final",
        "simulated": "true" if extract.simulated else "false",
        "deidentified": "true" if extract.deidentified else "false",
        "seal": extract.sealed,
        "note": NOTE,
    }
