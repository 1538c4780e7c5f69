"""What the simulators' tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.simulators.processes import kill_started


@pytest.fixture(autouse=True)
async def no_process_is_left_behind() -> AsyncIterator[None]:
    yield
    kill_started()
