from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.data_directory import (
    DataDirectory,
    DirectoryBusyError,
    DirectoryError,
    GatewayAddress,
    create,
    open_existing,
    write_whole,
)

HOLDER = """
import sys, time
from pathlib import Path
from monitor.data_directory import open_existing
with open_existing(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


def address(pid: int) -> GatewayAddress:
    return GatewayAddress(
        pid=pid,
        host="127.0.0.1",
        port=8050,
        gateway_port=8051,
        url="ws://127.0.0.1:8051",
        dashboard_url="http://127.0.0.1:8050",
        credential="secret",
        simulated=False,
        clock_speed=1.0,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("simulated", [True, False])
def test_a_directory_stays_what_it_was_made_for(tmp_path: Path, simulated: bool) -> None:
    create(tmp_path, simulated=simulated)
    assert open_existing(tmp_path).simulated is simulated
    assert create(tmp_path, simulated=None).simulated is simulated
    with pytest.raises(DirectoryError, match="stays so"):
        create(tmp_path, simulated=not simulated)


def test_a_new_directory_is_its_owners_alone(tmp_path: Path) -> None:
    made = create(tmp_path / "clinic" / "data", simulated=False)
    assert mode(made.path) == 0o700


def test_keys_are_made_once_and_for_their_owner_only(data_directory: DataDirectory) -> None:
    keys = data_directory.path / "keys"
    assert mode(keys) == 0o700
    assert {mode(key) for key in keys.iterdir()} == {0o600}
    again = create(data_directory.path, simulated=None)
    assert again.journal_key == data_directory.journal_key
    assert len(again.cookie_key) == 32
    assert again.cookie_key != again.journal_key


def test_a_shortened_key_is_refused(data_directory: DataDirectory) -> None:
    (data_directory.path / "keys" / "journal.key").write_bytes(b"short")
    with pytest.raises(DirectoryError, match="damaged"):
        _ = data_directory.journal_key


def test_files_of_others_may_lie_in_the_directory_before(tmp_path: Path) -> None:
    (tmp_path / "notes.log").write_text("x")
    assert create(tmp_path, simulated=True).simulated


def test_a_database_without_its_description_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "infusion-monitor.sqlite3").write_bytes(b"")
    with pytest.raises(DirectoryError, match=r"no directory\.json"):
        create(tmp_path, simulated=False)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 1}', '{"version": 9, "simulated": true}']
)
def test_a_damaged_description_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "directory.json").write_text(content)
    with pytest.raises(DirectoryError):
        create(tmp_path, simulated=None)


def test_only_one_process_writes(data_directory: DataDirectory) -> None:
    with data_directory.writing(), pytest.raises(DirectoryBusyError), data_directory.writing():
        pass
    with data_directory.writing():
        pass


def test_the_lock_dies_with_its_process(data_directory: DataDirectory) -> None:
    arguments = [sys.executable, "-c", HOLDER, str(data_directory.path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DirectoryBusyError), data_directory.writing():
            pass
        holder.kill()
        holder.wait()
    with data_directory.writing():
        pass


def test_a_gateway_is_alive_while_it_holds_the_lock(data_directory: DataDirectory) -> None:
    with data_directory.writing():
        data_directory.announce(address(os.getpid()))
        assert data_directory.living_gateway() == address(os.getpid())
        assert mode(data_directory.path / "gateway.json") == 0o600


def test_a_stale_announcement_is_ignored(data_directory: DataDirectory) -> None:
    with data_directory.writing():
        data_directory.announce(address(os.getpid()))
    assert data_directory.living_gateway() is None


def test_a_stale_announcement_is_ignored_while_a_command_writes(
    data_directory: DataDirectory,
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    with data_directory.writing():
        data_directory.announce(address(ended.pid))
        assert data_directory.living_gateway() is None


def test_a_damaged_announcement_is_said_and_not_guessed_at(data_directory: DataDirectory) -> None:
    with data_directory.writing():
        (data_directory.path / "gateway.json").write_text(json.dumps({"pid": 1}))
        with pytest.raises(DirectoryError, match="damaged"):
            data_directory.living_gateway()


def test_a_failed_write_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    write_whole(file, "old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_research_is_drawn_from_is_stable_and_not_the_key_of_the_chain(tmp_path: Path) -> None:
    made = create(tmp_path / "data", simulated=True)
    assert made.research_secret == open_existing(tmp_path / "data").research_secret
    assert made.research_secret not in {made.journal_key, made.cookie_key}
