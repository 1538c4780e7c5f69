"""Finds all processes of a browser, to make it stand still."""

from __future__ import annotations

from pathlib import Path


def processes_of(profile: Path) -> list[int]:
    """Every process of the browser that runs on a profile, its renderers included."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (entry / "cmdline").exists():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(profile).encode() in words:
                found.append(int(entry.name))
    return found


def descendants(pids: list[int]) -> set[int]:
    """The processes and all their children."""
    known = set(pids)
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(status[1])
    while grown := {pid for pid, parent in parents.items() if parent in known} - known:
        known |= grown
    return known
