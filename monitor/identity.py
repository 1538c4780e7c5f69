"""Who is speaking: device tokens, operators' passwords, and the signed cookies of an operator and of a station."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import NamedTuple

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, TimestampSigner

COOKIE_NAME = "infusion_monitor_operator"
COOKIE_MAX_AGE_S = 12 * 3600
STATION_COOKIE_NAME = "infusion_monitor_station"
STATION_MAX_AGE_S = 30 * 24 * 3600
"""A station where nobody signed in for so long is no station of the ward any more."""
MOST_NAMES = 12
"""Of those who signed in at a station its pass names so many."""


class SignIn(NamedTuple):
    """A sign-in that a cookie proves. Times in seconds since the epoch.

    ``generation``: a sign-in of an earlier one than the operator's is over, wherever it was.
    """

    operator: str
    ends_at_s: float
    """When it locks unless a hand does something."""
    generation: int = 0
    idle_s: int = COOKIE_MAX_AGE_S
    until_s: int = 0
    """When it is over in any case."""
    id: str = ""
    """Its own, from the sign-in until it is over: signing out ends this one and no other."""


class Station(NamedTuple):
    """A browser in which somebody has signed in: it may show the ward, and nothing more. It names no operator."""

    id: str
    language: str
    """The holder's."""
    holder: str
    """The tag of who signed in there last: the pass is worth nothing once they are disabled or have a new password."""
    names: str = ""
    """The tags of those who signed in there, the last one first: they have shown that they belong there."""


class Holder(NamedTuple):
    """Who may hold a pass, and how often that operator was given a new password."""

    name: str
    passwords: int


def new_token() -> str:
    """A fresh device token of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of a token. Plain SHA-256 suffices: a token is 256 random bits and cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_cookie(
    key: bytes,
    operator: str,
    *,
    generation: int = 0,
    idle_s: int = COOKIE_MAX_AGE_S,
    until_s: int | None = None,
    sign_in: str = "",
) -> str:
    """The cookie of an operator whose hand did something just now.

    Without ``until_s`` and the ``sign_in``'s id a sign-in begins.
    """
    signer = TimestampSigner(key, salt=COOKIE_NAME)
    until_s = signer.get_timestamp() + COOKIE_MAX_AGE_S if until_s is None else until_s
    sign_in = sign_in or secrets.token_hex(8)
    return signer.sign(f"{sign_in}.{generation}.{idle_s}.{until_s}.{operator}").decode()


def read_cookie(key: bytes, cookie: str) -> SignIn | None:
    """Whose sign-in it is, or None for a forged one, one that is over, and one where no hand did anything for long."""
    signer = TimestampSigner(key, salt=COOKIE_NAME)
    try:
        value, signed_at = signer.unsign(cookie, max_age=COOKIE_MAX_AGE_S, return_timestamp=True)
        sign_in_id, generation, idle_s, until_s, operator = value.decode().split(".", 4)
        sign_in = SignIn(operator, 0.0, int(generation), int(idle_s), int(until_s), sign_in_id)
    except (BadSignature, ValueError):
        return None
    ends_at_s = min(float(sign_in.until_s), signed_at.timestamp() + sign_in.idle_s)
    return sign_in._replace(ends_at_s=ends_at_s) if signer.get_timestamp() < ends_at_s else None


def new_station(language: str, holder: str) -> Station:
    """A browser that was not known yet."""
    return Station(secrets.token_hex(8), language, holder)


def was_here(key: bytes, station: Station, name: str) -> bool:
    """Whether this operator is one of the last who signed in at the station."""
    return _name_tag(key, name) in station.names.split(".")


def came_here(key: bytes, station: Station, name: str) -> Station:
    """The station after this operator has signed in there."""
    tag = _name_tag(key, name)
    others = [known for known in station.names.split(".") if known and known != tag]
    return station._replace(names=".".join([tag, *others][:MOST_NAMES]))


def _name_tag(key: bytes, name: str) -> str:
    return hmac.new(key, f"was here {name}".encode(), "sha256").hexdigest()[:16]


def holder_tag(key: bytes, name: str, passwords: int = 0) -> str:
    """What stands for an operator in a pass; by ``key``, so that nobody can try out who it is.

    ``passwords``: how often the operator was given a new one.
    """
    return hmac.new(key, f"holder {passwords} {name}".encode(), "sha256").hexdigest()[:16]


def holder_of(key: bytes, station: Station, operators: Iterable[Holder]) -> Holder | None:
    """Whose pass it is, of these operators; None when it is nobody's of them."""
    return next(
        (one for one in operators if hmac.compare_digest(holder_tag(key, *one), station.holder)),
        None,
    )


def sign_station(key: bytes, station: Station) -> str:
    """The cookie of a station."""
    signer = TimestampSigner(key, salt=STATION_COOKIE_NAME)
    return signer.sign("-".join(station)).decode()


def read_station(key: bytes, cookie: str) -> Station | None:
    """The station, or None for a forged or expired cookie."""
    signer = TimestampSigner(key, salt=STATION_COOKIE_NAME)
    try:
        value = signer.unsign(cookie, max_age=STATION_MAX_AGE_S).decode()
        station_id, language, holder, names = value.split("-", 3)
    except (BadSignature, ValueError):
        return None
    return Station(station_id, language, holder, names)


class ArgonHasher:
    """Argon2id with the library's defaults (RFC 9106, low-memory profile)."""

    def __init__(self) -> None:
        self._argon2 = Argon2()

    def hash(self, password: str) -> str:
        """A salted hash to keep."""
        return self._argon2.hash(password)

    def verify(self, password_hash: str, password: str) -> bool:
        """Whether the password is the one that was hashed; False also for a damaged hash."""
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
