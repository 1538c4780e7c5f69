"""The database: the journal that alone writes, the records that only read, the chain that proves them whole."""

from monitor.storage.chain import JournalDamagedError
from monitor.storage.journal import SqliteJournal, open_journal
from monitor.storage.records import SqliteRecords, open_records
from monitor.storage.schema import Migration, SchemaError, migrate
from monitor.storage.verify import Fault, Verification, verify

__all__ = [
    "Fault",
    "JournalDamagedError",
    "Migration",
    "SchemaError",
    "SqliteJournal",
    "SqliteRecords",
    "Verification",
    "migrate",
    "open_journal",
    "open_records",
    "verify",
]
