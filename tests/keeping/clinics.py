"""A data directory with a small record, to be kept and put back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from monitor.data_directory import DataDirectory, create
from monitor.keeping import Backup, Lock, Restored, back_up, restore_record
from monitor.service.batches import Batch
from monitor.storage import open_journal
from tests.storage.builders import NOW, a_batch, clinic, position, stored

MADE_AT = NOW + 60_000


def quiet(_what: str, _share: float) -> None:
    """Nobody watches."""


def recorded(path: Path, *, simulated: bool = False) -> DataDirectory:
    """A room, a device, the open session ``s1`` and two readings, in three batches."""
    directory = create(path, simulated=simulated)
    add(directory, clinic(), *(a_frame(seq) for seq in (1, 2)))
    return directory


def a_frame(seq: int) -> Batch:
    """One reading of the device's queue."""
    return a_batch([stored(seq)], at=NOW + seq * 1000, positions=position(seq))


def add(directory: DataDirectory, *batches: Batch) -> None:
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        for batch in batches:
            journal.commit(batch)


def backed_up(directory: DataDirectory, file: Path, lock: Lock | None = None) -> Backup:
    return back_up(directory, file, lock or Lock(), now=MADE_AT, progress=quiet)


def restored(
    file: Path, data: Path, lock: Lock | None = None, *, set_aside: bool = False
) -> Restored:
    return restore_record(
        file,
        data,
        lock or Lock(),
        by="console:test",
        now=MADE_AT + 60_000,
        set_aside=set_aside,
        progress=quiet,
    )
