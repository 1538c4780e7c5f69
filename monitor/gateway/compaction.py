"""Sessions that closed a while ago take less room, little by little, between the commits of those that are open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.gateway.commits import GroupCommit
    from monitor.service.ports import Clock

PAUSE_S = 0.5
"""Between two steps, each of some 20 ms: a commit waits for one step at the most, and seldom for that."""
IDLE_S = 60.0
"""When there was nothing to do."""


async def keep_compact(
    commits: GroupCommit[Any],
    clock: Clock,
    *,
    pause_s: float = PAUSE_S,
    idle_s: float = IDLE_S,
) -> None:
    """Compact for ever."""
    pause = idle_s
    while True:
        await asyncio.sleep(pause)
        pause = pause_s if await commits.compact(clock.now()) else idle_s
