"""A clinic in one process: the real monitor on a real database, with the clock in the test's hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.clinic import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """One room, one device, an open session; see Clinic. Whatever a test does, its alarms can be derived again."""
    made = Clinic(tmp_path)
    yield made
    made.journal.close()
    made.prove_alarms()
