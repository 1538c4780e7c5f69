"""A session with readings of every sort."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.readings import MANUAL_SOURCE, Metric
from monitor.service.batches import StoredReading
from monitor.storage import SqliteRecords, open_journal, open_records
from tests.storage.builders import KEY, a_batch, a_reading, clinic, rejected, stored

NOBODYS = stored(9, a_reading(9), session_id=None)


def readings_of_every_sort() -> list[StoredReading]:
    cuff = a_reading(4, None, metric=Metric.NIBP, systolic=132.0, diastolic=84.0, mean=100.25)
    mean_only = a_reading(5, None, metric=Metric.NIBP, mean=93.0)
    off = a_reading(3, None, metric=Metric.SPO2, status="sensor_off", late=True)
    manual = a_reading(2, 36.65, metric=Metric.TEMPERATURE, source=MANUAL_SOURCE)
    return [
        stored(4, cuff),
        stored(5, mean_only),
        stored(1, a_reading(1, 82.0)),
        StoredReading("s1", "entry", 1, 0, manual),
        stored(3, off, index=2),
        stored(6, a_reading(6, 97.125)),
    ]


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqliteRecords]:
    journal = open_journal(tmp_path, KEY)
    journal.commit(clinic())
    journal.commit(a_batch([*readings_of_every_sort(), NOBODYS], rejected=[rejected(7)]))
    records = open_records(tmp_path)
    yield records
    records.close()
    journal.close()
