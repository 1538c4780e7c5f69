"""A backup is the whole record as of one moment: complete, private, proven, or not there."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import tarfile
import threading
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.data_directory import DataDirectory, open_existing
from monitor.keeping import (
    BackupDamagedError,
    BackupFailedError,
    Lock,
    LockError,
    RestoreRefusedError,
    lock_by_keys,
    lock_by_passphrase,
    new_key,
)
from monitor.keeping.proving import open_backup
from monitor.storage import open_journal, open_records, verify
from monitor.storage.engine import DATABASE_NAME
from tests.keeping.clinics import a_frame, add, backed_up, recorded, restored

WORDS = "twelve or more characters"


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    return recorded(tmp_path / "data")


def test_a_backup_gives_the_record_back_elsewhere_whole_and_with_its_keys(
    directory: DataDirectory, tmp_path: Path
) -> None:
    (directory.path / "config.toml").write_text('language = "nb"\n')
    done = backed_up(directory, tmp_path / "a.backup")
    assert (done.contents.batch, done.proven, done.encrypted) == (3, True, False)
    restored(done.file, tmp_path / "other")
    other = open_existing(tmp_path / "other")
    assert (other.journal_key, other.simulated) == (directory.journal_key, False)
    assert other.cookie_key != directory.cookie_key
    assert (other.path / "config.toml").read_text() == 'language = "nb"\n'
    assert verify(other.path, other.journal_key).fault is None
    with closing(open_records(other.path)) as records:
        assert len(records.readings("s1")) == 2


def test_a_backup_is_its_owners_alone_and_leaves_nothing_else_behind(
    directory: DataDirectory, tmp_path: Path
) -> None:
    before = {path.name for path in directory.path.iterdir()}
    file = backed_up(directory, tmp_path / "a.backup").file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {path.name for path in directory.path.iterdir()} - before <= {
        f"{DATABASE_NAME}-wal",
        f"{DATABASE_NAME}-shm",
    }
    assert {path.name for path in tmp_path.iterdir()} == {"data", "a.backup"}


def test_a_backup_is_of_one_moment_while_the_journal_goes_on(
    directory: DataDirectory, tmp_path: Path
) -> None:
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        committed, done = [3], threading.Event()

        def go_on() -> None:
            while not done.is_set():
                committed.append(journal.commit(a_frame(committed[-1])).batch_id)

        writer = threading.Thread(target=go_on)
        writer.start()
        try:
            batch = backed_up(directory, tmp_path / "a.backup").contents.batch
        finally:
            done.set()
            writer.join()
    assert 3 <= batch <= committed[-1]
    restored(tmp_path / "a.backup", tmp_path / "other")


def test_what_is_not_whole_is_not_kept(directory: DataDirectory, tmp_path: Path) -> None:
    with closing(sqlite3.connect(directory.path / DATABASE_NAME)) as database:
        database.execute("UPDATE readings SET value = 1000")
        database.commit()
    with pytest.raises(BackupFailedError, match="batch 2 was changed"):
        backed_up(directory, tmp_path / "a.backup")
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


def test_an_older_backup_is_never_replaced(directory: DataDirectory, tmp_path: Path) -> None:
    (tmp_path / "a.backup").write_text("an older one")
    with pytest.raises(BackupFailedError, match="exists already"):
        backed_up(directory, tmp_path / "a.backup")
    assert (tmp_path / "a.backup").read_text() == "an older one"


def test_a_backup_that_would_fill_the_disk_of_the_record_is_refused(
    directory: DataDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=100_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(BackupFailedError, match="100 MB are free"):
        backed_up(directory, tmp_path / "a.backup")


def test_what_a_killed_backup_left_is_removed_by_the_next(
    directory: DataDirectory, tmp_path: Path
) -> None:
    left = directory.path / ".keeping-999999999-x"
    left.mkdir()
    backed_up(directory, tmp_path / "a.backup")
    assert not left.exists()


def test_nothing_recorded_is_nothing_to_keep(data_directory: DataDirectory, tmp_path: Path) -> None:
    with pytest.raises(BackupFailedError, match="no record yet"):
        backed_up(data_directory, tmp_path / "a.backup")


def test_other_programs_open_a_backup_that_is_not_encrypted(
    directory: DataDirectory, tmp_path: Path
) -> None:
    file = backed_up(directory, tmp_path / "a.backup").file
    with tarfile.open(file) as archive:
        assert archive.getnames()[0] == "backup.json"
    listed = subprocess.run(["tar", "-tzf", file], capture_output=True, text=True, check=True)
    assert DATABASE_NAME in listed.stdout


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    return backed_up(recorded(folder / "data"), folder / "a.backup").file.read_bytes()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_byte_changed_anywhere_is_found_or_changes_nothing(
    whole: bytes, tmp_path: Path, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    as_it_was, found = _opened(whole, tmp_path), _opened(bytes(changed), tmp_path)
    assert found in (None, as_it_was)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_backup_cut_short_anywhere_is_found(whole: bytes, tmp_path: Path, share: float) -> None:
    assert _opened(whole[: int(len(whole) * share)], tmp_path) is None


def _opened(content: bytes, tmp_path: Path) -> dict[str, bytes] | None:
    """The files that a backup gives; None where it is refused."""
    folder = tmp_path / "opened"
    folder.mkdir()
    try:
        open_backup(BytesIO(content), folder, Lock())
        return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    except BackupDamagedError:
        return None
    finally:
        shutil.rmtree(folder)


def test_a_backup_under_a_passphrase_opens_with_that_one_only(
    directory: DataDirectory, tmp_path: Path
) -> None:
    lock = lock_by_passphrase(WORDS, closing=True)
    done = backed_up(directory, tmp_path / "a.backup", lock)
    assert (done.encrypted, done.proven) == (True, True)
    assert b"SQLite" not in done.file.read_bytes()
    with pytest.raises(RestoreRefusedError, match="the passphrase is wrong"):
        restored(done.file, tmp_path / "other", Lock(passphrase="another one entirely"))
    with pytest.raises(RestoreRefusedError, match="give --passphrase"):
        restored(done.file, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_backup_to_a_key_needs_no_secret_where_it_is_made(
    directory: DataDirectory, tmp_path: Path
) -> None:
    secret, public = new_key()
    done = backed_up(directory, tmp_path / "a.backup", lock_by_keys(public))
    assert (done.encrypted, done.proven) == (True, False)
    with pytest.raises(RestoreRefusedError, match="not the key"):
        restored(done.file, tmp_path / "other", lock_by_keys(new_key()[0]))
    with pytest.raises(RestoreRefusedError, match="give --key"):
        restored(done.file, tmp_path / "other", lock_by_keys(public))
    assert restored(done.file, tmp_path / "other", lock_by_keys(secret)).contents.batch == 3


def test_an_encrypted_backup_that_is_damaged_is_refused(
    directory: DataDirectory, tmp_path: Path
) -> None:
    secret, _ = new_key()
    file = backed_up(directory, tmp_path / "a.backup", lock_by_keys(secret)).file
    content = file.read_bytes()
    for damaged in (content[:-1], content[:-40] + b"?" + content[-39:], content + b"x"):
        file.write_bytes(damaged)
        with pytest.raises(RestoreRefusedError, match="damaged or incomplete"):
            restored(file, tmp_path / "other", lock_by_keys(secret))


def test_a_passphrase_that_can_be_tried_out_is_refused() -> None:
    with pytest.raises(LockError, match="at least 12"):
        lock_by_passphrase("short", closing=True)


def test_a_file_that_holds_no_key_is_refused() -> None:
    with pytest.raises(LockError, match="no age key"):
        lock_by_keys("# nothing\n")
    with pytest.raises(LockError, match="no age key"):
        lock_by_keys("a picture of a cat\n")


def test_a_backup_knows_what_was_added_after_the_one_before(
    directory: DataDirectory, tmp_path: Path
) -> None:
    backed_up(directory, tmp_path / "a.backup")
    add(directory, a_frame(3))
    assert backed_up(directory, tmp_path / "b.backup").contents.batch == 4
