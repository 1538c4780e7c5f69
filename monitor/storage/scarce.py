"""Sessions of which nothing, or a single reading, is on record: a list must not show them like any other."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, RowMapping, func, select

from monitor.domain.readings import MANUAL_SOURCE
from monitor.storage import tables
from monitor.storage.block_codec import BlockDamagedError
from monitor.storage.names import Names
from monitor.storage.reading_blocks import session_rows
from monitor.storage.rows import ReadingRow
from monitor.storage.session_readings import assigned_rows, voided_seqs

_READINGS, _BLOCKS = tables.readings, tables.reading_blocks
_FEW = 1
_LONG = 100
"""Of one reading so many rows are not stored, however often no value came or an entry was voided."""
_VALUES = slice(7, 11)
"""Value, systolic, diastolic and mean of a row."""


def few_values(connection: Connection, rows: Iterable[RowMapping]) -> dict[int, int]:
    """Session key to 0 or 1, for those of the listed sessions that have no more readings with a value that counts.

    One reading is no pressure and saturation both, so that hardly any session is looked into.
    """
    found: dict[int, int] = {}
    names: Names | None = None
    for row in rows:
        figures = [row[name] is not None for name in ("peak_systolic", "lowest_spo2")]
        if all(figures) or (any(figures) and _is_long(connection, row["session"])):
            continue
        names = names or Names.load(connection)
        counted = _counted(connection, names, row["session"], row["id"])
        if counted is not None and counted <= _FEW:
            found[row["session"]] = counted
    return found


def _is_long(connection: Connection, session: int) -> bool:
    """Whether so many rows are stored, with or without a value, that they need not be read."""
    packed = select(func.sum(_BLOCKS.c.last_n - _BLOCKS.c.first_n + 1))
    plain = select(_READINGS.c.n).where(_READINGS.c.session == session).limit(_LONG)
    stored = connection.execute(packed.where(_BLOCKS.c.session == session)).scalar() or 0
    stored += connection.execute(select(func.count()).select_from(plain.subquery())).scalar_one()
    return stored >= _LONG


def _counted(connection: Connection, names: Names, session: int, session_id: str) -> int | None:
    """How many have a value; None where the record cannot be read: ``verify`` tells that."""
    try:
        own, given = session_rows(connection, session), assigned_rows(connection, session_id, 0)
    except BlockDamagedError as error:
        # Here: lists are read by commands that load nothing they do not need.
        import structlog

        structlog.get_logger(__name__).error(
            "values_not_counted", session=session_id, error=str(error)
        )
        return None
    voided = voided_seqs(connection, session_id)
    manual = {key for key, (source, _) in names.stream_names.items() if source == MANUAL_SOURCE}

    def counts(row: ReadingRow) -> bool:
        has_value = any(value is not None for value in row[_VALUES])
        return has_value and not (row[2] in manual and row[3] in voided)

    return sum(map(counts, [*own, *given]))
