"""A model of a power cut: of what was written, only what was made durable is sure to be there afterwards.

A program runs with ``recorder.c`` loaded, which writes down every change of its files in order. From that record the
files are made as they may lie there when the power fails at any moment: everything up to a file's last ``fsync``; of
what came after it each sector by chance, in any order.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.faults.preloaded import library

SECTOR = 512


class Change(NamedTuple):
    """One line of the record: W written, T truncated, S made durable, O told on standard output."""

    what: str
    name: str
    first: int
    data: bytes


def recording(directory: Path, log: Path) -> dict[str, str]:
    """The environment in which a program's changes of ``directory`` are recorded. Skips where it cannot be."""
    made = library("recorder", log.parent)
    recorded = {"RECORDED": str(directory), "RECORD": str(log), "LD_PRELOAD": str(made)}
    return {**os.environ, **recorded}


def changes(log: Path) -> Iterator[Change]:
    """What was recorded; a line that a kill cut short ends it."""
    with log.open("rb") as file:
        while line := file.readline():
            what, name, first, second = line.decode().split()
            length = int(second) if what in "WO" else 0
            data = file.read(length)
            if len(data) < length:
                return
            yield Change(what, name, int(first), data)


@dataclass
class Disk:
    """The files as they are for sure, and what was done to each since it was last made durable."""

    durable: dict[str, bytearray]
    pending: dict[str, list[Change]] = field(default_factory=dict)

    @classmethod
    def holding(cls, directory: Path) -> Disk:
        return cls({file.name: bytearray(file.read_bytes()) for file in directory.iterdir()})

    def take(self, change: Change) -> None:
        if change.what in "WT":
            self.pending.setdefault(change.name, []).append(change)
        elif change.what == "S":
            for one in self.pending.pop(change.name, ()):
                _apply(self.durable.setdefault(one.name, bytearray()), one)
            self.durable.setdefault(change.name, bytearray())

    def after_a_cut(self, directory: Path, chance: random.Random) -> None:
        """Write the files as the power may have left them."""
        directory.mkdir()
        likely = chance.choice([0, 0.2, 0.5, 0.9, 1])
        for name in {*self.durable, *self.pending}:
            if name.endswith("-shm"):
                # Shared memory: made anew from the log.
                continue
            file = bytearray(self.durable.get(name, b""))
            for sector in _sectors(self.pending.get(name, ()), chance):
                if chance.random() < likely:
                    _apply(file, sector)
            (directory / name).write_bytes(file)


def _sectors(pending: list[Change] | tuple[()], chance: random.Random) -> list[Change]:
    """What was not made durable sector by sector, now and then in another order."""
    parts = []
    for change in pending:
        if change.what == "T":
            parts.append(change)
            continue
        start = change.first
        while start < change.first + len(change.data):
            end = min((start // SECTOR + 1) * SECTOR, change.first + len(change.data))
            data = change.data[start - change.first : end - change.first]
            parts.append(Change("W", change.name, start, data))
            start = end
    if not any(part.what == "T" for part in parts) and _are_apart(parts) and chance.random() < 0.5:
        chance.shuffle(parts)
    return parts


def _are_apart(parts: list[Change]) -> bool:
    """Whether no sector was written twice: then one may have reached the disk before the other."""
    starts = [part.first // SECTOR for part in parts]
    return len(set(starts)) == len(starts)


def _apply(file: bytearray, change: Change) -> None:
    if change.what == "T":
        del file[change.first :]
        file.extend(bytes(change.first - len(file)))
        return
    file.extend(bytes(max(0, change.first + len(change.data) - len(file))))
    file[change.first : change.first + len(change.data)] = change.data
