"""Passwords that come with orders: a few are worked out at once, and whoever guesses them has to wait."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from monitor.domain.tries import NAME_TRIES, Tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.service.ports import PasswordHasher

MOST_AT_ONCE = 2
"""Argon2 takes 64 MB and a processor for each."""
MOST_WAITING = 16


class TooBusyError(RuntimeError):
    """As many passwords wait for their turn as may."""


class Passwords:
    """Hashes and proves passwords beside the event loop, for readings and alarms do not wait for it.

    Wrong ones are counted by operator as those of sign-ins are, for as long as this gateway runs.
    """

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._tries = Tries()
        # Threads of its own: whoever leaves meanwhile leaves a computation that goes on, and it takes its place here.
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, "passwords")
        self._waiting = 0

    def wait_s(self, operator: str, now_s: float) -> float:
        """How long this operator's next password has to wait."""
        return self._tries.wait_s(operator, now_s)

    async def hash(self, password: str) -> str:
        """Raises TooBusyError."""
        return str(await self._in_turn(self._hasher.hash, password))

    async def is_right(self, operator: str, password_hash: str, password: str) -> bool:
        """Whether it is this operator's password; one that is not counts from the moment it is given.

        Raises TooBusyError.
        """
        self._tries.failed(operator, NAME_TRIES, asyncio.get_running_loop().time())
        try:
            is_right = bool(await self._in_turn(self._hasher.verify, password_hash, password))
        except TooBusyError:
            self._tries.undo(operator, NAME_TRIES)
            raise
        if is_right:
            self._tries.forget(operator)
        return is_right

    async def _in_turn(self, work: Callable[..., object], *given: str) -> object:
        if self._waiting >= MOST_WAITING:
            raise TooBusyError
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
        finally:
            self._waiting -= 1
