"""The commands backup and restore, on a data directory of their own and beside a gateway that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.data_directory import open_existing
from tests.keeping.clinics import a_frame, add
from tests.shell import Shell
from tests.storage.builders import a_batch, session_started

WORDS = "twelve or more characters"


@pytest.fixture
def ward(shell: Shell) -> Shell:
    shell.done("room", "add", "1")
    return shell


def test_a_ward_comes_back_by_two_commands(ward: Shell, tmp_path: Path) -> None:
    file = str(tmp_path / "a.backup")
    told = ward.done("backup", file, "--json").json
    assert (told["file"], told["batch"], told["proven"], told["encrypted"]) == (
        file,
        1,
        True,
        False,
    )
    answer = ward.done("restore", file, "--data", str(tmp_path / "other"))
    assert answer.out.startswith("restored to batch 1, recorded to 2")
    assert "revoke and disable again" in answer.err
    assert ward.done("room", "list", "--data", str(tmp_path / "other")).out == "1\n"


def test_a_passphrase_comes_on_stdin(ward: Shell, tmp_path: Path) -> None:
    file = str(tmp_path / "a.backup")
    assert "at least 12" in ward.refused("backup", file, "--passphrase", stdin="short\n")
    ward.done("backup", file, "--passphrase", stdin=f"{WORDS}\n")
    assert "give --passphrase" in ward.refused("restore", file, "--check")
    # That it opens with the passphrase has been proven when it was made.
    assert Path(file).read_bytes().startswith(b"infusion-monitor backup under a passphrase")


def test_a_key_is_made_closes_a_backup_and_opens_it(ward: Shell, tmp_path: Path) -> None:
    file, key, public = (str(tmp_path / name) for name in ("a.backup", "secret.key", "public.key"))
    Path(public).write_text(ward.done("new-backup-key", key).out)
    assert "exists" in ward.refused("new-backup-key", key)
    assert Path(key).stat().st_mode & 0o777 == 0o600
    told = ward.done("backup", file, "--key", public, "--json")
    assert told.json["proven"] is False
    assert "only the owner of the secret key" in told.err
    assert "is whole" in ward.done("restore", file, "--check", "--key", key).out
    assert "no file of age keys" in ward.refused("restore", file, "--check", "--key", file)


def test_what_is_lost_by_a_restore_is_said_line_by_line(ward: Shell, tmp_path: Path) -> None:
    file = str(tmp_path / "a.backup")
    ward.done("backup", file)
    directory = open_existing(ward.data)
    add(directory, a_batch([], session_started()), a_frame(1))
    assert "--set-aside" in ward.refused("restore", file)
    answer = ward.done("restore", file, "--set-aside")
    assert "not in this record: 2 batches with 1 readings and 1 facts" in answer.err
    assert "1 x session_started" in answer.err
    assert "before-restore-" in answer.err


def test_what_is_no_backup_is_refused_in_one_line(ward: Shell, tmp_path: Path) -> None:
    other = tmp_path / "cat.jpg"
    other.write_bytes(b"meow")
    assert "damaged or incomplete" in ward.refused("restore", str(other), "--set-aside")
    assert "No such file" in ward.refused("restore", str(tmp_path / "none"), "--set-aside")
    assert ward.done("room", "list").out == "1\n"


def test_a_backup_goes_where_there_is_a_folder(ward: Shell, tmp_path: Path) -> None:
    assert "No such file" in ward.refused("backup", str(tmp_path / "none" / "a.backup"))
