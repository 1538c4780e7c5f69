"""A session's readings as CSV, one row per stored reading in ``measured_at`` order."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from monitor.domain.readings import MANUAL_SOURCE, UNITS
from monitor.export.extract import Extract
from monitor.service.batches import StoredReading
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
_ROWS_AT_ONCE = 4096


def readings_csv(extract: Extract) -> Iterator[bytes]:
    """The file in pieces."""
    return written(HEADER, (_row(extract, stored) for stored in extract.readings))


def written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows as CSV, some thousand at a time."""
    yield _lines([header])
    waiting = iter(rows)
    while piece := list(islice(waiting, _ROWS_AT_ONCE)):
        yield _lines(piece)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def _row(extract: Extract, stored: StoredReading) -> tuple[str, ...]:
    reading = stored.reading
    return (
        rfc3339(reading.measured_at),
        rfc3339(reading.received_at),
        str(reading.metric),
        number(reading.value),
        number(reading.systolic),
        number(reading.diastolic),
        number(reading.mean),
        UNITS[reading.metric],
        reading.status,
        "manual" if reading.source == MANUAL_SOURCE else "device",
        plain(extract.device_name(reading.source)),
        truth(reading.late),
        truth(extract.simulated),
        stored.stream,
        str(stored.seq),
    )


def plain(text: str) -> str:
    """Text that a spreadsheet shows as it is: with an apostrophe before what it would take for a formula.

    Texts that begin with apostrophes before such a thing get one more, so taking one away gives back what was written.
    """
    return f"'{text}" if _FORMULA.match(text) else text


_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def number(value: float | None) -> str:
    """Up to three decimals, no trailing zeros; empty for "no value"."""
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def truth(claim: bool) -> str:
    """A claim as CSV has it."""
    return "true" if claim else "false"
