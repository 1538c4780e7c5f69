"""Who is speaking: device tokens, operators' passwords, and the signed cookie of a signed-in operator."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, TimestampSigner

COOKIE_NAME = "infusion_monitor_operator"
COOKIE_MAX_AGE_S = 12 * 3600


def new_token() -> str:
    """A fresh device token of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of a token. Plain SHA-256 suffices: a token is 256 random bits and cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_cookie(key: bytes, operator: str) -> str:
    """The cookie of an operator who has just signed in."""
    return TimestampSigner(key, salt=COOKIE_NAME).sign(operator).decode()


def read_cookie(key: bytes, cookie: str, max_age_s: int = COOKIE_MAX_AGE_S) -> str | None:
    """The operator's name, or None for a forged or expired cookie."""
    try:
        return TimestampSigner(key, salt=COOKIE_NAME).unsign(cookie, max_age=max_age_s).decode()
    except BadSignature:
        return None


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
