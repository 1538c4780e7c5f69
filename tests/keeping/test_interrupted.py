"""Whatever interrupts a restore, the directory is the old record, the new one, or says that it is neither."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.data_directory import DirectoryError, open_existing
from monitor.storage import verify
from tests.keeping.clinics import a_frame, add, backed_up, recorded, restored

OLD, NEW = 5, 4
"""Batches of the record that is replaced, and of the restored one with its own fact."""


class Killed(BaseException):
    """The process ends here."""


def killed_at(move: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program end when it is about to give a file its name for the so many-th time."""
    replace, made = Path.replace, [0]

    def counted(self: Path, target: Path) -> Path:
        made[0] += 1
        if made[0] == move:
            raise Killed
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", counted)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    directory = recorded(folder / "data")
    backed_up(directory, folder / "a.backup")
    add(directory, a_frame(3), a_frame(4))
    return folder


def test_killed_between_any_two_files_a_restore_leaves_no_record_by_mistake(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for move in range(1, 40):
        data = tmp_path / str(move)
        shutil.copytree(prepared / "data", data)
        with monkeypatch.context() as patched:
            killed_at(move, patched)
            try:
                restored(prepared / "a.backup", data, set_aside=True)
                break
            except Killed:
                pass
        _is_one_or_says_so(data)
        restored(prepared / "a.backup", data, set_aside=True)
        assert _batches(data) == NEW
    else:
        pytest.fail("a restore gives fewer files a name than were tried")
    assert move > 10, "it was interrupted at every one of them"


def _is_one_or_says_so(data: Path) -> None:
    try:
        found = _batches(data)
    except DirectoryError as error:
        assert "restore again" in str(error)  # noqa: PT017 - one of two good ends
    else:
        assert found in (OLD, NEW)


def _batches(data: Path) -> int:
    """Of a record that is whole."""
    proof = verify(data, open_existing(data).journal_key)
    assert proof.fault is None
    return proof.batches


def test_an_interrupted_restore_into_a_new_directory_leaves_it_new_or_says_so(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for move in (1, 2, 3, 6):
        data = tmp_path / str(move)
        with monkeypatch.context() as patched:
            killed_at(move, patched)
            with pytest.raises(Killed):
                restored(prepared / "a.backup", data)
        assert not data.exists() or any(path.name == "restoring.json" for path in data.iterdir())
        restored(prepared / "a.backup", data, set_aside=True)
        assert _batches(data) == NEW
