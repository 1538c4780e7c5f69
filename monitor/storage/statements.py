"""Statements that run for every row are compiled once, to the driver's own text."""

from __future__ import annotations

from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement


def compiled(statement: ClauseElement) -> str:
    """The statement with ``?`` for each of its columns, in their order."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))
