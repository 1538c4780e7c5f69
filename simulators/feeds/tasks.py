"""Ending a task without losing what it had to say."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any


async def cancel(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it is gone. A result it already had, or an exception, stays with the task."""
    if task.done():
        if not task.cancelled():
            # Read, so that asyncio does not report as unseen what the owner has seen to.
            task.exception()
        return
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
