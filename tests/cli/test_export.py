"""`export`: every format of every session that there may be, from the command line."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import records
from monitor.storage.engine import DATABASE_NAME
from tests.shell import Shell

FORMATS = {
    "csv": ("s.csv", "s.events.csv"),
    "parquet": ("s.parquet", "s.events.parquet"),
    "fhir": ("s.json",),
    "pdf": ("s.pdf",),
    "registry": ("s.json", "s.registry.pdf"),
}


def started(shell: Shell) -> str:
    shell.done("room", "add", "1")
    return shell.done("session", "start", "--room", "1", "--patient", "P-0417").out.strip()


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_open_session_without_readings_leaves_whole_files_that_are_not_final(
    shell: Shell, tmp_path: Path, file_format: str
) -> None:
    session, names = started(shell), FORMATS[file_format]
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / names[0]
    answer = shell.done("export", session, "--format", file_format, "--out", str(out))
    assert answer.out == ""
    assert "not final" in answer.err
    assert files_in(out.parent) == {n for name in names for n in (name, f"{name}.seal.json")}
    assert json.loads((out.parent / f"{out.name}.seal.json").read_text())["open"] is True


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_unknown_session_is_named_and_leaves_nothing(
    shell: Shell, tmp_path: Path, file_format: str
) -> None:
    shell.done("migrate")
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "s.x"
    assert "s9" in shell.refused("export", "s9", "--format", file_format, "--out", str(out))
    assert files_in(out.parent) == set()


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_folder_that_is_not_there_is_named(shell: Shell, file_format: str) -> None:
    session = started(shell)
    out = shell.data / "nowhere" / "s.x"
    refusal = shell.refused("export", session, "--format", file_format, "--out", str(out))
    assert "No such file or directory" in refusal


def test_minutes_are_refused_where_every_reading_is_written(shell: Shell, tmp_path: Path) -> None:
    out = str(tmp_path / "s.csv")
    answer = shell(
        "export", started(shell), "--format", "csv", "--out", out, "--resolution", "minute"
    )
    assert answer.code == 2
    assert "--resolution minute is for fhir" in answer.err
    assert files_in(tmp_path) <= {"data"}


def test_a_closed_session_is_final(shell: Shell, tmp_path: Path) -> None:
    session = started(shell)
    shell.done("session", "cancel", session, "--reason", "came too late")
    out = tmp_path / "s.json"
    answer = shell.done("export", session, "--format", "fhir", "--out", str(out))
    assert "not final" not in answer.err
    [procedure] = [
        entry["resource"]
        for entry in json.loads(out.read_text())["entry"]
        if entry["resource"]["resourceType"] == "Procedure"
    ]
    assert procedure["status"] == "not-done"
    assert procedure["statusReason"] == {"text": "came too late"}


def test_a_long_export_says_how_far_it_is(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = started(shell)
    monkeypatch.setattr(records, "PROGRESS_EVERY_S", 0.0)
    out = tmp_path / "s.csv"
    answer = shell.done("export", session, "--format", "csv", "--out", str(out))
    assert "kB so far" in answer.err
    assert answer.out == ""


def test_an_export_replaces_an_older_one_and_nothing_that_is_no_file(
    shell: Shell, tmp_path: Path
) -> None:
    session, out = started(shell), tmp_path / "out"
    out.mkdir()
    (out / "s.csv").write_text("an older export, and longer than the new one\n" * 100)
    shell.done("export", session, "--format", "csv", "--out", str(out / "s.csv"))
    assert (out / "s.csv").read_text().startswith("measured_at,")
    os.mkfifo(out / "pipe")
    (out / "folder").mkdir()
    for name, why in (("pipe", "File exists"), ("folder", "Is a directory")):
        before = files_in(out)
        told = shell.refused("export", session, "--format", "csv", "--out", str(out / name))
        assert told.strip().splitlines() == [f"infusion-monitor: {out / name}: {why}"]
        assert files_in(out) == before
        assert stat.S_ISFIFO((out / "pipe").stat().st_mode)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_disk_that_is_full_is_said_in_one_sentence_and_nothing_is_left(
    shell: Shell, tmp_path: Path, file_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, out = started(shell), tmp_path / "out"
    out.mkdir()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    told = shell.refused("export", session, "--format", file_format, "--out", str(out / "s.x"))
    assert told.strip().splitlines() == [
        f"infusion-monitor: {out / 's.x'}: No space left on device"
    ]
    assert files_in(out) == set()


def test_a_record_that_was_altered_leaves_and_its_files_say_so(
    shell: Shell, tmp_path: Path
) -> None:
    session, out = started(shell), tmp_path / "s.csv"
    arguments = ("export", session, "--format", "csv", "--out", str(out))
    shell.done(*arguments)
    assert seal_of(out)["verified"] is True
    with closing(sqlite3.connect(shell.data / DATABASE_NAME)) as database:
        database.execute("UPDATE sessions SET patient = 'P-0418'")
        database.commit()
    answer = shell.done(*arguments, "--json")
    assert answer.json["verified"] is False
    assert "not as it was recorded" in answer.err
    assert (seal_of(out)["verified"], "sessions" in seal_of(out)["fault"]) == (False, True)


def seal_of(out: Path) -> dict[str, Any]:
    seal: dict[str, Any] = json.loads(out.with_name(f"{out.name}.seal.json").read_text())
    return seal
