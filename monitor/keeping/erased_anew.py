"""A backup still has whoever was erased since it was made: what is restored from it is not to bring them back."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from monitor.domain.facts import Fact, PatientErased
from monitor.domain.readings import Instant
from monitor.storage import SqliteJournal
from monitor.storage.belongings import belongings_named
from monitor.storage.engine import DATABASE_NAME, reader_engine
from monitor.storage.eraser import ErasureOrder
from monitor.storage.tables import facts


class Begin(NamedTuple):
    """How the restored record begins: when, by whom, after which batch, with the highest numbers that were given."""

    at: Instant
    station: str
    batch: int
    numbers: dict[str, int]


class ErasedAnew(NamedTuple):
    """How many patients, and the numbers of facts of others that should have lost a mention and did not."""

    patients: int
    left: tuple[int, ...]


def erase_anew(
    work: Path,
    journal: SqliteJournal,
    erased: Iterable[tuple[Fact, PatientErased]],
    begin: Begin,
) -> ErasedAnew:
    """By the ids that each erasure has named; the record in this folder is one from before them.

    Raises JournalDamagedError and JournalUnavailableError. It is still to be swept.
    """
    patients, left = 0, set[int]()
    for fact, body in erased:
        order = ErasureOrder(
            partial(belongings_named, erased=body),
            fact.by,
            body.second,
            body.reason,
            begin.station,
            begin.numbers,
            first_at=fact.at if body.first_at is None else body.first_at,
        )
        blotted: set[int] = set()
        # Where nothing is found all of it came after the backup.
        with suppress(LookupError):
            blotted = set(journal.erase(order, begin.at).mentions)
            patients += 1
        left |= set(body.mentions) - blotted
    return ErasedAnew(patients, _still_there(work, left, begin.batch))


def _still_there(work: Path, numbers: set[int], until: int) -> tuple[int, ...]:
    """Of what was mentioned up to a batch: what came later has numbers of another record."""
    engine = reader_engine(work / DATABASE_NAME)
    try:
        with engine.begin() as connection:
            known = connection.execute(select(facts.c.id).where(facts.c.batch <= until)).scalars()
            return tuple(sorted(numbers.intersection(known))) if numbers else ()
    finally:
        engine.dispose()
