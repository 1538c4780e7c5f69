"""A running gateway: real monitor, real SQLite journal, real sockets on a free port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.gateway.clinic import Clinic


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    """A clinic with room 1, a device in it and the nurse Kari, its gateway running."""
    async with running(Clinic(tmp_path)) as clinic:
        yield clinic


@pytest.fixture
async def simulated_clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with running(Clinic(tmp_path, simulated=True)) as clinic:
        yield clinic


@asynccontextmanager
async def running(clinic: Clinic) -> AsyncIterator[Clinic]:
    await clinic.open()
    try:
        yield clinic
    finally:
        async with asyncio.timeout(20):
            await clinic.close()
