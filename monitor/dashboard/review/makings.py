"""How far the files are that are being made for somebody who waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Makings:
    """How far the files are that are being made, by their session and the ticket of who waits for each."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], int] = {}

    @contextmanager
    def making(self, session_id: str, ticket: str) -> Iterator[Callable[[int], None]]:
        """While one is made; give what this yields the bytes that are written so far."""
        key = (session_id, ticket)
        self._written[key] = 0
        try:
            yield lambda written: self._written.__setitem__(key, written)
        finally:
            self._written.pop(key, None)

    def written(self, session_id: str, ticket: str) -> int | None:
        """The bytes so far; None for a file that is not being made."""
        return self._written.get((session_id, ticket))
