"""Which pages may open a screen feed: those of our own dashboard, told by scheme, host and port of the ``Origin``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_PAGES_OF = {"ws": "http", "wss": "https"}


class Origin(NamedTuple):
    """Where a page came from, as browsers tell pages of one site from those of another."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the dashboard's pages are, as far as the settings tell.

    Every browser that calls it by another name sees another host: that is held against the ``Host`` of the handshake,
    which the same browser has sent. ``scheme`` is empty and ``port`` 0 where they are not known.
    """

    scheme: str = ""
    port: int = 0
    public: frozenset[Origin] = frozenset()
    """Behind a proxy."""

    def are_of(self, origins: Sequence[str], hosts: Sequence[str]) -> bool:
        """Whether a handshake with these headers comes from one of them."""
        if len(origins) != 1 or len(hosts) != 1:
            return False
        origin, host = origin_of(origins[0]), _host_of(hosts[0])
        if origin is None:
            return False
        return origin in self.public or (
            origin.host == host
            and self.scheme in ("", origin.scheme)
            and self.port in (0, origin.port)
        )


def pages_of(*, port: int, tls: bool, addresses: Iterable[str]) -> Pages:
    """The pages at the dashboard's port, and at each address by which a proxy offers them or the gateway."""
    public = (origin_of(address) for address in addresses)
    scheme = "https" if tls else "http"
    return Pages(scheme, port, frozenset(origin for origin in public if origin is not None))


def origin_of(address: str) -> Origin | None:
    """Of a page's address, or of a websocket's beside it; None for what has none."""
    try:
        parts = urlsplit(address)
        scheme = _PAGES_OF.get(parts.scheme, parts.scheme)
        if scheme not in _PORTS or not parts.hostname:
            return None
        return Origin(scheme, parts.hostname, parts.port or _PORTS[scheme])
    except ValueError:
        return None


def _host_of(header: str) -> str | None:
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None
