"""A file that is complete or absent, and the seal that says what it holds and where it came from."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
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
    """Put the file and its seal in place, the seal first: a file that is there has its seal. Raises OSError."""
    _replace(
        out.with_name(f"{out.name}.seal.json"), json.dumps(asdict(seal), indent=2).encode() + b"\n"
    )
    _replace(out, content)


def _replace(out: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(out.parent)


def _sync_directory(directory: Path) -> None:
    """Without it a power cut may take the new name back."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
