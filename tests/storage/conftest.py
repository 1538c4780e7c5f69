"""A journal and its records in a directory of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.storage import SqliteJournal, SqliteRecords, open_journal, open_records
from tests.storage.builders import KEY, clinic
from tests.storage.packing import compact, fill


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


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("plain")
    with closing(open_journal(directory, KEY)) as journal:
        fill(journal)
    return directory


@pytest.fixture(scope="session")
def packed_once(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("packed") / "data"
    shutil.copytree(filled, directory)
    with closing(open_journal(directory, KEY)) as journal:
        assert compact(journal) == 3
    return directory


@pytest.fixture
def packed(packed_once: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(packed_once, tmp_path / "data"))
