"""Erasures that a restore may have undone, where nobody here can tell: open until somebody settles it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import NamedTuple

from monitor.data_directory import DataDirectory
from monitor.domain.facts import AccessNoted, Fact, kind_of
from monitor.domain.readings import Instant
from monitor.service.batches import Batch
from monitor.storage import open_journal, open_records
from monitor.storage.engine import DATABASE_NAME, read_only_connection

_SETTLED = "erasures_settled"
_LAST_SETTLED = (
    "SELECT coalesce(max(id), 0) FROM facts WHERE kind = ? AND json_extract(body, '$.what') = ?"
)
_RESTORED = (
    "SELECT min(json_extract(body, '$.recorded_to')), max(at) FROM facts "
    "WHERE kind = 'record_restored' AND id > ? "
    "AND NOT coalesce(json_extract(body, '$.erasures_known'), json_extract(body, '$.readings_lost') IS NOT NULL)"
)


class Unsettled(NamedTuple):
    """Who was erased between these two moments, the end of a backup and its restoring, may be on record again."""

    since: Instant
    until: Instant


def unsettled_erasures(database: sqlite3.Connection) -> Unsettled | None:
    """Over all restores that nobody has settled yet; None where nothing is open. Raises sqlite3.Error."""
    (settled,) = database.execute(_LAST_SETTLED, (kind_of(AccessNoted), _SETTLED)).fetchone()
    since, until = database.execute(_RESTORED, (settled,)).fetchone()
    return None if since is None else Unsettled(since, until)


def settle_erasures(directory: DataDirectory, *, by: str, now: Instant) -> bool:
    """Put on record that whoever had been erased is erased again; whether there was anything to settle.

    Call with the directory's lock held. Raises JournalDamagedError, JournalUnavailableError, SchemaError and
    RecordsUnavailableError.
    """
    with closing(open_records(directory.path)) as records:
        at = max(now, records.newest_instant())
    with closing(read_only_connection(directory.path / DATABASE_NAME)) as database:
        if unsettled_erasures(database) is None:
            return False
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        journal.commit(
            Batch(at, facts=[Fact(at, by, None, AccessNoted(_SETTLED, "", "", "", "", 0))])
        )
    return True
