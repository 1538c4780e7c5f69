"""What the processes of a contestant cost: processor time and memory of one and all below it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.soak.vitals import children, of_tree

_TICK = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Processor time so far of a process and all below it, threads and ended children included."""
    return _own_seconds(pid) + sum(processor_seconds(child) for child in children(pid))


def memory_mb(pid: int) -> float:
    """What a process and all below it hold, in megabytes; what several share is counted once."""
    return of_tree(pid)


def _own_seconds(pid: int) -> float:
    try:
        said = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        # It ended between being listed and being read.
        return 0.0
    fields = said.rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / _TICK
