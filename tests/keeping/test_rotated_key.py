"""The journal goes on under another key: proven across it, and by nobody who has only the older one."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from monitor.data_directory import DataDirectory, create, open_existing
from monitor.domain.facts import JournalKeyRotated
from monitor.keeping import rotate_journal_key
from monitor.keeping.schedule import backup_name
from monitor.service.journal_keys import JournalKeys, fingerprint
from monitor.storage import (
    JournalDamagedError,
    SqliteJournal,
    open_journal,
    open_records,
    verify,
    verify_session,
)
from monitor.storage.chain import HEAD_NAME, HeadFile
from monitor.storage.engine import DATABASE_NAME
from tests.keeping.clinics import add, backed_up, restored
from tests.storage.builders import NOW, a_batch, stored
from tests.storage.packing import LATER, change, compact, fill, rows

BY = "console:test"


def rotate(directory: DataDirectory) -> int:
    return rotate_journal_key(directory, by=BY, now=LATER).batch


def opened(directory: DataDirectory) -> SqliteJournal:
    return open_journal(directory.path, directory.journal_key)


def is_whole(directory: DataDirectory) -> bool:
    proofs = [verify_session(directory.path, directory.journal_key, s).fault for s in ("s1", "s2")]
    return [verify(directory.path, directory.journal_key).fault, *proofs] == [None] * 3


def a_later_frame(seq: int) -> Any:
    return a_batch([stored(seq)], at=LATER + seq)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> DataDirectory:
    """A closed session that is packed and one that is open, all under the first key."""
    directory = create(tmp_path_factory.mktemp("clinic") / "data", simulated=False)
    with closing(opened(directory)) as journal:
        fill(journal)
        assert compact(journal) == 3
    return directory


@pytest.fixture
def directory(filled: DataDirectory, tmp_path: Path) -> DataDirectory:
    """A copy that a test may change."""
    return open_existing(Path(shutil.copytree(filled.path, tmp_path / "data")))


@pytest.fixture
def rotated(directory: DataDirectory) -> DataDirectory:
    """Rotated, then a reading that came late, and both again."""
    rotate(directory)
    add(directory, a_later_frame(7001))
    rotate(directory)
    add(directory, a_later_frame(7002))
    return directory


def test_a_record_is_proven_across_two_changes_of_its_key(rotated: DataDirectory) -> None:
    keys = JournalKeys.read(rotated.journal_key)
    assert (len(keys.kept), len(set(keys.kept)), keys.coming) == (3, 3, None)
    assert is_whole(rotated)
    assert (rotated.path / "keys/journal.key").stat().st_mode & 0o777 == 0o600
    with closing(open_records(rotated.path)) as records:
        told = [fact.body for fact in records.facts(None, ["journal_key_rotated"])]
    names = [fingerprint(key) for key in keys.kept]
    assert told == [JournalKeyRotated(old, new) for old, new in pairwise(names)]
    with closing(opened(rotated)) as journal:
        # Beside the blocks that were made under the first key.
        assert compact(journal) == 1
    assert is_whole(rotated)


def test_a_change_under_any_of_the_keys_is_found_in_its_batch(rotated: DataDirectory) -> None:
    batches = rows(rotated.path, "SELECT batch FROM facts WHERE kind = 'journal_key_rotated'")
    first, second = (batch for (batch,) in batches)
    assert second == first + 2
    statements = [
        (first, "UPDATE facts SET body = replace(body, 'new', 'old') WHERE batch = ?", first),
        (first + 1, "UPDATE readings SET value = value + 1 WHERE seq = ?", 7001),
        (second, "DELETE FROM facts WHERE batch = ?", second),
        (second + 1, "UPDATE readings SET value = value + 1 WHERE seq = ?", 7002),
    ]
    for batch, statement, which in statements:
        copy = Path(shutil.copytree(rotated.path, rotated.path.parent / f"changed-{batch}"))
        change(copy, statement, which)
        for fault in (
            verify(copy, rotated.journal_key).fault,
            verify_session(copy, rotated.journal_key, "s2").fault,
        ):
            assert fault is not None, statement
            assert fault.batch_id == batch, fault


def test_a_block_that_was_changed_is_not_vouched_for_by_a_new_key(directory: DataDirectory) -> None:
    change(directory.path, "UPDATE reading_blocks SET first_t = first_t + 1")
    with pytest.raises(JournalDamagedError, match="block of readings was changed"):
        rotate(directory)
    opened(directory).close()
    assert len(JournalKeys.read(directory.journal_key).known) == 2
    fault = verify(directory.path, directory.journal_key).fault
    assert fault is not None
    assert "block" in fault.message


@pytest.mark.parametrize("has_head", [True, False])
def test_who_has_the_old_key_cannot_put_back_the_record_as_it_was_under_it(
    directory: DataDirectory, tmp_path: Path, *, has_head: bool
) -> None:
    older = Path(shutil.copytree(directory.path, tmp_path / "older"))
    rotate(directory)
    for name in (DATABASE_NAME, HEAD_NAME):
        shutil.copyfile(older / name, directory.path / name)
    if not has_head:
        (directory.path / HEAD_NAME).unlink()
    with pytest.raises(JournalDamagedError):
        opened(directory)
    if has_head:
        with pytest.raises(JournalDamagedError, match="seal is wrong"):
            verify(directory.path, directory.journal_key)
    else:
        fault = verify(directory.path, directory.journal_key).fault
        assert fault is not None
        assert "the key changed" in fault.message


def test_a_head_that_the_old_key_seals_is_not_believed_any_more(directory: DataDirectory) -> None:
    old = JournalKeys.read(directory.journal_key).kept[0]
    rotate(directory)
    head = verify(directory.path, directory.journal_key).head
    with closing(HeadFile(directory.path / HEAD_NAME, old)) as forged:
        forged.write(head)
    with pytest.raises(JournalDamagedError, match="seal is wrong"):
        verify(directory.path, directory.journal_key)
    with pytest.raises(JournalDamagedError, match="seal is wrong"):
        opened(directory)


def test_without_its_newest_key_a_record_does_not_go_on(directory: DataDirectory) -> None:
    old = directory.journal_key
    batch = rotate(directory)
    (directory.path / HEAD_NAME).unlink()
    with pytest.raises(JournalDamagedError, match="not in keys"):
        open_journal(directory.path, old)
    fault = verify(directory.path, old).fault
    assert fault is not None
    assert (fault.batch_id, "is not kept" in fault.message) == (batch, True)


def test_references_and_the_names_of_backups_stay_when_the_key_changes(
    directory: DataDirectory,
) -> None:
    before = directory.research_secret, backup_name(directory, NOW)
    rotate(directory)
    assert (directory.research_secret, backup_name(directory, NOW)) == before


def test_a_backup_has_the_keys_that_its_record_needs_and_comes_back_with_them(
    rotated: DataDirectory, tmp_path: Path
) -> None:
    assert backed_up(rotated, tmp_path / "now.backup").proven
    rotate(rotated)
    restored(tmp_path / "now.backup", tmp_path / "anew")
    anew = open_existing(tmp_path / "anew")
    # The fourth key is not that of a record which knows of three.
    assert anew.journal_key == b"".join(JournalKeys.read(rotated.journal_key).kept[:3])
    assert is_whole(anew)
    done = restored(tmp_path / "now.backup", rotated.path, set_aside=True)
    assert done.lost.facts == {"journal_key_rotated": 1}
    assert is_whole(rotated)
    assert done.aside is not None
    aside = (done.aside / "keys/journal.key").read_bytes()
    assert verify(done.aside, aside).fault is None


def test_a_backup_while_a_key_is_coming_goes_with_those_of_its_moment(
    directory: DataDirectory, tmp_path: Path
) -> None:
    directory.introduce_journal_key()
    assert backed_up(directory, tmp_path / "before.backup").proven
    with closing(opened(directory)) as journal:
        journal.rotate(LATER, BY)
    assert backed_up(directory, tmp_path / "after.backup").proven
    for name, count in (("before", 1), ("after", 2)):
        restored(tmp_path / f"{name}.backup", tmp_path / name)
        keys = JournalKeys.read(open_existing(tmp_path / name).journal_key)
        assert (len(keys.kept), keys.coming) == (count, None)


def killed_at(directory: DataDirectory, moment: int) -> bool:
    """Rotate in a process that is killed after its n-th touch of a file; whether it was."""
    child = os.fork()
    if child == 0:
        _count_down(moment)
        try:
            rotate(directory)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _count_down(moment: int) -> None:
    left = moment

    def touched(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(call: Any) -> Any:
        def counted(*given: Any, **named: Any) -> Any:
            done = call(*given, **named)
            touched()
            return done

        return counted

    for name in ("fsync", "pwrite", "replace"):
        setattr(os, name, watched(getattr(os, name)))
    commit = sqlite3.Connection.commit
    traced = type("Traced", (sqlite3.Connection,), {"commit": watched(commit)})
    connect = sqlite3.connect
    sqlite3.connect = lambda *given, **named: connect(*given, factory=traced, **named)


def test_killed_between_any_two_steps_it_starts_again_and_is_whole(tmp_path: Path) -> None:
    small = create(tmp_path / "small", simulated=False)
    add(small, a_batch([]))
    found: set[tuple[int, bool, int]] = set()
    moment, was_killed = 0, True
    while was_killed:
        moment += 1
        data = open_existing(Path(shutil.copytree(small.path, tmp_path / str(moment))))
        was_killed = killed_at(data, moment)
        left = JournalKeys.read(data.journal_key)
        assert verify(data.path, data.journal_key).fault is None, moment
        with closing(opened(data)) as journal:
            data.settle_journal_keys(journal.keys)
            journal.commit(a_batch([], at=LATER + 1))
        keys = JournalKeys.read(data.journal_key)
        proof = verify(data.path, data.journal_key)
        assert (proof.fault, keys.coming) == (None, None), moment
        # In force if and only if the record says so.
        assert proof.batches == 1 + len(keys.kept)
        found.add((len(left.kept), left.coming is not None, len(keys.kept)))
    # Before it, begun and undone, begun and finished, done.
    assert found == {(1, False, 1), (1, True, 1), (1, True, 2), (2, False, 2)}
