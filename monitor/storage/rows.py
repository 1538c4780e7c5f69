"""Readings as rows of integers and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from monitor.domain.readings import Metric, Reading
from monitor.service.batches import StoredReading
from monitor.storage.names import Names
from monitor.storage.statements import compiled
from monitor.storage.tables import readings

ReadingRow = tuple[Any, ...]
"""session, t, stream, seq, idx, n, metric, value, systolic, diastolic, mean, status, late, measured, received."""

INSERT_READING = compiled(insert(readings))


def reading_to_row(stored: StoredReading, stream: int, n: int, names: Names) -> ReadingRow:
    """The row of a reading; values in thousandths, times relative to the session's start and to the corrected time.

    ``n`` is its running number in the journal. Raises ValueError (an unknown session among them), OverflowError
    or TypeError for what cannot be stored. The stream, metric and status must have their names already.
    """
    session_id, _, seq, index, reading = stored
    metric, measured_at, at, received_at, _, status, late, value, systolic, diastolic, mean = (
        reading
    )
    session, started_at = names.session(session_id)
    return (
        session,
        at - started_at,
        stream,
        seq,
        index,
        n,
        names.metrics[metric],
        None if value is None else round(value * 1000),
        None if systolic is None else round(systolic * 1000),
        None if diastolic is None else round(diastolic * 1000),
        None if mean is None else round(mean * 1000),
        names.statuses[status],
        1 if late else 0,
        measured_at - at,
        received_at - at,
    )


def reading_from_row(row: ReadingRow, names: Names) -> StoredReading:
    """The reading of a row, in the order of the table's columns."""
    (
        session,
        t,
        stream,
        seq,
        index,
        _,
        metric,
        value,
        systolic,
        diastolic,
        mean,
        status,
        late,
        measured,
        received,
    ) = row
    session_id, started_at = names.session_ids[session]
    source, stream_name = names.stream_names[stream]
    at = started_at + t
    reading = Reading(
        Metric(names.metric_words[metric]),
        at + measured,
        at,
        at + received,
        source,
        names.status_words[status],
        bool(late),
        None if value is None else value / 1000,
        None if systolic is None else systolic / 1000,
        None if diastolic is None else diastolic / 1000,
        None if mean is None else mean / 1000,
    )
    return StoredReading(session_id, stream_name, seq, index, reading)
