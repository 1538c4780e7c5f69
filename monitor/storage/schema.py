"""Bringing a file to the newest schema."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from monitor.storage.chain import HEAD_NAME, seal_old_head
from monitor.storage.engine import DATABASE_NAME, writer_engine
from monitor.storage.figures import write_missing
from monitor.storage.tables import metadata

NEWEST = "0006"
"""The newest revision among ``migrations``."""
_HEAD_IS_SEALED = "0004"
"""From here on. Never without a migration: an unsealed head beside a newer schema is one that was forged."""
_ALEMBIC_VERSION = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""
"""As Alembic itself makes it."""


class SchemaError(RuntimeError):
    """The file's schema is not this version's: a newer version made it, or it was not migrated yet."""


class Migration(NamedTuple):
    """The revision found (None for an empty file) and the one the file has now."""

    before: str | None
    after: str


def migrate(directory: Path, key: bytes) -> Migration:
    """Bring the directory's database to the newest schema; again is fine. Not while a gateway has it open.

    ``key``: of the chain, to seal a head that an older version left.

    Raises SchemaError for a file of a newer version, DBAPIError for one that cannot be written.
    """
    engine = writer_engine(directory / DATABASE_NAME)
    try:
        return upgrade(engine, directory / HEAD_NAME, key)
    finally:
        engine.dispose()


def upgrade(engine: Engine, head: Path, key: bytes) -> Migration:
    """The same on an open engine. Raises SchemaError and DBAPIError."""
    with engine.connect() as connection:
        with connection.begin():
            before = _revision(connection)
            made = before is None and _make_newest(connection)
        if before != NEWEST and not made:
            _run_migrations(connection, before)
        if before is not None and before < _HEAD_IS_SEALED:
            seal_old_head(head, key)
        with connection.begin():
            write_missing(connection)
    return Migration(before, NEWEST)


def _make_newest(connection: Connection) -> bool:
    """Give a new file the tables that the migrations lead to; False, and nothing done, where there is a table."""
    if connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first() is not None:
        return False
    metadata.create_all(connection)
    connection.exec_driver_sql(_ALEMBIC_VERSION)
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (NEWEST,))
    return True


def _run_migrations(connection: Connection, before: str | None) -> None:
    # Importing Alembic takes longer than opening the file, and mostly there is nothing to migrate.
    from monitor.storage.migrating import run_migrations

    try:
        run_migrations(connection)
    except LookupError as error:
        raise SchemaError(
            f"the database has schema {before}, which this version does not know ({error})"
        ) from error


def require_newest(connection: Connection) -> None:
    """For readers, which cannot migrate. Raises SchemaError, which says what to do, for a file of another version."""
    found = _revision(connection)
    if found != NEWEST:
        raise SchemaError(
            f"the database has schema {found or 'none yet'} and this version reads {NEWEST}: start the gateway, or run "
            "infusion-monitor migrate"
        )


def _revision(connection: Connection) -> str | None:
    known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.exec_driver_sql(known).first() is None:
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return row[0] if row else None
