"""A file that has no name while it is written: who is killed meanwhile leaves nothing behind."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

_OPEN_FILES = "/proc/self/fd"
_PREFIX = ".infusion-monitor-"
_CANNOT = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}
"""How a file system, or an old kernel, says that it has no files without names."""


class UnnamedFile:
    """Use it as a context; ``fill`` it, then let it ``take_place``. What did not is gone in the end.

    Where the file system cannot do without names it has a hidden one, which says nothing of what it is to become.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name: Path | None = None
        self._handle = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._handle)
        if self._name is not None:
            self._name.unlink(missing_ok=True)

    def fill(self, content: Iterable[bytes]) -> str:
        """Write it all, to the disk itself; the SHA-256 of it. Raises OSError."""
        digest = hashlib.sha256()
        with os.fdopen(os.dup(self._handle), "wb") as file:
            for piece in content:
                file.write(piece)
                digest.update(piece)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest()

    def opened(self) -> BinaryIO:
        """What it holds so far, for reading and writing, from its beginning; closing it closes nothing else."""
        file = os.fdopen(os.dup(self._handle), "r+b")
        file.seek(0)
        return file

    def take_place(self, path: Path) -> None:
        """Be the file of that name, in the place of an older one. Raises OSError."""
        if self._name is None:
            name = self._folder / f"{_PREFIX}{secrets.token_hex(8)}"
            open_files = os.open(_OPEN_FILES, os.O_RDONLY)
            try:
                # Only with a folder given does it go to the file itself and not to the link that stands for it.
                os.link(str(self._handle), name, src_dir_fd=open_files)
            finally:
                os.close(open_files)
            self._name = name
        self._name.replace(path)
        self._name = None

    def _opened(self) -> int:
        flag = getattr(os, "O_TMPFILE", 0)
        if flag and Path(_OPEN_FILES).is_dir():
            try:
                return os.open(self._folder, flag | os.O_RDWR, 0o600)
            except OSError as error:
                if error.errno not in _CANNOT or not self._folder.is_dir():
                    raise
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=_PREFIX)
        self._name = Path(name)
        return handle
