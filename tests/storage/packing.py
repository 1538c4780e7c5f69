"""A closed session beside an open one, its readings as they were committed and as blocks."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from monitor.domain import facts
from monitor.domain.readings import MANUAL_SOURCE, Metric
from monitor.service.batches import StoredReading
from monitor.service.ports import Journal
from monitor.storage.compactor import SETTLED_MS
from monitor.storage.engine import DATABASE_NAME
from tests.storage.builders import (
    NOW,
    a_batch,
    a_reading,
    an_alarm,
    clinic,
    position,
    rejected,
    session_started,
    stored,
)

LATER = NOW + 10 * SETTLED_MS
SECONDS = 1500
CLOSED = "s1"
WITHOUT = "sensor_off"


def frames(session_id: str, seconds: range, stream: str) -> Iterator[StoredReading]:
    """Pulse, SpO2 and at times a cuff, some late, some without a value, some by hand; the same each time."""
    chance = random.Random(session_id)
    for second in seconds:
        at = a_reading(second, None, received_at=NOW + second * 1000 + chance.randrange(900))
        at = at._replace(late=chance.random() < 0.1, source=f"of {session_id}")
        value = chance.choice([81.0, 97.5, 0.125])
        pulse = at._replace(value=value) if second % 50 else at._replace(status=WITHOUT)
        spo2 = at._replace(metric=Metric.SPO2, value=96.0 - chance.randrange(9))
        yield StoredReading(session_id, stream, second, 0, pulse)
        yield StoredReading(session_id, stream, second, 1, spo2)
        if second % 300 == 7:
            cuff = at._replace(metric=Metric.NIBP, systolic=120.0 + second, diastolic=80.0)
            yield StoredReading(session_id, stream, second, 2, cuff)


def fill(journal: Journal) -> None:
    """A closed session ``s1`` between an open one, ``s2``, and readings of nobody; all committed together."""
    journal.commit(clinic())
    journal.commit(a_batch([], session_started("s2"), facts.RoomAdded("r2", "2")))
    in_order = list(range(1, SECONDS + 1))
    # What was kept back comes after what was measured later.
    for first in [*in_order[600::100], *in_order[:600:100]]:
        seconds = range(first, first + 100)
        rows = [row for s in (CLOSED, "s2") for row in frames(s, seconds, f"queue of {s}")]
        rows.sort(key=lambda row: (row.seq, row.session_id))
        rows.append(stored(first, a_reading(first), None))
        batch = a_batch(rows, at=NOW + first * 1000, positions=position(first))
        if first == 901:
            batch.rejected.append(rejected(901))
        journal.commit(batch)
    journal.commit(a_batch(*by_hand(), at=NOW + 2_000_000))
    ends = (facts.PhaseEntered(CLOSED, "discharged", None), an_alarm())
    journal.commit(a_batch([], *ends, at=NOW + 2_100_000))


def by_hand() -> tuple[list[StoredReading], facts.FactBody, facts.FactBody]:
    entered = a_reading(1000, None, metric=Metric.NIBP, systolic=240.0, source=MANUAL_SOURCE)
    row = StoredReading(CLOSED, "manual-s1", 1, 0, entered)
    values = facts.VitalsEntered(CLOSED, "e1", entered.at, {"systolic": 240.0}, 1)
    return [row], values, facts.EntryVoided(CLOSED, "e1", "another patient", None)


def compact(journal: Journal, now: int = LATER) -> int:
    """How many blocks were made."""
    made = 0
    while journal.compact(now):
        made += 1
    return made


def rows(directory: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as database:
        return database.execute(query).fetchall()


def change(directory: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as database:
        assert database.execute(statement, values).rowcount > 0, statement
        database.commit()
