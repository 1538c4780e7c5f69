"""A process killed in the middle of its commits, or of packing, has lost nothing that was on record."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from monitor.domain import facts
from monitor.storage import open_journal, open_records, verify
from tests.storage.builders import KEY, a_batch, session_started, stored
from tests.storage.committer import BATCH
from tests.storage.packing import compact, frames, rows

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


def killed_while_packing(directory: Path, lines: int, how: str) -> int:
    """Kill the program after it has told of so many blocks, or let it be killed between two halves of a step."""
    program = [sys.executable, "-u", "-m", "tests.storage.packer", str(directory), how]
    with subprocess.Popen(program, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        if how == "anywhere":
            process.kill()
        told += process.stdout.readlines()
    assert process.returncode < 0
    return told.count("packed\n")


@pytest.mark.parametrize(("lines", "how"), [(0, "between"), (1, "anywhere"), (9, "anywhere")])
def test_a_kill_while_packing_leaves_each_reading_in_one_form(
    tmp_path: Path, lines: int, how: str
) -> None:
    sessions = [f"p{number}" for number in range(20)]
    with closing(open_journal(tmp_path, KEY)) as journal:
        for session in sessions:
            several = frames(session, range(1, 1500), f"queue of {session}")
            journal.commit(a_batch([], session_started(session)))
            journal.commit(a_batch(several, facts.SessionCancelled(session, "x")))
    with closing(open_records(tmp_path)) as records:
        before = [records.readings(session) for session in sessions]
        told = killed_while_packing(tmp_path, lines, how)
        ((blocks, packed),) = rows(tmp_path, "SELECT count(*), sum(length) FROM reading_blocks")
        assert told <= int(str(blocks)) <= told + 1
        ((plain,),) = rows(tmp_path, "SELECT count(*) FROM readings")
        assert int(str(plain)) + int(str(packed or 0)) == sum(map(len, before))
        assert [records.readings(session) for session in sessions] == before
        assert verify(tmp_path, KEY).fault is None
        with closing(open_journal(tmp_path, KEY)) as journal:
            assert compact(journal) == 3 * len(sessions) - int(str(blocks))
        assert [records.readings(session) for session in sessions] == before
    assert verify(tmp_path, KEY).fault is None
