"""Bringing a file to the newest schema."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from monitor.storage.engine import DATABASE_NAME, writer_engine


class SchemaError(RuntimeError):
    """The file's schema is not one this version knows; a newer version made it."""


class Migration(NamedTuple):
    """The revision found (None for an empty file) and the one the file has now."""

    before: str | None
    after: str


def migrate(directory: Path) -> Migration:
    """Bring the directory's database to the newest schema; again is fine. Not while a gateway has it open.

    Raises SchemaError for a file of a newer version.
    """
    engine = writer_engine(directory / DATABASE_NAME)
    try:
        return upgrade(engine)
    finally:
        engine.dispose()


def upgrade(engine: Engine) -> Migration:
    """The same on an open engine. Raises SchemaError."""
    config = Config()
    config.set_main_option("script_location", "monitor.storage:migrations")
    newest = _newest(config)
    with engine.connect() as connection:
        before = _revision(connection)
        if before != newest:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise SchemaError(
                    f"the database has schema {before}, which this version does not know ({error})"
                ) from error
            connection.commit()
    return Migration(before, newest)


def _newest(config: Config) -> str:
    (head,) = ScriptDirectory.from_config(config).get_heads()
    return head


def _revision(connection: Connection) -> str | None:
    with connection.begin():
        return MigrationContext.configure(connection).get_current_revision()
