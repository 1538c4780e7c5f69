"""Who may open which socket: device tokens, the local credential, the cookies of an operator and of a station."""

from __future__ import annotations

import hmac
import ipaddress
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, NamedTuple

from websockets.datastructures import Headers, MultipleValuesError

from monitor.domain.permissions import ADMINISTRATOR, PROGRAM, STATION
from monitor.identity import COOKIE_NAME, STATION_COOKIE_NAME, holder_of, read_cookie, read_station
from monitor.wire.device import SUBPROTOCOL

if TYPE_CHECKING:
    from monitor.domain.registry import Device
    from monitor.gateway.origins import Pages
    from monitor.service.monitor import Monitor

CONSOLE = "console:"
"""Prefix of an operator who gave the order on the gateway's own machine; has an administrator's rights."""


class Refusal(NamedTuple):
    """An HTTP status and one sentence."""

    status: int
    message: str


OTHER_ORIGIN = Refusal(403, "screens of another origin are not served")


class Orderer(NamedTuple):
    """Who gives an order, and with which role."""

    name: str
    role: str


class Guest(NamedTuple):
    """Whose browser opened a screen feed. ``operator`` is empty at a locked station, which shows and orders nothing.

    ``station`` is empty for a browser without a pass; ``ends_at_s``: when the sign-in ends, in seconds since the epoch,
    unless a hand does something; ``until_s``: when it ends in any case.
    """

    operator: str
    station: str = ""
    ends_at_s: float = 0.0
    generation: int = 0
    idle_s: int = 0
    until_s: int = 0
    pass_holder: str = ""
    """Who signed in last at a locked station."""
    passwords: int = 0
    """How often that operator had been given a new password."""
    sign_in: str = ""

    def is_locked(self, now_s: float) -> bool:
        """Whether nobody is signed in there, or not any more."""
        return now_s >= self.ends_at_s

    def active(self, now_s: float) -> Guest:
        """A hand did something there. What is locked stays so: that takes a sign-in, and another connection."""
        if self.is_locked(now_s):
            return self
        return self._replace(ends_at_s=min(float(self.until_s), now_s + self.idle_s))


def admit_device(monitor: Monitor, headers: Headers) -> Device | Refusal:
    """The device of a handshake on ``/device``."""
    token = bearer(headers)
    device = monitor.device_with_token(token) if token else None
    if device is None:
        return Refusal(401, "a device token is wanted: Authorization: Bearer TOKEN")
    if device.revoked:
        return Refusal(403, "this device is revoked")
    offered = ",".join(headers.get_all("Sec-WebSocket-Protocol"))
    if SUBPROTOCOL not in (word.strip() for word in offered.split(",")):
        return Refusal(400, f"the subprotocol {SUBPROTOCOL} is wanted")
    return device


def is_no_browser(headers: Headers, *, own_allowed: bool) -> bool:
    """Whether a handshake on a socket that is not for browsers comes from no page, as far as its ``Origin`` tells.

    Browsers always send one and no script can change it. Some programs send the address that they call:
    ``own_allowed`` takes that for none, for this port serves no pages that a browser could have it from.
    """
    origins, hosts = headers.get_all("Origin"), headers.get_all("Host")
    own = {f"{scheme}://{host}" for host in hosts for scheme in ("http", "https", "ws", "wss")}
    return not origins or (own_allowed and set(origins) <= own)


def admit_screen(
    monitor: Monitor, headers: Headers, *, credential: str, cookie_key: bytes, pages: Pages
) -> Guest | Refusal | None:
    """Whose cookies came with a handshake on ``/live``; None for a program with the local credential."""
    trusted = has_credential(headers, credential)
    origin = headers.get_all("Origin")
    if (origin or not trusted) and not pages.are_of(origin, headers.get_all("Host")):
        return OTHER_ORIGIN
    if trusted:
        return None
    sign_in = read_cookie(cookie_key, _cookie(headers, COOKIE_NAME))
    station = read_station(cookie_key, _cookie(headers, STATION_COOKIE_NAME))
    holder = holder_of(cookie_key, station, monitor.pass_holders()) if station else None
    station_id = station.id if station and holder else ""
    if sign_in is not None and orderer(monitor, sign_in.operator) is None:
        # Nor as the station that somebody else left open there.
        return Refusal(403, "nobody is signed in")
    if sign_in is not None and is_current(
        monitor, sign_in.operator, sign_in.generation, sign_in.id
    ):
        name, ends_at_s, generation, idle_s, until_s, sign_in_id = sign_in
        return Guest(name, station_id, ends_at_s, generation, idle_s, until_s, sign_in=sign_in_id)
    if not holder:
        return Refusal(403, "nobody is signed in")
    return Guest("", station_id, pass_holder=holder.name, passwords=holder.passwords)


def is_current(monitor: Monitor, name: str, generation: int, sign_in: str) -> bool:
    """Whether a sign-in still counts: not once it was signed out, here or everywhere, nor after a new password."""
    operator = monitor.operator(name)
    if operator is None or monitor.is_signed_out(sign_in):
        return False
    return operator.generation == generation


def orderer(monitor: Monitor, name: str, *, console_allowed: bool = False) -> Orderer | None:
    """The operator of this name with the role on record; None for an unknown or disabled one."""
    if console_allowed and name.startswith(CONSOLE) and len(name) > len(CONSOLE):
        return Orderer(name, ADMINISTRATOR)
    operator = monitor.operator(name)
    if operator is None or operator.disabled:
        return None
    return Orderer(operator.name, operator.role)


def peer_of(monitor: Monitor, guest: Guest | None) -> str:
    """Who a screen is in the table of permissions: a role, a locked station, or a program without a ``guest``."""
    if guest is None:
        return PROGRAM
    by = orderer(monitor, guest.operator)
    return STATION if by is None else by.role


def has_credential(headers: Headers, credential: str) -> bool:
    """Whether the request carries the local credential."""
    token = bearer(headers)
    return token is not None and hmac.compare_digest(token.encode(), credential.encode())


def bearer(headers: Headers) -> str | None:
    """The token of an ``Authorization: Bearer`` header, or None when there is no usable one."""
    try:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
    except MultipleValuesError:
        return None
    token = token.strip()
    return token if scheme.lower() == "bearer" and token else None


def is_loopback(address: object) -> bool:
    """Whether a socket's peer address is this machine."""
    host = address[0] if isinstance(address, tuple) and address else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _cookie(headers: Headers, name: str) -> str:
    # Cookie by cookie: the parser gives up at the first one it cannot read, which may be anybody's.
    jar: SimpleCookie = SimpleCookie()
    for header in headers.get_all("Cookie"):
        for cookie in header.split(";"):
            if cookie.strip().startswith(f"{name}="):
                jar.load(cookie)
    return jar[name].value if name in jar else ""
