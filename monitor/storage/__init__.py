"""The database: the journal that alone writes, the records that only read, the chain that proves them whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.storage.chain import JournalDamagedError
from monitor.storage.records import SqliteRecords, open_records
from monitor.storage.schema import Migration, SchemaError, migrate
from monitor.storage.session_verify import SessionVerification, verify_session
from monitor.storage.verify import Fault, Verification, verify

if TYPE_CHECKING:
    from monitor.storage.compacting import Compaction, compact
    from monitor.storage.journal import SqliteJournal, open_journal

__all__ = [
    "Compaction",
    "Fault",
    "JournalDamagedError",
    "Migration",
    "SchemaError",
    "SessionVerification",
    "SqliteJournal",
    "SqliteRecords",
    "Verification",
    "compact",
    "migrate",
    "open_journal",
    "open_records",
    "verify",
    "verify_session",
]


def __getattr__(name: str) -> object:
    """What writes is loaded when it is asked for: a command that only reads starts sooner without it."""
    if name in ("SqliteJournal", "open_journal"):
        from monitor.storage import journal

        return getattr(journal, name)
    if name in ("Compaction", "compact"):
        from monitor.storage import compacting

        return getattr(compacting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
