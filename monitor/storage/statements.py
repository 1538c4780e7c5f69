"""Statements that run for every row or alarm are compiled once, to the driver's own text, and given to the driver."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, exc
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

Values = Sequence[Any] | Mapping[str, Any]


def compiled(statement: ClauseElement) -> str:
    """The statement with ``?`` for each of its columns, in their order."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))


def run(connection: Connection, text: str, values: Values = ()) -> sqlite3.Cursor:
    """Run a statement in the transaction under way. Raises what ``exec_driver_sql`` would.

    That one takes five times as long as SQLite, with each of the statements of every frame.
    """
    try:
        return _driver(connection).execute(text, values)
    except sqlite3.Error as error:
        raise _translated(error) from error


def run_many(connection: Connection, text: str, rows: Sequence[Values]) -> None:
    """The same for each of several rows."""
    try:
        _driver(connection).executemany(text, rows)
    except sqlite3.Error as error:
        raise _translated(error) from error


def _driver(connection: Connection) -> sqlite3.Connection:
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _translated(error: sqlite3.Error) -> BaseException:
    translated: BaseException = exc.DBAPIError.instance(None, None, error, sqlite3.Error)
    return translated


class Prepared:
    """A statement whose values are given by name, as the driver takes them: JSON as its text.

    Building an expression and finding its text again costs more than SQLite needs to run it; an alarm runs six.
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled_once = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
        self._text = str(compiled_once)

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run it with a value for each of its names."""
        return run(connection, self._text, values)
