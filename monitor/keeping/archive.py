"""What a backup is made of: a gzipped tar, its list of contents with their hashes in front."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.domain.readings import Instant
from monitor.storage.chain import HEAD_NAME
from monitor.storage.engine import DATABASE_NAME

LIST_NAME = "backup.json"
KEY_NAME = "keys/journal.key"
CONFIG_NAME = "config.toml"
NAMES = (DATABASE_NAME, HEAD_NAME, KEY_NAME, CONFIG_NAME)
"""What may be in a backup; all but the settings must be."""
_LONGEST_LIST = 64 * 1024
_PIECE_BYTES = 256 * 1024


class BackupDamagedError(RuntimeError):
    """The file is no whole and untouched backup; the message says what is wrong with it."""


class Part(BaseModel):
    """A file of the backup."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    bytes: int = Field(ge=0)
    sha256: str


class Contents(BaseModel):
    """``backup.json``: what the backup holds and where it came from."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    version: int = Field(1, ge=1, le=1)
    program: str
    simulated: bool
    made_at: Instant
    recorded_to: Instant
    """The newest moment on record, by the clock of the record."""
    schema_revision: str
    batch: int
    mac: str
    parts: dict[str, Part]


def part_of(path: Path) -> Part:
    """A file as the list has it. Raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(bytes=path.stat().st_size, sha256=digest)


def packed(contents: Contents, folder: Path) -> Iterator[bytes]:
    """The archive in pieces. Raises OSError."""
    packer = zlib.compressobj(1, wbits=31)
    listed = contents.model_dump_json(indent=1).encode()
    for piece in _tar(listed, contents, folder):
        if made := packer.compress(piece):
            yield made
    yield packer.flush()


def _tar(listed: bytes, contents: Contents, folder: Path) -> Iterator[bytes]:
    with BytesIO(listed) as file:
        yield from _member(LIST_NAME, len(listed), file)
    for name, part in contents.parts.items():
        with (folder / name).open("rb") as file:
            yield from _member(name, part.bytes, file)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _member(name: str, size: int, file: IO[bytes]) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    yield info.tobuf(tarfile.GNU_FORMAT)
    while piece := file.read(_PIECE_BYTES):
        yield piece
    yield bytes(-size % tarfile.BLOCKSIZE)


def unpack(file: BinaryIO, folder: Path, spare_bytes: int) -> Contents:
    """Put a backup's parts into a folder, each as its hash says.

    Raises BackupDamagedError; OSError where they cannot be written, or would leave less room than ``spare_bytes``.
    """
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as plain:
            with tarfile.open(fileobj=plain, mode="r|") as archive:
                contents = _unpacked(archive, folder, spare_bytes)
            # To the end: there is the checksum of it all.
            while plain.read(_PIECE_BYTES):
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupDamagedError(f"it is damaged or incomplete: {error}") from error
    return contents


def _unpacked(archive: tarfile.TarFile, folder: Path, spare_bytes: int) -> Contents:
    contents = _contents(archive)
    needed, free = sum(p.bytes for p in contents.parts.values()), shutil.disk_usage(folder).free
    if free < needed + spare_bytes:
        raise OSError(28, f"{needed / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB are free")
    (folder / KEY_NAME).parent.mkdir(mode=0o700)
    for name, part in contents.parts.items():
        _take(archive, name, part, folder / name)
    if archive.next() is not None:
        raise BackupDamagedError("it holds more than its list says")
    return contents


def _contents(archive: tarfile.TarFile) -> Contents:
    found = archive.next()
    file = None if found is None else archive.extractfile(found)
    if (
        found is None
        or file is None
        or (found.name, found.size > _LONGEST_LIST) != (LIST_NAME, False)
    ):
        raise BackupDamagedError("it is no backup of this program: it does not begin with its list")
    try:
        contents = Contents.model_validate_json(file.read())
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise BackupDamagedError(
            f"its list cannot be read: {wrong['loc']} {wrong['msg']}"
        ) from None
    names = set(contents.parts)
    if names - set(NAMES) or set(NAMES) - names - {CONFIG_NAME}:
        raise BackupDamagedError(f"it holds {', '.join(sorted(names))}, which is no whole record")
    return contents


def _take(archive: tarfile.TarFile, name: str, part: Part, target: Path) -> None:
    found = archive.next()
    file = None if found is None else archive.extractfile(found)
    if found is None or file is None or found.name != name:
        raise BackupDamagedError(f"it is incomplete: {name} is missing")
    digest = hashlib.sha256()
    with target.open("xb") as copy:
        target.chmod(0o600)
        while piece := file.read(_PIECE_BYTES):
            copy.write(piece)
            digest.update(piece)
    if (found.size, digest.hexdigest()) != (part.bytes, part.sha256):
        raise BackupDamagedError(f"{name} in it is damaged")
