"""A directory's monitor, restored from its record and ready to go on, while nobody else writes there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.data_directory import DataDirectory, DirectoryError

if TYPE_CHECKING:
    from monitor.service.given import Outcome
    from monitor.service.journal_keys import JournalKeys
    from monitor.service.monitor import Monitor
    from monitor.service.ports import Clock, Journal, Records
    from monitor.wire.orders import Order


CONSOLE_ROLE = "administrator"
"""The rights of a command at the machine."""


@dataclass(frozen=True, slots=True)
class OpenedMonitor:
    """A restored monitor with its journal, while no gateway lives."""

    monitor: Monitor
    journal: Journal
    clock: Clock
    records: Records

    def execute(self, order: Order, *, by: str) -> Outcome:
        """Carry out one order and make it durable. Raises JournalUnavailableError."""
        from monitor.domain.permissions import PROGRAM
        from monitor.identity import ArgonHasher
        from monitor.wire.orders import AddOperator, ChangePassword, NoteAccess

        password_hash = None
        if isinstance(order, AddOperator | ChangePassword):
            password_hash = ArgonHasher().hash(order.password)
        now = self.clock.now()
        # What was done on this machine is told by the program that did it.
        role = PROGRAM if isinstance(order, NoteAccess) else CONSOLE_ROLE
        result = self.monitor.execute(order, by=by, role=role, now=now, password_hash=password_hash)
        if (batch := self.monitor.take_batch(now)) is not None:
            self.journal.commit(batch)
        return result


@contextmanager
def opened_monitor(
    directory: DataDirectory, *, speed: float = 1, stepped: bool = False, is_lasting: bool = False
) -> Iterator[OpenedMonitor]:
    """The monitor as it was left, ready to go on. Call with the directory's lock held.

    ``is_lasting``: for as long as a gateway runs.
    Raises DirectoryError where the stored record cannot be used.
    """
    from monitor import identity
    from monitor.gateway.clock import FastClock, SteppedClock, SystemClock
    from monitor.service.ports import JournalUnavailableError, RecordsUnavailableError
    from monitor.service.protocols import load_protocols
    from monitor.service.restore import restore
    from monitor.storage import JournalDamagedError, SchemaError, open_journal, open_records

    pace = SteppedClock if stepped else FastClock
    try:
        with contextlib.ExitStack() as opened:
            journal = open_journal(directory.path, directory.journal_key, is_lasting=is_lasting)
            opened.callback(journal.close)
            _settle(directory, journal.keys)
            records = open_records(directory.path)
            opened.callback(records.close)
            newest = records.newest_instant()
            clock = SystemClock(newest) if not directory.simulated else pace(speed, newest)
            monitor = restore(
                records,
                load_protocols(),
                identity,
                clock.now(),
                simulated=directory.simulated,
                clock_speed=clock.speed,
            )
            yield OpenedMonitor(monitor, journal, clock, records)
    except (
        JournalDamagedError,
        JournalUnavailableError,
        RecordsUnavailableError,
        SchemaError,
    ) as error:
        raise DirectoryError(f"{directory.path}: {error}") from error


def _settle(directory: DataDirectory, keys: JournalKeys) -> None:
    """Finish a change of the journal's key that was interrupted."""
    import structlog

    try:
        directory.settle_journal_keys(keys)
    except DirectoryError as error:
        # Both keys are there, and the record says which is in force: the next start tries again.
        structlog.get_logger(__name__).warning("journal_keys_not_settled", error=str(error))
