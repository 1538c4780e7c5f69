"""Takes the open files away that a process may still have."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def out_of_files(pid: int) -> Iterator[None]:
    """For the length of the block the process gets no file beyond the highest one that it has."""
    highest = max(int(file.name) for file in Path(f"/proc/{pid}/fd").iterdir())
    _, hard = before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (highest + 1, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
