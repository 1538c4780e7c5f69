"""The power fails while batches are written: what was told as committed is on record, whole, and proven."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from monitor.storage import open_journal, open_records, verify
from tests.faults.power import Change, Disk, changes, recording
from tests.faults.report import note
from tests.storage.builders import KEY
from tests.storage.committer import BATCH

pytestmark = pytest.mark.faults

REPOSITORY = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "6"))
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
COMMITS = 260
"""Enough for the log to be moved into the database once."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Change]]:
    """A directory as it was before, and everything that was done to its files while batches were committed."""
    folder = tmp_path_factory.mktemp("power")
    data, before, log = folder / "data", folder / "before", folder / "log"
    data.mkdir()
    open_journal(data, KEY).close()
    shutil.copytree(data, before)
    program = [sys.executable, "-u", "-m", "tests.storage.committer", str(data)]
    environment = recording(data, log)
    with subprocess.Popen(
        program, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(COMMITS):
            assert process.stdout.readline()
        process.kill()
    return before, list(changes(log))


def test_after_a_power_cut_every_committed_batch_is_there_and_the_record_is_proven(
    tmp_path: Path, run: tuple[Path, list[Change]]
) -> None:
    before, recorded = run
    chance = random.Random(SEED)
    sys.stdout.write(f"\nseed {SEED}, {ROUNDS} power cuts: SEED={SEED} repeats them\n")
    moved = [
        n for n, change in enumerate(recorded) if change.what == "S" and "-wal" not in change.name
    ]
    assert moved, "the log was never moved into the database"
    cuts = sorted(_cut(recorded, moved, chance) for _ in range(ROUNDS))
    disk, told, place = Disk.holding(before), 0, 0
    took, unsure = [], 0
    for number, cut in enumerate(cuts):
        for change in recorded[place:cut]:
            disk.take(change)
            told = int(change.data) if change.what == "O" else told
        place = cut
        unsure += bool(disk.pending)
        after = tmp_path / str(number)
        disk.after_a_cut(after, chance)
        took.append(_goes_on(after, told))
        shutil.rmtree(after)
    note(
        "power cut (model: files as of their last fsync, later sectors by chance)",
        held=f"{len(cuts)} cuts in {COMMITS} commits, seed {SEED}, {unsure} with unsynced sectors: every batch that "
        "was told as committed is there, none in part, and the record is proven",
        seen="nothing answers until the machine is back, then as after a kill",
        recovery=f"opening the record {max(took):.1f} s at most",
    )


def test_a_disk_that_lies_about_what_is_durable_is_found_out(
    tmp_path: Path, run: tuple[Path, list[Change]]
) -> None:
    before, recorded = run
    lost = Disk.holding(before)
    for change in recorded:
        if change.what != "S":
            lost.take(change)
    lost.pending.clear()
    lost.after_a_cut(tmp_path / "lost", random.Random(1))
    with pytest.raises(AssertionError):
        _goes_on(tmp_path / "lost", COMMITS)


def _cut(recorded: list[Change], moved: list[int], chance: random.Random) -> int:
    """Anywhere; every third time close to where the log was moved into the database."""
    if chance.random() < 0.33:
        return min(len(recorded), max(1, chance.choice(moved) + chance.randint(-400, 20)))
    return chance.randint(1, len(recorded))


def _goes_on(directory: Path, told: int) -> float:
    """Open the record as a gateway does and check it; how long the opening took, in seconds."""
    since = time.monotonic()
    journal = open_journal(directory, KEY)
    took_s = time.monotonic() - since
    with closing(journal), closing(open_records(directory)) as records:
        head = records.chain_head().batch_id
        assert head >= told
        # All batches but the first are of readings alone.
        seqs = [one.seq for one in records.readings("s1")]
        assert seqs == list(range(1, max(0, head - 1) * BATCH + 1))
        assert verify(directory, KEY).fault is None
    return took_s
