"""Encryption of a backup, in the format of age (age-encryption.org), so that other programs open it too.

To a public key it is a plain age file. Under a passphrase the record is encrypted to a key made for it, and that key
by the passphrase (scrypt) in front of it, as age's own encrypted key files are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from pyrage import (
    DecryptError,
    EncryptError,
    IdentityError,
    RecipientError,
    decrypt_io,
    encrypt_io,
    passphrase,
)
from pyrage.x25519 import Identity, Recipient

from monitor.keeping.archive import BackupDamagedError

AGE = b"age-encryption.org/v1\n"
_KEY_LINE = re.compile(rb"infusion-monitor backup under a passphrase, key of (\d{1,4}) bytes\n")
_LONGEST_LINE = 80
_PIECE = 64 * 1024
SHORTEST_PASSPHRASE = 12


class LockError(ValueError):
    """A key or passphrase that cannot be used, or is not the one; the message says which and never repeats it."""


@dataclass(frozen=True, slots=True)
class Lock:
    """How a backup is closed or opened: by nothing, a passphrase, or keys."""

    passphrase: str = ""
    recipients: tuple[str, ...] = ()
    """Public keys: they close it."""
    identities: tuple[str, ...] = ()
    """Secret keys: they open it."""

    @property
    def closes(self) -> bool:
        """Whether what is written with it is encrypted."""
        return bool(self.passphrase or self.recipients)

    @property
    def can_open(self) -> bool:
        """Whether what was written with it can be read with it too."""
        return not self.recipients or bool(self.identities)


def new_key() -> tuple[str, str]:
    """A new secret key and its public key."""
    made = Identity.generate()
    return str(made), str(made.to_public())


def lock_by_passphrase(text: str, *, closing: bool) -> Lock:
    """Raises LockError for a passphrase that anybody could try out."""
    if closing and len(text) < SHORTEST_PASSPHRASE:
        raise LockError(f"a passphrase needs at least {SHORTEST_PASSPHRASE} characters")
    if not text:
        raise LockError("the passphrase is empty")
    return Lock(passphrase=text)


def lock_by_keys(text: str) -> Lock:
    """From the text of a key file: public keys, or secret ones as age-keygen writes them. Raises LockError."""
    lines = [line.strip() for line in text.splitlines()]
    named = [line for line in lines if line and not line.startswith("#")]
    secret = [line for line in named if line.upper().startswith("AGE-SECRET-KEY-1")]
    try:
        public = [str(Identity.from_str(line).to_public()) for line in secret]
        public += [str(Recipient.from_str(line)) for line in named if line not in secret]
    except (IdentityError, RecipientError):
        raise LockError("it holds a line that is no age key") from None
    if not public:
        raise LockError("it holds no age key")
    return Lock(recipients=tuple(public), identities=tuple(secret))


def write_locked(pieces: Iterable[bytes], file: BinaryIO, lock: Lock) -> None:
    """Write the pieces as the lock says. Raises what making and writing them raises."""
    if not lock.closes:
        file.writelines(pieces)
        return
    recipients = [Recipient.from_str(key) for key in lock.recipients]
    if lock.passphrase:
        made = Identity.generate()
        key = passphrase.encrypt(str(made).encode(), lock.passphrase)
        file.write(
            b"infusion-monitor backup under a passphrase, key of %d bytes\n" % len(key) + key
        )
        recipients = [made.to_public()]
    reader, writer = _Reader(iter(pieces)), _Writer(file)
    _passing_on(lambda: encrypt_io(reader, writer, recipients), reader, writer)


def is_locked(file: BinaryIO) -> bool:
    """Whether it is encrypted; the file is at its beginning afterwards."""
    line = file.readline(_LONGEST_LINE)
    file.seek(0)
    return line == AGE or _KEY_LINE.fullmatch(line) is not None


def unlock(file: BinaryIO, plain: BinaryIO, lock: Lock) -> None:
    """Decrypt a file that is locked. Raises LockError for a wrong key, BackupDamagedError, OSError."""
    line = file.readline(_LONGEST_LINE)
    if (found := _KEY_LINE.fullmatch(line)) is not None:
        if not lock.passphrase:
            raise LockError(
                "it is under a passphrase: give --passphrase, and the passphrase on stdin"
            )
        identities = [_unwrapped(file.read(int(found[1])), lock.passphrase)]
    else:
        if not lock.identities:
            raise LockError("it is encrypted to a key: give --key with the file of the secret key")
        file.seek(0)
        identities = [Identity.from_str(key) for key in lock.identities]
    reader, writer = _Reader(iter(lambda: file.read(_PIECE), b"")), _Writer(plain)
    _passing_on(lambda: decrypt_io(reader, writer, identities), reader, writer)


def _unwrapped(key: bytes, text: str) -> Identity:
    try:
        return Identity.from_str(passphrase.decrypt(key, text).decode())
    except (DecryptError, IdentityError, UnicodeDecodeError):
        raise LockError("the passphrase is wrong, or the file is damaged") from None


def _passing_on(work: Callable[[], object], reader: _Reader, writer: _Writer) -> None:
    """What reading and writing raised comes out as it was; the library makes words of it."""
    try:
        work()
    except (DecryptError, EncryptError, OSError) as error:
        if "no matching keys" in str(error).lower():
            raise LockError("this is not the key that it is encrypted to") from None
        failed = reader.failed or writer.failed
        if failed is not None:
            raise failed from None
        raise BackupDamagedError(f"it is damaged or incomplete: {error}") from None


class _Reader(io.RawIOBase):
    """Pieces as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""
        self.failed: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._left and (piece := next(self._pieces, None)) is not None:
                self._left = piece
        except Exception as error:
            self.failed = error
            raise
        taken = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(taken) :]
        return taken


class _Writer(io.RawIOBase):
    """A file that remembers why it could not be written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failed: Exception | None = None

    def write(self, data: bytes) -> int:  # type: ignore[override]
        try:
            return self._file.write(data)
        except Exception as error:
            self.failed = error
            raise
