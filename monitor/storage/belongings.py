"""What of the record is one patient's: found by the reference, or by the ids that an erasure has named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, select

from monitor.domain.facts import PatientErased
from monitor.storage import tables
from monitor.storage.engine import DATABASE_NAME, reader_engine
from monitor.storage.mentions import find_mentions, is_telling
from monitor.storage.rows import ReadingRow
from monitor.storage.schema import require_newest
from monitor.storage.session_readings import assigned_rows

_SESSIONS, _VISITS, _OUTCOMES = tables.sessions, tables.visits, tables.outcomes
_FACTS, _READINGS, _BLOCKS = tables.facts, tables.readings, tables.reading_blocks
_ASSIGNMENTS = tables.assignments
_VISIT_KINDS = ("visit_planned", "visit_moved", "visit_cancelled")
_OUTCOME_KINDS = ("outcome_entered", "outcome_voided")
_AT_ONCE = 500
"""Names in one question to the database."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """``sessions`` by id with their numbers, ``facts`` by number, ``mentions`` with the bodies that they get."""

    sessions: dict[str, int]
    visits: tuple[str, ...]
    outcomes: tuple[str, ...]
    facts: tuple[int, ...]
    mentions: dict[int, str]
    given: tuple[ReadingRow, ...]
    """Readings that were nobody's and were given to a session: these alone do not lie with it."""
    readings: int
    """How many, with those."""
    texts_searched: bool = True
    """False for a reference that cannot be told from other words: texts of others are left as they are."""

    @property
    def is_empty(self) -> bool:
        return not (self.facts or self.mentions)


def find_belongings(directory: Path, reference: str) -> Belongings:
    """What an erasure of this patient would take. Raises SchemaError for a database that was not migrated yet."""
    engine = reader_engine(directory / DATABASE_NAME)
    try:
        with engine.begin() as connection:
            require_newest(connection)
            return belongings_of(connection, reference)
    finally:
        engine.dispose()


def belongings_of(connection: Connection, reference: str) -> Belongings:
    """Everything that stands under this reference now, and every mention of it elsewhere."""
    return _gathered(
        connection,
        _ids(connection, _SESSIONS.c.id, _SESSIONS.c.patient == reference),
        _ids(connection, _VISITS.c.id, _VISITS.c.patient == reference),
        _ids(connection, _OUTCOMES.c.entry, _OUTCOMES.c.patient == reference),
        [reference],
    )


def belongings_named(connection: Connection, erased: PatientErased) -> Belongings:
    """What a record from before an erasure still has of it; the reference is what these ids stand under there."""
    ids = (list(erased.sessions), erased.visits, erased.outcomes)
    columns = (_SESSIONS.c.id, _VISITS.c.id, _OUTCOMES.c.entry)
    sessions, visits, outcomes = found = tuple(
        [one for some in _portions(wanted) for one in _ids(connection, column, column.in_(some))]
        for column, wanted in zip(columns, ids, strict=True)
    )
    references: set[str] = set()
    for table, column, known in zip((_SESSIONS, _VISITS, _OUTCOMES), columns, found, strict=True):
        for some in _portions(known):
            query = select(table.c.patient).where(column.in_(some))
            references |= set(connection.execute(query).scalars())
    spoken_of = sorted(references)
    return _gathered(connection, sessions, visits, outcomes, spoken_of, among=erased.mentions)


def _gathered(
    connection: Connection,
    sessions: list[str],
    visits: list[str],
    outcomes: list[str],
    references: list[str],
    among: Iterable[int] | None = None,
) -> Belongings:
    keys = _keys(connection, sessions)
    numbers = sorted(
        number
        for column, kinds, ids in (
            (_FACTS.c.session_id, (), sessions),
            (func.json_extract(_FACTS.c.body, "$.visit_id"), _VISIT_KINDS, visits),
            (func.json_extract(_FACTS.c.body, "$.entry"), _OUTCOME_KINDS, outcomes),
        )
        for some in _portions(ids)
        for number in _fact_numbers(connection, column.in_(some), kinds)
    )
    mentions = find_mentions(connection, references, among=among)
    given = _given(connection, keys)
    return Belongings(
        keys,
        tuple(visits),
        tuple(outcomes),
        tuple(numbers),
        {number: body for number, body in mentions.items() if number not in set(numbers)},
        given,
        len(given) + sum(_count(connection, key) for key in keys.values()),
        all(map(is_telling, references)),
    )


def _ids(
    connection: Connection, column: ColumnElement[str], which: ColumnElement[bool]
) -> list[str]:
    return list(connection.execute(select(column).where(which).order_by(column)).scalars())


def _portions(ids: list[str]) -> Iterable[list[str]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


def _keys(connection: Connection, sessions: list[str]) -> dict[str, int]:
    query = select(_SESSIONS.c.id, _SESSIONS.c.key)
    return {
        session_id: key
        for some in _portions(sessions)
        for session_id, key in connection.execute(query.where(_SESSIONS.c.id.in_(some)))
    }


def _fact_numbers(
    connection: Connection, which: ColumnElement[bool], kinds: tuple[str, ...]
) -> Iterable[int]:
    query = select(_FACTS.c.id).where(which)
    if kinds:
        query = query.where(_FACTS.c.kind.in_(kinds))
    return connection.execute(query).scalars()


def _given(connection: Connection, sessions: Iterable[str]) -> tuple[ReadingRow, ...]:
    """What was given to a session of somebody else too is that one's and stays."""
    confirmed = select(_ASSIGNMENTS.c.session_id).where(_ASSIGNMENTS.c.confirmed_at.is_not(None))
    receivers = set(connection.execute(confirmed).scalars())
    mine = receivers & set(sessions)
    if not mine:
        return ()
    others = {row[:5] for one in receivers - mine for row in assigned_rows(connection, one, 0)}
    found = {row[:5]: row for one in mine for row in assigned_rows(connection, one, 0)}
    return tuple(row for identity, row in sorted(found.items()) if identity not in others)


def _count(connection: Connection, session: int) -> int:
    plain = select(func.count()).where(_READINGS.c.session == session)
    packed = select(func.coalesce(func.sum(_BLOCKS.c.length), 0)).where(
        _BLOCKS.c.session == session
    )
    return sum(connection.execute(query).scalar_one() for query in (plain, packed))
