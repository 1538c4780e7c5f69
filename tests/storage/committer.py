"""Run as a program: commits batch after batch and says so on stdout after each commit has returned."""

from __future__ import annotations

import sys
from pathlib import Path

import structlog

from monitor.domain import facts
from monitor.storage import open_journal
from tests.storage.builders import KEY, a_batch, clinic, position, stored

BATCH = 40


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    journal = open_journal(Path(sys.argv[1]), KEY)
    batch_id = journal.commit(clinic()).batch_id
    while True:
        first = (batch_id - 1) * BATCH + 1
        batch = a_batch(
            map(stored, range(first, first + BATCH)), facts.RoomAdded(f"x{batch_id}", "x")
        )
        batch.positions = position(first + BATCH - 1)
        batch_id = journal.commit(batch).batch_id
        sys.stdout.write(f"{batch_id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
