"""The tables of how things stand, made anew from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Table,
    bindparam,
    case,
    create_engine,
    delete,
    insert,
    select,
)

from monitor.storage import tables
from monitor.storage.erasures import ERASED
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.projections import PROJECTED, project
from monitor.storage.queries import FACT_COLUMNS

_FACTS = tables.facts
_ERASURES_FIRST = case((_FACTS.c.kind == ERASED, 0), else_=1)
"""Sessions that are gone have left their numbers behind, which those that started after them did not get."""


@contextmanager
def made_anew(connection: Connection) -> Iterator[Connection]:
    """A database in memory that has these tables as the stored facts make them."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as anew:
            tables.metadata.create_all(anew)
            query = select(*FACT_COLUMNS).order_by(_ERASURES_FIRST, _FACTS.c.id)
            for row in connection.execute(query):
                project(anew, fact_from_row(*row))
            yield anew
    finally:
        engine.dispose()


def settle(connection: Connection) -> None:
    """Bring the stored tables to what the facts make them, in the transaction under way."""
    # Rows refer to each other, and are replaced table by table.
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    with made_anew(connection) as anew:
        for table in PROJECTED:
            stored, made = _rows(connection, table), _rows(anew, table)
            _drop(connection, table, [key for key, row in stored.items() if made.get(key) != row])
            fresh = [row._asdict() for key, row in made.items() if stored.get(key) != row]
            if fresh:
                connection.execute(insert(table), fresh)


def _rows(connection: Connection, table: Table) -> dict[tuple[Any, ...], Row[Any]]:
    names = table.primary_key.columns.keys()
    rows = connection.execute(select(table).order_by(*table.primary_key.columns))
    return {tuple(getattr(row, name) for name in names): row for row in rows}


def _drop(connection: Connection, table: Table, keys: list[tuple[Any, ...]]) -> None:
    if keys:
        columns = table.primary_key.columns
        named = {f"the_{column.name}": column for column in columns}
        this = delete(table).where(*(column == bindparam(name) for name, column in named.items()))
        connection.execute(this, [dict(zip(named, key, strict=True)) for key in keys])
