"""How often somebody may try to sign in. Pure: names come as tags, ``now_s`` from outside.

A browser that is a station of the ward (it has the signed pass) counts for itself, each name and all names together.
All others count together: by name, and by address. So whoever guesses from elsewhere makes a name wait elsewhere,
never at the ward's own stations.
A pass is earned by signing in, and somebody may sign in in a hundred new browsers to guess a colleague's password in
each. So a name that did not sign in at that station itself counts for the pass's holder too, over all passes of that
holder; but no pass adds more to that than half of what makes the name wait. Whoever has one station can therefore make
nobody wait at another; who has several of one holder, or may sign in as that holder, can do so at the others of that
holder, for names that did not sign in there; and nothing elsewhere makes a name wait at a station where it has signed
in.
A name that is nobody's waits exactly as one that is somebody's.
"""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

from monitor.domain.tries import NAME_TRIES, Tries

PLACE_TRIES = 20
"""The same for all names of one address, or of one station."""
HELD_TRIES = 2 * NAME_TRIES
"""The same for one name at all stations of one holder where it did not sign in itself."""


class Attempt(NamedTuple):
    """``tag`` stands for the typed name; ``station`` and its ``holder`` are empty for a browser without a pass.

    ``holder`` is empty too where the name has signed in at that station.
    """

    tag: str
    address: str
    station: str = ""
    holder: str = ""

    @property
    def name_key(self) -> str:
        return f"name {self.station} {self.tag}"

    @property
    def held_key(self) -> str:
        return f"held {self.holder} {self.tag}" if self.holder else ""

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
        keys = (attempt.name_key, attempt.held_key, attempt.place_key)
        wait_s = max(self.tries.wait_s(key, now_s) for key in keys)
        if wait_s > 0:
            return wait_s
        self.failed(attempt, now_s)
        return 0.0

    def failed(self, attempt: Attempt, now_s: float, times: int = 1) -> None:
        """So many attempts came to nothing; of those on record too."""
        of_pass = max(0, NAME_TRIES - self.tries.failures(attempt.name_key, now_s))
        if attempt.held_key and of_pass:
            self.tries.failed(attempt.held_key, HELD_TRIES, now_s, min(times, of_pass))
        for key, tries in ((attempt.name_key, NAME_TRIES), (attempt.place_key, PLACE_TRIES)):
            self.tries.failed(key, tries, now_s, times)

    def succeeded(self, attempt: Attempt) -> None:
        """The password was right: the name counts anew. Its place and the pass's holder had one failure less."""
        self.forget_name(attempt)
        self.tries.undo(attempt.held_key, HELD_TRIES)
        self.tries.undo(attempt.place_key, PLACE_TRIES)

    def forget_name(self, attempt: Attempt) -> None:
        """The name counts anew there; of a sign-in on record, which was not counted as failed, that is all."""
        self.tries.forget(attempt.name_key)


def network(address: str) -> str:
    """What one household has of addresses: an IPv4 address, the first half of an IPv6 one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    return str(ipaddress.ip_network((known, 64), strict=False).network_address)
