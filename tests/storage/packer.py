"""Run as a program: packs block after block and says so on stdout; or is killed with one half of a step done."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import structlog

from monitor.storage import compactor, open_journal
from tests.storage.builders import KEY
from tests.storage.packing import LATER


def killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if sys.argv[2] == "between":
        setattr(compactor, "drop_rows", killed)  # noqa: B010 - what stands there is not to be called
    journal = open_journal(Path(sys.argv[1]), KEY)
    while journal.compact(LATER):
        sys.stdout.write("packed\n")
        sys.stdout.flush()
    journal.close()


if __name__ == "__main__":
    main()
