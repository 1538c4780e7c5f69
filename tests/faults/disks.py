"""Disks of a test's own that can be filled and set read-only, where the machine allows it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BLOCK = b"\0" * 65536


@contextmanager
def small_disk(directory: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory of this size, for the length of the block. Skips the test where it cannot be had."""
    directory.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(directory))
    try:
        yield directory
    finally:
        _unmount(directory)


@contextmanager
def read_only(directory: Path) -> Iterator[None]:
    """The directory cannot be written for the length of the block, not even by root."""
    _mount("--bind", str(directory), str(directory))
    try:
        _mount("-o", "remount,bind,ro", str(directory))
        yield
    finally:
        _unmount(directory)


def fill(disk: Path) -> Path:
    """Take all the room that is left; the file that takes it."""
    ballast = disk / "ballast"
    file = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (len(_BLOCK), 512):
            while _written(file, _BLOCK[:size]):
                pass
    finally:
        os.close(file)
    return ballast


def _written(file: int, block: bytes) -> bool:
    try:
        return os.write(file, block) == len(block)
    except OSError:
        return False


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine allows no mount: {done.stderr.strip()}")


def _unmount(directory: Path) -> None:
    # Lazily: whoever still holds a file there ends on its own.
    subprocess.run(["umount", "-l", str(directory)], check=True)
