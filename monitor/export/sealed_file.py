"""A file that is complete or absent, and the seal that says what it holds and where it came from."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

NOTE = "Made by infusion-monitor, which is not a certified medical device."


@dataclass(frozen=True, slots=True)
class Seal:
    """What lies beside an export as ``FILE.seal.json``; the chain's head says which record it was made from."""

    session: str
    rows: int
    sha256: str
    batch: int
    mac: str
    simulated: bool
    note: str = NOTE


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_sealed(out: Path, content: bytes, seal: Seal) -> None:
    """Put the file and its seal in place. Raises OSError; then no seal lies beside a file that it does not speak of.

    The old seal goes first and the new one comes last: wherever this is interrupted, a seal that is there is true of
    the whole file beside it, and a file of which nobody can vouch has none.
    """
    sealed = json.dumps(asdict(seal), indent=2).encode() + b"\n"
    beside = out.with_name(f"{out.name}.seal.json")
    with _on_disk(beside, sealed) as seal_file, _on_disk(out, content) as file:
        # Both are on the disk by now: what is left is giving them their names.
        if out.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(out))
        beside.unlink(missing_ok=True)
        _sync(out.parent)
        file.replace(out)
        _sync(out.parent)
        _name_seal(seal_file, beside, out)
        _sync(out.parent)


def _name_seal(seal_file: Path, beside: Path, out: Path) -> None:
    try:
        seal_file.replace(beside)
    except OSError:
        # An export that failed leaves no file that looks like one.
        out.unlink()
        raise


@contextmanager
def _on_disk(out: Path, content: bytes) -> Iterator[Path]:
    """The content under a temporary name beside ``out``; gone again unless it was renamed."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _sync(directory: Path) -> None:
    """Without it a power cut may take the new names back."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
