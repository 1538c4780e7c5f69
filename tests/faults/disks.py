"""Disks of a test's own that can be filled and set read-only, where the machine allows it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

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


class FailingDisk:
    """A disk of its own at a directory, in a file beside it, which can fail as disks do: Linux then writes no more."""

    def __init__(self, directory: Path, megabytes: int) -> None:
        self.directory = directory
        self._image = directory.with_suffix(".image")
        directory.mkdir()
        with self._image.open("wb") as file:
            file.truncate(megabytes * 2**20)
        _make("mkfs.ext4", "-q", "-F", str(self._image))
        self._mount()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _unmount(self.directory)

    def fail(self) -> None:
        """An error of the file system: it turns read-only under the programs that have files open there."""
        number = self.directory.stat().st_dev
        device = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve().name
        switch = Path(f"/sys/fs/ext4/{device}/trigger_fs_error")
        if not switch.exists():
            pytest.skip("this machine's kernel has no trigger_fs_error")
        # What was in memory is on the disk, as it is after a while: nothing is written from there any more.
        subprocess.run(["sync", "-f", str(self.directory)], check=True)
        switch.write_text("the disk fails")

    def repair(self) -> None:
        """What one does about it; no program may have a file open there."""
        subprocess.run(["umount", str(self.directory)], check=True)
        checked = subprocess.run(
            ["e2fsck", "-f", "-p", str(self._image)], capture_output=True, check=False
        )
        # 1: errors were found, and corrected.
        assert checked.returncode <= 1, checked.stdout
        self._mount()

    def _mount(self) -> None:
        _mount("-o", "loop,errors=remount-ro", str(self._image), str(self.directory))


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


def _make(*command: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"this machine has no {command[0]}")
    subprocess.run(command, check=True)


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine allows no mount: {done.stderr.strip()}")


def _unmount(directory: Path) -> None:
    # Lazily: whoever still holds a file there ends on its own.
    subprocess.run(["umount", "-l", str(directory)], check=True)
