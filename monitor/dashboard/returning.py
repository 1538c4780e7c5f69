"""Who may come back to a station with a PIN: whoever signed in there with a password in the same shift.

Kept in memory only: after a restart of the dashboard everybody signs in with a password once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.domain.registry import Operator

PIN_TRIES = 3
"""Wrong PINs before the password is wanted again."""
MOST_KNOWN = 5_000
_PIN = re.compile(r"[0-9]{4,12}")


@dataclass(slots=True)
class _Known:
    generation: int
    until_s: int
    wrong: int = 0


class Returning:
    """Signed in by password: by station and operator."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Known] = {}

    def came(self, station: str, operator: Operator, until_s: int) -> None:
        """The password was right here."""
        key = (station, operator.name)
        self._known.pop(key, None)
        self._known[key] = _Known(operator.generation, until_s)
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def until_s(self, station: str, operator: Operator, now_s: float) -> int | None:
        """When a sign-in by PIN ends, at the latest; None where no PIN is taken."""
        known = self._known.get((station, operator.name))
        if known is None or now_s >= known.until_s or known.generation != operator.generation:
            return None
        return known.until_s

    def was_wrong(self, station: str, operator: Operator) -> None:
        """That was not the PIN."""
        key = (station, operator.name)
        known = self._known.get(key)
        if known is not None:
            known.wrong += 1
            if known.wrong >= PIN_TRIES:
                del self._known[key]

    def was_right(self, station: str, operator: Operator) -> None:
        """That was the PIN: the tries count anew."""
        known = self._known.get((station, operator.name))
        if known is not None:
            known.wrong = 0


def is_pin(typed: str) -> bool:
    """Whether it could be one."""
    return _PIN.fullmatch(typed) is not None
