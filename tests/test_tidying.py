"""What connections and pages leave behind is given back, although neither Python nor the C library would by itself."""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.tidying import keep_tidy


class _Knot:
    """Refers to itself: only the collector can let it go."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _no_collections_by_count() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 1000, 1000)
    yield
    gc.set_threshold(*before)


async def _is_let_go(knot: weakref.ref[_Knot], turns_per_whole: int) -> bool:
    tidying = asyncio.create_task(keep_tidy(0.001, turns_per_whole))
    deadline = time.monotonic() + 20
    try:
        while knot() is not None and time.monotonic() < deadline:
            await asyncio.sleep(0.001)
    finally:
        tidying.cancel()
    return knot() is None


async def test_new_knots_are_let_go() -> None:
    assert await _is_let_go(weakref.ref(_Knot()), turns_per_whole=1_000_000)


async def test_knots_that_lived_long_are_let_go_in_a_whole_turn() -> None:
    old = _Knot()
    gc.collect()
    knot = weakref.ref(old)
    del old
    assert await _is_let_go(knot, turns_per_whole=2)


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="another C library gives back by itself"
)
async def test_what_was_freed_between_things_that_stay_goes_back_to_the_system() -> None:
    rows = [bytes(4000) for _ in range(20_000)]
    held = _resident_mb()
    rows = rows[::100]
    tidying = asyncio.create_task(keep_tidy(0.001))
    deadline = time.monotonic() + 20
    try:
        while _resident_mb() > held - 50 and time.monotonic() < deadline:
            await asyncio.sleep(0.001)
    finally:
        tidying.cancel()
    assert _resident_mb() < held - 50
    assert len(rows) == 200


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
