"""The keys of the journal's chain: the one in force, those before it, which only prove, and one that is coming."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

KEY_BYTES = 32
_COMING = b"?"
"""Stands behind the last key for as long as only the record can say whether that one is in force yet."""


class JournalKeys(NamedTuple):
    """As they lie in their file, one after the other. Each batch is sealed with the key in force before it."""

    kept: tuple[bytes, ...]
    """Oldest first; the record has a fact for each but the first, which the key before still sealed."""
    coming: bytes | None = None
    """In force if the record has the fact."""

    @classmethod
    def read(cls, content: bytes) -> JournalKeys:
        """Raises ValueError for what is no such file."""
        is_coming = len(content) % KEY_BYTES == 1 and content.endswith(_COMING)
        whole = content[:-1] if is_coming else content
        keys = tuple(whole[at : at + KEY_BYTES] for at in range(0, len(whole), KEY_BYTES))
        if len(keys) < 1 + is_coming or len(keys[-1]) != KEY_BYTES:
            raise ValueError(f"it has {len(content)} bytes")
        return cls(keys[:-1], keys[-1]) if is_coming else cls(keys)

    def content(self) -> bytes:
        """What ``read`` reads."""
        return b"".join(self.kept) + (b"" if self.coming is None else self.coming + _COMING)

    @property
    def known(self) -> tuple[bytes, ...]:
        """All of them, oldest first."""
        return self.kept if self.coming is None else (*self.kept, self.coming)

    @property
    def of_the_head(self) -> tuple[bytes, ...]:
        """Those with which the end of the record may be sealed. An older key, which may have leaked, is none."""
        return self.known[len(self.kept) - 1 :]

    def as_of(self, rotations: int) -> JournalKeys:
        """Those that a record with so many rotations needs. Raises ValueError where they are not among these."""
        if not len(self.kept) - 1 <= rotations < len(self.known):
            raise ValueError(f"a record with {rotations} rotations goes with {rotations + 1} keys")
        return JournalKeys(self.known[: rotations + 1])


def fingerprint(key: bytes) -> str:
    """Names a key and tells nothing of it: it is made of 256 random bits, which nobody can try out."""
    return blake2b(key, digest_size=16, person=b"journal key").hexdigest()
