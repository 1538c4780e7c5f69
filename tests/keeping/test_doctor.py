"""The doctor finds what is wrong with a data directory, and says what to do."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from monitor.data_directory import DataDirectory
from monitor.keeping import rotate_journal_key
from monitor.keeping.care import DAY, Sample, remember_disk, remember_failure
from monitor.keeping.doctor import examine
from monitor.keeping.schedule import keep_one
from monitor.settings import Settings
from monitor.storage.chain import HEAD_NAME
from monitor.storage.engine import DATABASE_NAME
from tests.keeping.clinics import a_frame, add, backed_up, recorded, restored
from tests.shell import Shell

NOW = round(time.time() * 1000)
BEFORE = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    (tmp_path / "backups").mkdir()
    return recorded(tmp_path / "data")


def settings(tmp_path: Path) -> Settings:
    return Settings(backup_directory=str(tmp_path / "backups"))


def found(directory: DataDirectory, given: Settings | None = None, now: int = NOW) -> set[str]:
    return {one.code for one in examine(directory, given or Settings(), now)}


def test_a_sound_record_without_gateway_and_backup(directory: DataDirectory) -> None:
    codes = found(directory)
    assert {"database_well", "chain_well", "files_well"} <= codes
    assert {"gateway_none", "backup_none", "backup_by_hand", "notices_none"} <= codes


def test_a_backup_that_was_proven_is_well_until_it_is_old_or_gone(
    directory: DataDirectory, tmp_path: Path
) -> None:
    assert "backup_awaited" in found(directory, settings(tmp_path))
    made = keep_one(directory, settings(tmp_path), now=NOW)
    assert {"backup_well", "backup_same_disk"} <= found(directory, settings(tmp_path))
    assert "backup_old" in found(directory, settings(tmp_path), NOW + 3 * DAY)
    made.file.unlink()
    assert "backup_gone" in found(directory, settings(tmp_path))


def test_a_failed_backup_is_told_with_its_reason(directory: DataDirectory, tmp_path: Path) -> None:
    remember_failure(directory.path, NOW, "No space left on device")
    (failing,) = [
        one for one in examine(directory, settings(tmp_path), NOW) if one.code == "backup_failing"
    ]
    assert failing.values == {"why": "No space left on device"}


def test_a_missing_or_foreign_head_is_found(directory: DataDirectory) -> None:
    head = directory.path / HEAD_NAME
    was = head.read_bytes()
    head.write_bytes(was.replace(b"3", b"2", 1))
    assert "chain_broken" in found(directory)
    head.unlink()
    assert "chain_broken" in found(directory)
    head.write_bytes(was)
    with closing(sqlite3.connect(directory.path / DATABASE_NAME)) as database:
        database.execute("DELETE FROM batches WHERE id = 3")
        database.commit()
    assert "chain_broken" in found(directory)


def test_a_database_that_cannot_be_read_is_told(directory: DataDirectory) -> None:
    (directory.path / DATABASE_NAME).write_bytes(b"a picture of a cat" * 300)
    assert "database_unreadable" in found(directory)


def test_files_that_others_may_read_are_named(directory: DataDirectory) -> None:
    (directory.path / "keys/journal.key").chmod(0o644)
    (told,) = [one for one in examine(directory, Settings(), NOW) if one.code == "files_open"]
    assert told.values == {"files": "keys/journal.key"}


def test_a_directory_that_others_may_look_into_is_told(directory: DataDirectory) -> None:
    directory.path.chmod(0o750)
    (told,) = [one for one in examine(directory, Settings(), NOW) if one.code == "files_open"]
    assert told.values == {"files": str(directory.path)}


def test_a_backup_of_before_the_keys_change_is_told_until_there_is_a_newer_one(
    directory: DataDirectory, tmp_path: Path
) -> None:
    keep_one(directory, settings(tmp_path), now=NOW)
    assert "backup_older_key" not in found(directory, settings(tmp_path))
    with directory.writing():
        rotate_journal_key(directory, by="console:test", now=NOW + 1000)
    assert {"backup_well", "backup_older_key"} <= found(directory, settings(tmp_path))
    keep_one(directory, settings(tmp_path), now=NOW + 2000)
    assert "backup_older_key" not in found(directory, settings(tmp_path))


def test_a_backup_of_the_record_that_was_here_before_a_restore_is_not_taken_for_one_of_this(
    directory: DataDirectory, tmp_path: Path
) -> None:
    first = keep_one(directory, settings(tmp_path), now=NOW)
    assert "backup_well" in found(directory, settings(tmp_path))
    add(directory, a_frame(3), a_frame(4))
    second = keep_one(directory, settings(tmp_path), now=NOW + 1000)
    restored(first.file, directory.path, set_aside=True)
    # The restored record passes the number of the batch that the other one ended with.
    add(directory, *(a_frame(seq) for seq in range(3, 9)))
    codes = {one.code: one for one in examine(directory, settings(tmp_path), NOW + 2000)}
    assert codes["backup_other_record"].values == {
        "hours": 0,
        "batch": second.contents.batch,
        "file": str(second.file),
    }
    assert not {"backup_well", "backup_older_key"} & set(codes)
    keep_one(directory, settings(tmp_path), now=NOW + 3000)
    assert "backup_well" in found(directory, settings(tmp_path))


def test_a_disk_that_fills_and_a_clock_that_was_set_back_are_told(
    directory: DataDirectory,
) -> None:
    remember_disk(directory.path, [Sample(NOW - DAY, 10**15, 0)])
    codes = found(directory)
    assert "disk_filling" in codes
    assert "clock_behind" in found(directory, now=1000)


def test_a_restored_record_is_told_for_a_month(directory: DataDirectory, tmp_path: Path) -> None:
    backed_up(directory, tmp_path / "a.backup")
    at = restored(tmp_path / "a.backup", directory.path, set_aside=True).contents.made_at
    assert "record_restored" in found(directory, now=at + 20 * DAY)
    assert "record_restored" not in found(directory, now=at + 40 * DAY)


def test_the_command_ends_with_one_when_anything_wants_attention(shell: Shell) -> None:
    shell.done("room", "add", "1")
    answer = shell("doctor")
    assert answer.code == 1
    assert "attention  Gateway: Does not run." in answer.out
    assert "findings want attention" in answer.err
    answer = shell("doctor", "--json")
    assert {"code", "well", "values", "what", "said", "do"} == set(answer.json[0])


def test_a_certificate_is_told_by_how_long_it_is_valid(
    directory: DataDirectory, tmp_path: Path
) -> None:
    given = _certified(tmp_path, datetime.now(UTC) + timedelta(days=90, hours=12))
    assert _encryption(directory, given) == ("certificate_well", {"days": 90})
    assert _encryption(directory, given, NOW + 70 * DAY) == ("certificate_expiring", {"days": 20})
    code, values = _encryption(directory, _certified(tmp_path, datetime(2020, 1, 2, tzinfo=UTC)))
    assert code == "certificate_bad"
    assert "expired" in values["why"]


def test_a_clinic_that_is_reached_over_a_network_is_told_to_encrypt(
    directory: DataDirectory,
) -> None:
    open_to_all = Settings(host="192.0.2.7")
    assert "certificate_none" in found(directory, open_to_all)
    behind = Settings(host="192.0.2.7", gateway_url="wss://clinic.example/gateway")
    assert "certificate_none" not in found(directory, behind)
    assert "certificate_none" not in found(directory)


def _certified(tmp_path: Path, until: datetime) -> Settings:
    made = trustme.CA().issue_cert("clinic.example", not_after=until, not_before=BEFORE)
    certificate, key = tmp_path / "clinic.pem", tmp_path / "clinic.key"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    key.chmod(0o600)
    return Settings(tls_certificate=str(certificate), tls_key=str(key))


def _encryption(directory: DataDirectory, given: Settings, now: int = NOW) -> tuple[str, Any]:
    (one,) = [one for one in examine(directory, given, now) if "certificate" in one.code]
    return one.code, one.values
