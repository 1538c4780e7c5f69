"""Sign-ins that were ended by hand: whoever kept such a cookie proves nothing with it."""

from __future__ import annotations

from collections.abc import Iterable

MOST_ENDED = 20_000
"""More than a clinic's staff sign out within the twelve hours after which a cookie is void by itself."""


class EndedSignIns:
    """By the id in their cookies; the oldest are forgotten first, so that nobody can fill the memory."""

    def __init__(self, ended: Iterable[str] = ()) -> None:
        self._ended = dict.fromkeys(ended)

    def end(self, sign_in: str) -> None:
        """From now on; an empty id is that of no sign-in."""
        if sign_in:
            self._ended[sign_in] = None
        while len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]

    def __contains__(self, sign_in: str) -> bool:
        return sign_in in self._ended

    def __len__(self) -> int:
        return len(self._ended)
