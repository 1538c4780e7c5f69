"""Gives back what is not needed any more: what reference counting leaves behind, and what the C library keeps.

A process that serves for months must not only let go of its objects. The C library keeps the room of what was freed
for later, wherever something small still lies above it; of a page of a thousand parts that is megabytes, and each
reader's page lies elsewhere. Python's memory then stays level while the process grows.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
from collections.abc import Callable

TIDY_S = 30.0
TURNS_PER_WHOLE = 20
_YOUNG, _WHOLE = 1, 2


async def keep_tidy(every_s: float = TIDY_S, turns_per_whole: int = TURNS_PER_WHOLE) -> None:
    """Collect cycles for ever: each turn among new objects, each ``turns_per_whole`` turns among all; give back room.

    Every connection and every look at ``/metrics`` leaves cycles (a dozen kilobytes). The collector's own thresholds
    are set for a flood of readings (``settle_memory``); on a quiet ward it would not come by for hours, and never for
    what lived longer than that: screens and devices that were connected. A whole turn walks what was made since the
    start, and giving back walks what is free: milliseconds on a ward, which no alarm notices.
    """
    give_back = _giver()
    turns = 0
    while True:
        await asyncio.sleep(every_s)
        turns += 1
        gc.collect(_WHOLE if turns % turns_per_whole == 0 else _YOUNG)
        give_back(0)


def _giver() -> Callable[[int], object]:
    """The ``malloc_trim`` of glibc; other C libraries have none, and give back by themselves."""
    give: Callable[[int], object] = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)
    return give
