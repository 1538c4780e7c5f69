"""Collects what reference counting leaves behind, at a pace that alarms do not notice."""

from __future__ import annotations

import asyncio
import gc

TIDY_S = 30.0
TURNS_PER_WHOLE = 20
_YOUNG, _WHOLE = 1, 2


async def keep_tidy(every_s: float = TIDY_S, turns_per_whole: int = TURNS_PER_WHOLE) -> None:
    """Collect cycles for ever: each turn among new objects, each ``turns_per_whole`` turns among all.

    Every connection and every look at ``/metrics`` leaves cycles (a dozen kilobytes). The collector's own thresholds
    are set for a flood of readings (``settle_memory``); on a quiet ward it would not come by for hours, and never for
    what lived longer than that: screens and devices that were connected. A whole turn walks what was made since the
    start: milliseconds with the trends of a ward.
    """
    turns = 0
    while True:
        await asyncio.sleep(every_s)
        turns += 1
        gc.collect(_WHOLE if turns % turns_per_whole == 0 else _YOUNG)
