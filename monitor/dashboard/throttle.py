"""How often somebody may try to sign in. Pure: names come as tags, ``now_s`` from outside.

Guessing is counted in two places. Browsers that are a station of the ward (they have its signed pass) count for
whoever signed in there last, name by name, and for themselves: a new pass, which anybody gets who may sign in, is no
new chance to guess. All others count together: by name, and by address. So whoever guesses from elsewhere makes a name
wait elsewhere, never at the ward's own stations, and nobody can lock the clinic out.
A name that is nobody's waits exactly as one that is somebody's.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

NAME_TRIES = 5
"""Wrong passwords for one name before the next attempt has to wait."""
PLACE_TRIES = 20
"""The same for all names of one address, or of one station."""
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 15 * 60.0
FORGOTTEN_AFTER_S = 60 * 60.0
MOST_COUNTS = 20_000
"""The oldest are forgotten first, so that nobody can fill the memory."""


class Attempt(NamedTuple):
    """``tag`` stands for the typed name; ``station`` and its ``holder`` are empty for a browser without a pass."""

    tag: str
    address: str
    station: str = ""
    holder: str = ""

    @property
    def name_key(self) -> str:
        held = f"held {self.holder}" if self.holder else self.station
        return f"name {held} {self.tag}"

    @property
    def place_key(self) -> str:
        return f"station {self.station}" if self.station else f"address {network(self.address)}"


@dataclass(slots=True)
class _Count:
    failures: int = 0
    free_at_s: float = 0.0
    touched_s: float = 0.0


class Throttle:
    """Counts attempts. ``begin`` each one, and say when it ``succeeded``; what did not has failed."""

    def __init__(self) -> None:
        self.remembers = False
        """Whether what is on record was counted."""
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def begin(self, attempt: Attempt, now_s: float) -> float:
        """Seconds to wait, and then nothing may be looked at; 0: go on, counted as failed until it has succeeded."""
        keys = (attempt.name_key, attempt.place_key)
        wait_s = max(self._wait_s(key, now_s) for key in keys)
        if wait_s > 0:
            return wait_s
        self.failed(attempt, now_s)
        return 0.0

    def failed(self, attempt: Attempt, now_s: float, times: int = 1) -> None:
        """So many attempts came to nothing; of those on record too."""
        for key, tries in ((attempt.name_key, NAME_TRIES), (attempt.place_key, PLACE_TRIES)):
            count = self._count(key, now_s)
            count.failures += times
            count.touched_s = now_s
            if count.failures >= tries:
                doublings = min(count.failures - tries, 10)
                count.free_at_s = now_s + min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**doublings)

    def succeeded(self, attempt: Attempt) -> None:
        """The password was right: the name counts anew. Its place had one failure less."""
        self._counts.pop(attempt.name_key, None)
        place = self._counts.get(attempt.place_key)
        if place is not None:
            place.failures -= 1
            place.free_at_s = 0.0 if place.failures < PLACE_TRIES else place.free_at_s

    def _wait_s(self, key: str, now_s: float) -> float:
        count = self._counts.get(key)
        return 0.0 if count is None else max(0.0, count.free_at_s - now_s)

    def _count(self, key: str, now_s: float) -> _Count:
        count = self._counts.get(key)
        if count is None or now_s - count.touched_s > FORGOTTEN_AFTER_S:
            count = self._counts[key] = _Count()
        self._counts.move_to_end(key)
        while len(self._counts) > MOST_COUNTS:
            self._counts.popitem(last=False)
        return count


def network(address: str) -> str:
    """What one household has of addresses: an IPv4 address, the first half of an IPv6 one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    return str(ipaddress.ip_network((known, 64), strict=False).network_address)
