"""A journal and its records in a directory of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.storage import SqliteJournal, SqliteRecords, open_journal, open_records
from tests.storage.builders import KEY, clinic


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    """With the clinic of ``builders.clinic`` as batch 1."""
    journal = open_journal(tmp_path, KEY)
    journal.commit(clinic())
    yield journal
    journal.close()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqliteRecords]:
    records = open_records(tmp_path)
    yield records
    records.close()
