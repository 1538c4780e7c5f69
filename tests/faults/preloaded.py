"""Libraries that are loaded before a program's own, made of the C files beside this one."""

from __future__ import annotations

import shutil
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
