"""Files that are complete or absent, each with a seal that says what it holds and where it came from."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from monitor.export.unnamed_file import UnnamedFile

NOTE = "Made by infusion-monitor, which is not a certified medical device."


@dataclass(frozen=True, slots=True)
class Seal:
    """What lies beside an export as ``FILE.seal.json``.

    ``batch`` and ``mac`` say which record it was made from: they are the session's seal, which ``infusion-monitor
    verify`` proves. ``verified``: whether the session's batches were proven untouched when the file was made; where
    they were not, ``fault`` says what was found, and is left out where nobody looked.
    """

    session: str
    rows: int
    sha256: str
    batch: int
    mac: str
    simulated: bool
    note: str = NOTE
    open: bool = False
    """The session had not ended: what is here is not all of it."""
    deidentified: bool = False
    verified: bool = False
    fault: str = ""

    def as_json(self) -> str:
        """The seal's own file; what is not the case is left out."""
        said = {name: value for name, value in asdict(self).items() if name not in _IF_TRUE}
        said |= {name: getattr(self, name) for name in _IF_TRUE if getattr(self, name)}
        return json.dumps(said, indent=2) + "\n"


_IF_TRUE = ("open", "deidentified", "fault")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file to be: its content in pieces, made while it is written, and its seal but for the hash."""

    path: Path
    content: Iterable[bytes]
    seal: Seal


@dataclass(frozen=True, slots=True)
class _Ready:
    """A file and its seal, on the disk and not named yet."""

    path: Path
    file: UnnamedFile
    beside: Path
    seal_file: UnnamedFile


def write_sealed(sheets: Sequence[Sheet]) -> list[Seal]:
    """Put the files and their seals in place. Raises OSError; then no seal lies beside a file it does not speak of.

    The old seals go first and the new ones come last: wherever this is interrupted, a seal that is there is true of
    the whole file beside it, and a file of which nobody can vouch has none.
    """
    with ExitStack() as held:
        for sheet in sheets:
            _refuse_to_replace(sheet.path)
        made = [_made(held, sheet) for sheet in sheets]
        # All is on the disk by now: what is left is giving it its names.
        _name_all([ready for ready, _ in made])
    return [seal for _, seal in made]


def _refuse_to_replace(path: Path) -> None:
    """An older export is replaced; a folder or a device is none. Raises OSError."""
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        code = errno.EISDIR if path.is_dir() else errno.EEXIST
        raise OSError(code, os.strerror(code), str(path))


def _made(held: ExitStack, sheet: Sheet) -> tuple[_Ready, Seal]:
    file = held.enter_context(UnnamedFile(sheet.path.parent))
    seal = replace(sheet.seal, sha256=file.fill(sheet.content))
    beside = sheet.path.with_name(f"{sheet.path.name}.seal.json")
    seal_file = held.enter_context(UnnamedFile(beside.parent))
    seal_file.fill([seal.as_json().encode()])
    return _Ready(sheet.path, file, beside, seal_file), seal


def _name_all(made: Sequence[_Ready]) -> None:
    for ready in made:
        ready.beside.unlink(missing_ok=True)
    _sync_folders(made)
    named: list[Path] = []
    try:
        for ready in made:
            ready.file.take_place(ready.path)
            named.append(ready.path)
        _sync_folders(made)
        for ready in made:
            ready.seal_file.take_place(ready.beside)
            named.append(ready.beside)
    except OSError:
        # An export that failed leaves no file that looks like one.
        for path in named:
            path.unlink()
        raise
    _sync_folders(made)


def _sync_folders(made: Sequence[_Ready]) -> None:
    """Without it a power cut may take the new names back."""
    for folder in {ready.path.parent for ready in made}:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
