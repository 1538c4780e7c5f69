"""How long somebody who guesses a password has to wait. Pure: what is counted has a key, ``now_s`` is from outside."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

NAME_TRIES = 5
"""Wrong passwords for one name before the next attempt has to wait."""
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 15 * 60.0
FORGOTTEN_AFTER_S = 60 * 60.0
MOST_COUNTS = 20_000
"""The oldest are forgotten first, so that nobody can fill the memory."""


@dataclass(slots=True)
class _Count:
    failures: int = 0
    free_at_s: float = 0.0
    touched_s: float = 0.0


class Tries:
    """Counts what came to nothing; beyond so many of a key each further one makes the next wait twice as long."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def wait_s(self, key: str, now_s: float) -> float:
        """Seconds until the next one may be looked at."""
        count = self._counts.get(key)
        return 0.0 if count is None else max(0.0, count.free_at_s - now_s)

    def failures(self, key: str, now_s: float) -> int:
        """How many there were lately."""
        count = self._counts.get(key)
        is_old = count is None or now_s - count.touched_s > FORGOTTEN_AFTER_S
        return 0 if count is None or is_old else count.failures

    def failed(self, key: str, most: int, now_s: float, times: int = 1) -> None:
        """So many more; from ``most`` on the next one waits."""
        count = self._count(key, now_s)
        count.failures += times
        count.touched_s = now_s
        if count.failures >= most:
            doublings = min(count.failures - most, 10)
            count.free_at_s = now_s + min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**doublings)

    def undo(self, key: str, most: int) -> None:
        """The last one was none."""
        count = self._counts.get(key)
        if count is not None:
            count.failures -= 1
            count.free_at_s = 0.0 if count.failures < most else count.free_at_s

    def forget(self, key: str) -> None:
        """Count it anew."""
        self._counts.pop(key, None)

    def _count(self, key: str, now_s: float) -> _Count:
        count = self._counts.get(key)
        if count is None or now_s - count.touched_s > FORGOTTEN_AFTER_S:
            count = self._counts[key] = _Count()
        self._counts.move_to_end(key)
        while len(self._counts) > MOST_COUNTS:
            self._counts.popitem(last=False)
        return count
