"""What connections leave behind is given back, although Python's own collector seldom comes."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Iterator

import pytest

from monitor.gateway.tidying import keep_tidy


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
