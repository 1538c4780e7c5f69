"""A new key for the journal's chain, which goes on under it; killed anywhere, the record is whole and can be opened.

1. The new key is written behind the others, marked as one that is only coming.
2. One batch, which the old key seals, says which key it is; with it the blocks of readings are sealed anew.
3. The head outside of the database is sealed with the new key.
4. The mark is taken away: from now on no head that an older key sealed is believed.

Until 4 the record itself says which key is in force, and whoever opens it next finishes or undoes what was begun.
"""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

from monitor.data_directory import DataDirectory
from monitor.domain.readings import Instant
from monitor.service.journal_keys import fingerprint
from monitor.storage import open_journal, open_records


class Rotated(NamedTuple):
    """The last batch under the old key, and the names of both."""

    batch: int
    old: str
    new: str


def rotate_journal_key(directory: DataDirectory, *, by: str, now: Instant) -> Rotated:
    """Call with the directory's lock held.

    Raises DirectoryError, SchemaError, JournalDamagedError or JournalUnavailableError; then the old key is in force,
    or the next start finishes what was begun.
    """
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        directory.settle_journal_keys(journal.keys)
    directory.introduce_journal_key()
    with closing(open_records(directory.path)) as records:
        at = max(now, records.newest_instant())
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        batch = journal.rotate(at, by)
        keys = journal.keys
    directory.settle_journal_keys(keys)
    return Rotated(batch, *map(fingerprint, keys.kept[-2:]))
