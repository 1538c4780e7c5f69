"""Libraries that are loaded before a program's own, made of the C files beside this one."""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent


def library(name: str, folder: Path) -> Path:
    """``NAME.c`` as a library in this folder, for LD_PRELOAD. Skips the test where none can be made."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip(f"this machine has no C compiler to make {name}.c with")
    made = folder / f"{name}.so"
    source = str(_FOLDER / f"{name}.c")
    flags = ("-shared", "-fPIC", "-O1", "-o", str(made), source, "-ldl", "-lpthread", "-lm")
    subprocess.run([compiler, *flags], check=True)
    return made


class Dial:
    """A number that a library named after it follows while its program runs; 0 at first."""

    def __init__(self, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = folder / name
        file.write_bytes(struct.pack("d", 0))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), 8)
        monkeypatch.setenv(name.upper(), str(file))
        monkeypatch.setenv("LD_PRELOAD", str(library(name, folder)))

    def turn(self, number: float) -> None:
        """What it is from now on."""
        self._memory[:] = struct.pack("d", number)
