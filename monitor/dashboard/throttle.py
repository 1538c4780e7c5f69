"""How often somebody may try to sign in. Pure: names come as tags, ``now_s`` from outside.

Guessing is counted in two places. Browsers that are a station of the ward (they have its signed pass) count for
whoever signed in there last, name by name, and for themselves: a new pass, which anybody gets who may sign in, is no
new chance to guess. All others count together: by name, and by address. So whoever guesses from elsewhere makes a name
wait elsewhere, never at the ward's own stations, and nobody can lock the clinic out.
A name that is nobody's waits exactly as one that is somebody's.
"""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

from monitor.domain.tries import NAME_TRIES, Tries

PLACE_TRIES = 20
"""The same for all names of one address, or of one station."""


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


class Throttle:
    """Counts attempts. ``begin`` each one, and say when it ``succeeded``; what did not has failed."""

    def __init__(self) -> None:
        self.remembers = False
        """Whether what is on record was counted."""
        self.tries = Tries()

    def begin(self, attempt: Attempt, now_s: float) -> float:
        """Seconds to wait, and then nothing may be looked at; 0: go on, counted as failed until it has succeeded."""
        keys = (attempt.name_key, attempt.place_key)
        wait_s = max(self.tries.wait_s(key, now_s) for key in keys)
        if wait_s > 0:
            return wait_s
        self.failed(attempt, now_s)
        return 0.0

    def failed(self, attempt: Attempt, now_s: float, times: int = 1) -> None:
        """So many attempts came to nothing; of those on record too."""
        for key, tries in ((attempt.name_key, NAME_TRIES), (attempt.place_key, PLACE_TRIES)):
            self.tries.failed(key, tries, now_s, times)

    def succeeded(self, attempt: Attempt) -> None:
        """The password was right: the name counts anew. Its place had one failure less."""
        self.tries.forget(attempt.name_key)
        self.tries.undo(attempt.place_key, PLACE_TRIES)


def network(address: str) -> str:
    """What one household has of addresses: an IPv4 address, the first half of an IPv6 one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    return str(ipaddress.ip_network((known, 64), strict=False).network_address)
