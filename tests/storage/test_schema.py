"""The schema that the migrations make is the one the code speaks of."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from monitor.storage import Migration, SchemaError, migrate, open_journal
from monitor.storage.engine import DATABASE_NAME, writer_engine
from monitor.storage.migrating import run_migrations
from tests.storage.builders import KEY


def schema_of(path: Path) -> dict[str, object]:
    """Every index as it is written, and every table by its columns: one that was altered is written differently."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        return {
            name: columns_of(connection, name) if kind == "table" else " ".join((sql or "").split())
            for kind, name, sql in rows
        }


def columns_of(connection: sqlite3.Connection, table: str) -> object:
    columns = connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
    references = connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    of_indexes = connection.execute(f"PRAGMA index_list({table})").fetchall()
    listed = connection.execute(f"PRAGMA table_list({table})").fetchall()
    return columns, references, sorted(row[1:] for row in of_indexes), listed


def test_an_empty_directory_is_migrated_and_again_is_fine(tmp_path: Path) -> None:
    assert migrate(tmp_path, KEY) == Migration(None, "0006")
    made = schema_of(tmp_path / DATABASE_NAME)
    assert migrate(tmp_path, KEY) == Migration("0006", "0006")
    assert schema_of(tmp_path / DATABASE_NAME) == made


def test_migrations_make_exactly_what_a_new_file_is_given(tmp_path: Path) -> None:
    migrate(tmp_path, KEY)
    engine = writer_engine(tmp_path / "migrated.sqlite3")
    with engine.connect() as connection:
        run_migrations(connection)
    engine.dispose()
    given, migrated = tmp_path / DATABASE_NAME, tmp_path / "migrated.sqlite3"
    assert schema_of(given) == schema_of(migrated)
    assert rows_of(given) == rows_of(migrated) == {"alembic_version": [("0006",)]}


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What is in the tables that are not empty."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}  # noqa: S608
    return {name: found for name, found in rows.items() if found}


def test_a_file_with_tables_of_nobody_knows_which_version_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as connection:
        connection.execute("CREATE TABLE batches (id INTEGER PRIMARY KEY)")
    with pytest.raises(DBAPIError, match="already exists"):
        migrate(tmp_path, KEY)


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    migrate(tmp_path, KEY)
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(SchemaError, match="9999"):
        open_journal(tmp_path, KEY)


def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    open_journal(tmp_path, KEY).close()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {DATABASE_NAME: 0o600, "journal.head": 0o600}
