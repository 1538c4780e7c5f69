"""What is held back is free in a shortage, and held again when that is over."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.gateway.spare_files import SpareFiles

SPARE, MARGIN = 4, 2


@pytest.fixture
def files() -> Iterator[SpareFiles]:
    files = SpareFiles(SPARE, MARGIN)
    yield files
    files.close()


@contextmanager
def only_so_many_more(number: int) -> Iterator[None]:
    """A process that may open so many more files."""
    highest = max(int(file.name) for file in Path("/dev/fd").iterdir())
    null = os.open(os.devnull, os.O_RDONLY)
    holes = []
    while (taken := os.dup(null)) < highest + 1:
        holes.append(taken)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken + number, before[1]))
    os.close(taken)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for file in [*holes, null]:
            os.close(file)


def is_short_after(action: Callable[[], None], files: SpareFiles) -> bool:
    action()
    return files.is_short


def opened(most: int) -> list[int]:
    """As many files as there are to be had, at most so many."""
    files: list[int] = []
    try:
        while len(files) < most:
            files.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return files
    return files


def close(files: list[int]) -> None:
    for file in files:
        os.close(file)


def test_while_there_are_files_there_is_no_shortage(files: SpareFiles) -> None:
    assert not is_short_after(files.watch, files)


def test_in_a_shortage_what_was_held_back_is_free_until_there_are_enough_again(
    files: SpareFiles,
) -> None:
    with only_so_many_more(3):
        taken = opened(10)
        assert is_short_after(files.watch, files)
        freed = opened(10)
        assert len(freed) == SPARE
        close(freed)
        assert is_short_after(files.recover, files)
        close(taken)
        assert not is_short_after(files.recover, files)
        left = opened(10)
        assert len(left) == len(taken)
        close(left)
