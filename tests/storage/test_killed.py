"""A process killed in the middle of its commits has lost nothing that a commit had returned for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.storage import open_journal, open_records, verify
from tests.storage.builders import KEY, a_batch, stored
from tests.storage.committer import BATCH

REPOSITORY = Path(__file__).parents[2]


def committed_before_kill(directory: Path, lines: int) -> int:
    """Kill the program after it has said so many batches, anywhere in what it does next; the last batch it told of."""
    program = [sys.executable, "-u", "-m", "tests.storage.committer", str(directory)]
    with subprocess.Popen(program, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        told += process.stdout.readlines()
    assert process.returncode < 0
    return max(int(line) for line in told if line.endswith("\n"))


@pytest.mark.parametrize("lines", [1, 17, 90])
def test_nothing_committed_is_lost_or_doubled_by_a_kill(tmp_path: Path, lines: int) -> None:
    told = committed_before_kill(tmp_path, lines)
    records = open_records(tmp_path)
    head = records.chain_head().batch_id
    assert verify(tmp_path, KEY).fault is None
    journal = open_journal(tmp_path, KEY)
    assert records.chain_head().batch_id == head
    # The batch under way when the kill came is there whole or not at all.
    assert told <= head <= told + 1
    seqs = [s.seq for s in records.readings("s1")]
    assert seqs == list(range(1, (head - 1) * BATCH + 1))
    assert records.positions()[0].last_seq == seqs[-1]
    assert len(records.rooms()) == head
    assert verify(tmp_path, KEY).fault is None
    assert journal.commit(a_batch([stored(10**6)])).batch_id == head + 1
    assert verify(tmp_path, KEY).fault is None
    records.close()
    journal.close()
