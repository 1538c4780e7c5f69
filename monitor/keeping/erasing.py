"""A patient taken out of the record for good; killed anywhere, it is done or not, and can be finished."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from monitor.data_directory import DataDirectory, DirectoryBusyError
from monitor.domain.facts import PatientErased
from monitor.domain.readings import Instant
from monitor.domain.sessions import Session
from monitor.domain.visits import Visit
from monitor.keeping.backup import remove_left
from monitor.keeping.unsettled import settle_erasures
from monitor.service.erasing import ErasureAsked, checked_erasure
from monitor.service.ports import JournalUnavailableError, RecordsUnavailableError
from monitor.service.refusals import OrderRefusedError
from monitor.storage import JournalDamagedError, SchemaError, open_journal, open_records
from monitor.storage.belongings import Belongings, belongings_of, find_belongings
from monitor.storage.eraser import ErasureOrder
from monitor.storage.left_mentions import LeftMention, find_left
from monitor.storage.sweeping import begin_sweep, end_sweep, is_unswept, sweep

SET_ASIDE = "before-restore-*"
"""What restores have set aside, in the data directory."""


class ErasureRefusedError(RuntimeError):
    """Nothing was erased; the message is one sentence."""


class UnsweptError(RuntimeError):
    """It is erased, but free pages of the file may still hold something; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would take, and what it would have to do with others."""

    sessions: list[Session]
    visits: list[Visit]
    outcomes: int
    belongings: Belongings
    left: list[LeftMention]
    """What would stay and may speak of the patient."""


def refuse_beside_a_writer(directory: DataDirectory) -> None:
    """Raises ErasureRefusedError while a gateway runs, whatever else may stand in the way."""
    with _held(directory):
        pass


def preview_erasure(directory: DataDirectory, asked: ErasureAsked, now: Instant) -> Preview:
    """Look, and change nothing. Raises ErasureRefusedError for whatever would be refused."""
    with _told_plainly(), closing(open_records(directory.path)) as records:
        checked_erasure(records, asked, now, simulated=directory.simulated)
        belongings = find_belongings(directory.path, asked.reference)
        left = find_left(directory.path, asked.reference, belongings)
        if belongings.is_empty:
            may = f"; {len(left)} texts may speak of it" if left else ""
            raise ErasureRefusedError(f"nothing of {asked.reference} is on record{may}")
        return Preview(
            records.sessions(patient=asked.reference),
            records.visits(patient=asked.reference),
            len(belongings.outcomes),
            belongings,
            left,
        )


def left_mentions(directory: DataDirectory, reference: str) -> list[LeftMention]:
    """What stays after an erasure and may speak of the patient. Raises ErasureRefusedError."""
    with _told_plainly():
        return find_left(directory.path, reference)


def erase_patient(
    directory: DataDirectory, asked: ErasureAsked, *, station: str, now: Instant
) -> PatientErased:
    """Take the patient out, say so in the record and sweep it. Not while a gateway runs.

    Raises ErasureRefusedError, then nothing has changed; UnsweptError.
    """
    with _held(directory):
        with _told_plainly(), closing(open_records(directory.path)) as records:
            order = checked_erasure(records, asked, now, simulated=directory.simulated)
            at, numbers = max(now, records.newest_instant()), records.counters()
        find = partial(belongings_of, reference=order.reference)
        erasure = ErasureOrder(find, order.by, order.second, order.reason, station, numbers)
        with _told_plainly():
            done = _erased(directory, erasure, at)
        _swept(directory.path)
    return done


def _erased(directory: DataDirectory, erasure: ErasureOrder, at: Instant) -> PatientErased:
    was_unswept = is_unswept(directory.path)
    begin_sweep(directory.path)
    try:
        with closing(open_journal(directory.path, directory.journal_key)) as journal:
            return journal.erase(erasure, at)
    except Exception:
        # Refused, or rolled back: nothing was erased that could lie in free pages.
        if not was_unswept:
            end_sweep(directory.path)
        raise


def finish_erasure(directory: DataDirectory) -> bool:
    """Sweep what an erasure that was interrupted has left; whether there was any. Raises as ``erase_patient``."""
    with _held(directory):
        unswept = is_unswept(directory.path)
        if unswept:
            _swept(directory.path)
    return unswept


def settle(directory: DataDirectory, *, station: str, now: Instant) -> bool:
    """Put on record that whoever a restore brought back is erased again; whether any restore left that open."""
    with _held(directory), _told_plainly():
        return settle_erasures(directory, by=station, now=now)


def set_aside(directory: DataDirectory) -> list[Path]:
    """Records in the data directory that restores have set aside: they still hold whoever was erased since."""
    return sorted(directory.path.glob(SET_ASIDE))


def _swept(path: Path) -> None:
    try:
        remove_left(path)
        sweep(path)
    except (JournalUnavailableError, OSError) as error:
        raise UnsweptError(
            f"{error}: free pages may still hold what was erased, run infusion-monitor erase --finish"
        ) from error


@contextmanager
def _held(directory: DataDirectory) -> Iterator[None]:
    with ExitStack() as held:
        try:
            held.enter_context(directory.writing())
        except DirectoryBusyError:
            raise ErasureRefusedError(
                f"another process writes {directory.path}: stop the gateway first"
            ) from None
        yield


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except LookupError as error:
        raise ErasureRefusedError(str(error.args[0])) from error
    except OSError as error:
        raise ErasureRefusedError(error.strerror or str(error)) from error
    except (
        JournalDamagedError,
        JournalUnavailableError,
        OrderRefusedError,
        RecordsUnavailableError,
        SchemaError,
    ) as error:
        raise ErasureRefusedError(str(error)) from error
