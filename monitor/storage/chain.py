"""The chain: each committed batch carries a keyed hash over the one before and over everything stored with it."""

from __future__ import annotations

import hmac
import json
import os
import re
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from monitor.service.batches import ChainHead
from monitor.service.journal_keys import JournalKeys

HEAD_NAME = "journal.head"
MAC_BYTES = 12
"""96 bits: enough for a keyed hash that nobody can try out, and it is paid for with each small batch."""
NO_HEAD = ChainHead(0, "")
_HEAD_FORMAT = "{:016d} {} {}\n"
_HEAD_BYTES = 16 + 2 * (1 + 2 * MAC_BYTES) + 1
_UNSEALED = re.compile(rb"[0-9]{16} [0-9a-f]{%d}\n" % (2 * MAC_BYTES))
"""As versions before schema 0004 wrote it."""

_encode = json.JSONEncoder(
    ensure_ascii=True, check_circular=False, allow_nan=False, separators=(",", ":")
).encode


class JournalDamagedError(RuntimeError):
    """The database does not hold what the head outside of it says was committed."""


class Content(NamedTuple):
    """What a batch's hash speaks of, as it lies in the tables.

    ``names`` says what the small numbers in the rows mean, so that changing a dictionary breaks the chain too.
    """

    batch_id: int
    elapsed: int
    """Milliseconds since the batch before; for the first after an opening, since the epoch."""
    last_n: int
    names: dict[str, Any]
    readings: Sequence[Sequence[Any]]
    rejected: Sequence[Sequence[Any]]
    positions: str | None
    facts: Sequence[Sequence[Any]]


def mac_of(key: bytes, previous: bytes, content: Content) -> bytes:
    """The keyed hash of a batch. ``previous`` is the hash of the batch before, empty for the first."""
    digest = blake2b(previous, digest_size=MAC_BYTES, key=key)
    digest.update(_encode(content).encode("ascii"))
    return digest.digest()


class HeadFile:
    """The newest batch and its hash, in a file of fixed size beside the database.

    Sealed with the key: else whoever cut off the newest batches could write the head of those that are left.
    """

    def __init__(self, path: Path, key: bytes, accepted: Sequence[bytes] = ()) -> None:
        """``key`` seals what is written; what was sealed with one of ``accepted`` is read too."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._path = path
        self._key = key
        self._accepted = (key, *accepted)

    def read(self) -> ChainHead:
        """What was written last; batch 0 for a new file. Raises JournalDamagedError for anything else."""
        return _parse(os.pread(self._file, 2 * _HEAD_BYTES, 0), self._path, self._accepted)

    def write(self, head: ChainHead) -> None:
        """Replace the record in place. Raises OSError."""
        record = _HEAD_FORMAT.format(*head, _seal_of(head, self._key))
        os.pwrite(self._file, record.encode("ascii"), 0)

    def write_sealed_with(self, key: bytes, head: ChainHead) -> None:
        """The same under another key from now on, and durable: the old one is not accepted for long. Raises OSError."""
        self._key, self._accepted = key, (key,)
        self.write(head)
        os.fsync(self._file)

    def close(self) -> None:
        """Release the file; again is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def read_head(path: Path, keys: bytes) -> ChainHead:
    """The head file's record; batch 0 when there is none. Raises JournalDamagedError for anything else."""
    accepted = JournalKeys.read(keys).of_the_head
    return _parse(path.read_bytes(), path, accepted) if path.exists() else NO_HEAD


def seal_old_head(path: Path, key: bytes) -> None:
    """Seal a head as versions before schema 0004 wrote it. For a database of such a version, at its migration."""
    record = path.read_bytes() if path.exists() else b""
    if _UNSEALED.fullmatch(record):
        number, mac = record.decode("ascii").split()
        head_file = HeadFile(path, key)
        try:
            head_file.write(ChainHead(int(number), mac))
        finally:
            head_file.close()


def _seal_of(head: ChainHead, key: bytes) -> str:
    said = "{:016d} {}".format(*head).encode("ascii")
    return blake2b(said, digest_size=MAC_BYTES, key=key, person=b"head").hexdigest()


def _parse(record: bytes, path: Path, accepted: Sequence[bytes]) -> ChainHead:
    if not record:
        return NO_HEAD
    number, mac, seal = (*record.decode("ascii", "replace").rstrip("\n").split(" "), "", "", "")[:3]
    if len(record) != _HEAD_BYTES or not number.isdigit() or len(mac) != 2 * MAC_BYTES:
        raise JournalDamagedError(f"{path} is not a journal head")
    head = ChainHead(int(number), mac)
    if not any(hmac.compare_digest(seal, _seal_of(head, key)) for key in accepted):
        raise JournalDamagedError(f"{path} was not written by this monitor: its seal is wrong")
    return head
