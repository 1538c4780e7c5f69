"""Run as a program: erases a patient again and again, each time killed at another point of it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import structlog

from monitor.data_directory import open_existing
from monitor.keeping import erasing
from monitor.service.erasing import ErasureAsked
from monitor.storage import eraser, journal, sweeping
from tests.storage.erasing import LATER, PATIENTS

POINTS = {
    "begun": (erasing, "open_journal"),
    "rows dropped": (eraser, "_RemainsWalk"),
    "told": (journal, "settle"),
    "committed": (erasing, "sweep"),
    "swept": (sweeping, "sync_folder"),
}
"""What is not reached any more."""


def killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    prepared, folder = map(Path, sys.argv[1:])
    for point, (module, name) in POINTS.items():
        data = shutil.copytree(prepared, folder / point)
        child = os.fork()
        if not child:
            setattr(module, name, killed)
            asked = ErasureAsked(PATIENTS[0], "kari", "ola", "asked for it")
            erasing.erase_patient(open_existing(data), asked, station="console:test", now=LATER)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL, point


if __name__ == "__main__":
    main()
