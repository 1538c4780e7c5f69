"""The chain: each committed batch carries a keyed hash over the one before and over everything stored with it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from monitor.service.ports import ChainHead

HEAD_NAME = "journal.head"
MAC_BYTES = 12
"""96 bits: enough for a keyed hash that nobody can try out, and it is paid for with each small batch."""
NO_HEAD = ChainHead(0, "")
_HEAD_FORMAT = "{:016d} {}\n"
_HEAD_BYTES = 16 + 1 + 2 * MAC_BYTES + 1

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
    """The newest batch and its hash, in a file of fixed size beside the database."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._path = path

    def read(self) -> ChainHead:
        """What was written last; batch 0 for a new file. Raises JournalDamagedError for anything else."""
        return _parse(os.pread(self._file, 2 * _HEAD_BYTES, 0), self._path)

    def write(self, head: ChainHead) -> None:
        """Replace the record in place. Raises OSError."""
        os.pwrite(self._file, _HEAD_FORMAT.format(*head).encode("ascii"), 0)

    def close(self) -> None:
        """Release the file; again is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def read_head(path: Path) -> ChainHead:
    """The head file's record; batch 0 when there is none. Raises JournalDamagedError for anything else."""
    return _parse(path.read_bytes(), path) if path.exists() else NO_HEAD


def _parse(record: bytes, path: Path) -> ChainHead:
    if not record:
        return NO_HEAD
    number, _, mac = record.decode("ascii", "replace").rstrip("\n").partition(" ")
    if len(record) != _HEAD_BYTES or not number.isdigit() or len(mac) != 2 * MAC_BYTES:
        raise JournalDamagedError(f"{path} is not a journal head")
    return ChainHead(int(number), mac)
