"""What a record holds that its backup does not: nobody is to find out by and by."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from monitor.domain.facts import (
    DeviceRevoked,
    Fact,
    OperatorDisabled,
    PatientErased,
    RecordRestored,
    kind_of,
)
from monitor.domain.readings import Instant
from monitor.keeping.archive import KEY_NAME, Contents
from monitor.service.journal_keys import JournalKeys
from monitor.storage.chain import HEAD_NAME, JournalDamagedError, read_head
from monitor.storage.engine import DATABASE_NAME, read_only_connection
from monitor.storage.erasures import is_sealed

_LETTERS = {"room": "r", "device": "d", "session": "s", "visit": "v"}
_ASSIGNMENTS = (
    "SELECT max(CAST(substr(json_extract(body, '$.assignment_id'), 2) AS INTEGER)) "
    "FROM facts WHERE kind = 'assignment_proposed'"
)
_BARRING: dict[str, type[DeviceRevoked | OperatorDisabled]] = {
    kind_of(body): body for body in (DeviceRevoked, OperatorDisabled)
}
_ERASED = "SELECT at, by, body FROM facts WHERE batch > ? AND kind = ? ORDER BY id"
_TOLD_NUMBERS = "SELECT body FROM facts WHERE kind = ? ORDER BY id DESC LIMIT 1"
_UNREADABLE = (
    "the record that was here cannot be read: erase again whoever was erased since the backup"
)
_UNTOLD = "nobody can tell here who was erased since the backup: erase them again"
_UNKNOWN_NUMBERS = 100
"""Passed over where nobody can tell how many were given: no number is to mean two patients."""


@dataclass(frozen=True, slots=True)
class Lost:
    """None where it cannot be told. ``facts`` counts what has happened since, by its word in the journal."""

    batches: int | None = None
    readings: int | None = None
    recorded_to: Instant | None = None
    facts: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """The highest numbers that were given: rooms, devices, sessions, visits, assignments."""
    barred: tuple[DeviceRevoked | OperatorDisabled, ...] = ()
    """Who was shut out since. Nothing else is taken over: a record that is replaced may have been tampered with, and
    shutting somebody out is all that cannot be used against the clinic."""

    erased: tuple[tuple[Fact, PatientErased], ...] = ()
    """Patients who were erased since, each proven by its own seal: the backup still has them."""
    not_erased: str = ""
    """Why erasures cannot be carried out anew, in one sentence; empty where they can."""

    @property
    def is_known(self) -> bool:
        return self.readings is not None


def lost_since(data: Path, contents: Contents) -> Lost:
    """What the record that lies in a directory has after the end of a backup of it."""
    try:
        keys = JournalKeys.read((data / KEY_NAME).read_bytes()).known
    except (OSError, ValueError):
        keys = ()
    try:
        with closing(read_only_connection(data / DATABASE_NAME)) as database:
            database.execute("BEGIN")
            return _told(database, contents, keys)
    except (sqlite3.Error, TypeError, ValueError):
        return _by_the_head(data, contents)


def _told(database: sqlite3.Connection, contents: Contents, keys: tuple[bytes, ...]) -> Lost:
    at = database.execute(
        "SELECT last_n, lower(hex(mac)) FROM batches WHERE id = ?", (contents.batch,)
    ).fetchone()
    if at is None or at[1] != contents.mac:
        # Another record, or one that was restored from before: nothing of it can be compared.
        return Lost(numbers=_numbers(database), not_erased=_elsewhere(database))
    newest, last_n = database.execute("SELECT max(id), max(last_n) FROM batches").fetchone()
    facts = database.execute(
        "SELECT kind, count(*) FROM facts WHERE batch > ? GROUP BY kind", (contents.batch,)
    ).fetchall()
    recorded_to = database.execute(
        "SELECT max((SELECT max(at) FROM facts), coalesce((SELECT max(last_received) FROM streams), 0))"
    ).fetchone()[0]
    proven, unproven = _erased(database, contents.batch, keys)
    return Lost(
        newest - contents.batch,
        last_n - at[0],
        recorded_to,
        dict(facts),
        _numbers(database),
        _barred(database, contents.batch),
        proven,
        f"{unproven} erasures in the record that was here are not proven" if unproven else "",
    )


def _erased(
    database: sqlite3.Connection, after_batch: int, keys: tuple[bytes, ...]
) -> tuple[tuple[tuple[Fact, PatientErased], ...], int]:
    """Those that have the seal of one of the keys, and how many have none: nobody else is to make a restore forget."""
    proven, unproven = [], 0
    for at, by, stored in database.execute(_ERASED, (after_batch, kind_of(PatientErased))):
        body = PatientErased(**json.loads(stored))
        fact = Fact(at, by, None, body)
        if is_sealed(keys, fact, body):
            proven.append((fact, body))
        else:
            unproven += 1
    return tuple(proven), unproven


def _elsewhere(database: sqlite3.Connection) -> str:
    """The same ids may mean other patients there."""
    found = database.execute(_ERASED, (0, kind_of(PatientErased))).fetchall()
    if not found:
        return _UNTOLD
    return f"{len(found)} patients were erased in the record that was here, which is not the backup's: erase them again"


def _barred(
    database: sqlite3.Connection, after_batch: int
) -> tuple[DeviceRevoked | OperatorDisabled, ...]:
    query = "SELECT kind, body FROM facts WHERE batch > ? AND kind IN (?, ?) ORDER BY id"
    found = database.execute(query, (after_batch, *_BARRING))
    return tuple(_BARRING[kind](**json.loads(body)) for kind, body in found)


def _numbers(database: sqlite3.Connection) -> dict[str, int]:
    found = {}
    for kind, letter in _LETTERS.items():
        query = f"SELECT max(CAST(substr(id, 2) AS INTEGER)) FROM {kind}s WHERE id GLOB ?"  # noqa: S608 - our words
        found[kind] = database.execute(query, (f"{letter}[0-9]*",)).fetchone()[0] or 0
    found["assignment"] = database.execute(_ASSIGNMENTS).fetchone()[0] or 0
    for told in (RecordRestored, PatientErased):
        # What was given by then may be gone, and is not given again.
        row = database.execute(_TOLD_NUMBERS, (kind_of(told),)).fetchone()
        for kind, number in json.loads(row[0])["numbers"].items() if row else ():
            found[kind] = max(found.get(kind, 0), number)
    return found


def _by_the_head(data: Path, contents: Contents) -> Lost:
    """Without a database that can be read, the head still knows how many batches there were."""
    was_here = any((data / name).exists() for name in (DATABASE_NAME, HEAD_NAME))
    why = _UNREADABLE if was_here else _UNTOLD
    try:
        head = read_head(data / HEAD_NAME, (data / KEY_NAME).read_bytes())
    except (JournalDamagedError, OSError, ValueError):
        return Lost(not_erased=why)
    if not head.batch_id:
        return Lost(not_erased=why)
    # Also where it is the backup's own end: a head of that time may have been put back.
    return Lost(max(0, head.batch_id - contents.batch), not_erased=why)


def numbers_to_pass(given: dict[str, int], lost: Lost) -> dict[str, int]:
    """The highest numbers that may have been given, so that the restored record gives none of them again."""
    return {
        kind: max(number, lost.numbers.get(kind, number + _UNKNOWN_NUMBERS))
        for kind, number in given.items()
    }
