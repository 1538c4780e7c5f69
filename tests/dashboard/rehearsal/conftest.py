"""One record of watched sessions for all tests of this room, and a clinician who may rehearse them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.dashboard.rehearsal.running import Rehearsals
from monitor.dashboard.visit import Parts, Visit
from monitor.data_directory import create
from monitor.domain.registry import Operator
from monitor.storage import SqliteRecords, open_records
from tests import watched_sessions
from tests.dashboard import clinic


@pytest.fixture(scope="package")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with three sessions to be rehearsed, a cancelled one and an open one."""
    directory = create(tmp_path_factory.mktemp("watched") / "data", simulated=True)
    watched_sessions.write(directory, minutes=6)
    return directory.path


@pytest.fixture
def records(watched: Path) -> Iterator[SqliteRecords]:
    opened = open_records(watched)
    yield opened
    opened.close()


@pytest.fixture
def parts(watched: Path, records: SqliteRecords) -> Parts:
    """A dashboard over it, whose operators cost nothing to sign in."""

    class Records:
        def __getattr__(self, name: str) -> object:
            return getattr(records, name)

        def operators(self) -> list[Operator]:
            hashed = clinic.PlainHasher().hash("infusion-3")
            return [*clinic.records().operators(), Operator("dina", "clinician", hashed)]

    return clinic.parts(records=Records(), rehearsals=Rehearsals(watched))


@pytest.fixture
def visit(parts: Parts) -> Visit:
    return clinic.visit_of(parts, "dina")
