"""Databases as earlier versions of the program left them: the tables of their revision, filled by their own writers."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from monitor.storage.chain import HEAD_NAME
from monitor.storage.engine import DATABASE_NAME, writer_engine

_FILLED = Path(__file__).parent
_HEADS = {"0001": "0000000000000005 1adc9e43adadd373e093b5a0"}
"""Of files that do not say it themselves."""


def migrations() -> Config:
    """The packaged revisions."""
    config = Config()
    config.set_main_option("script_location", "monitor.storage:migrations")
    return config


def revisions() -> list[str]:
    """Every revision there has been, the first one first."""
    script = ScriptDirectory.from_config(migrations())
    return sorted(one.revision for one in script.walk_revisions())


def filled(revision: str) -> Path:
    """What a version whose newest revision this was wrote."""
    return _FILLED / f"filled_{revision}.sql"


def leave(revision: str, directory: Path) -> Path:
    """Make the directory as such a version left it, with the head beside it as such a version wrote it."""
    engine, config = writer_engine(directory / DATABASE_NAME), migrations()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()
    text = filled(revision).read_text()
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as database:
        database.executescript(text)
        database.commit()
    said = re.search(r"^-- journal.head: (.+)$", text, re.MULTILINE)
    (directory / HEAD_NAME).write_text(f"{said[1] if said else _HEADS[revision]}\n")
    return directory
