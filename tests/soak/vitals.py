"""What a running process holds, as Linux and the gateway tell it."""

from __future__ import annotations

import urllib.request
from pathlib import Path

MB = 1_000_000
PREFIX = "infusion_monitor_"
_COUNTED = ("tasks", "devices_connected", "screens_connected", "queue_depth", "readings_total")
_PATIENCE_S = 30


def of_process(name: str, pid: int) -> dict[str, float]:
    """Resident megabytes, open descriptors and threads of a process, each named after it."""
    held = Path(f"/proc/{pid}")
    return {
        f"{name} memory": rolled_up(pid, "Rss"),
        f"{name} descriptors": float(len(list((held / "fd").iterdir()))),
        f"{name} threads": float(len(list((held / "task").iterdir()))),
    }


def rolled_up(pid: int, what: str) -> float:
    """Megabytes of one kind (``Rss``, ``Pss``) over all of a process's mappings."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / MB for line in lines if line.startswith(f"{what}:"))


def of_tree(pid: int) -> float:
    """Megabytes of a process and all below it; what several share is counted once (``Pss``)."""
    below = children(pid)
    try:
        own = rolled_up(pid, "Pss")
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        # It ended while it was looked at; a browser's helpers come and go.
        own = 0.0
    return own + sum(of_tree(child) for child in below)


def children(pid: int) -> list[int]:
    """The processes that this one started and that live; none where it has ended itself."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def of_gateway(gateway_port: int) -> dict[str, float]:
    """The counts that the gateway tells of itself."""
    address = f"http://127.0.0.1:{gateway_port}/metrics"
    with urllib.request.urlopen(address, timeout=_PATIENCE_S) as answer:
        rows = [line.split() for line in answer.read().decode().splitlines() if line[0] != "#"]
    told = {row[0]: float(row[1]) for row in rows if len(row) == 2}
    return {f"gateway {name.replace('_', ' ')}": told[PREFIX + name] for name in _COUNTED}


def of_files(directory: Path) -> dict[str, float]:
    """Megabytes of the database, its write-ahead log included."""
    files = directory.glob("*.sqlite3*")
    return {"database": sum(file.stat().st_size for file in files) / MB}
