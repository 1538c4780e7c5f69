"""Running the packaged migrations."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection


def run_migrations(connection: Connection) -> None:
    """Every revision that the file lacks, each in one transaction. Raises LookupError for an unknown revision."""
    config = Config()
    config.set_main_option("script_location", "monitor.storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise LookupError(str(error)) from error
    connection.commit()
