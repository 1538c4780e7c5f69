"""The shipped units are sound, and the watchdog hears of a gateway only while its alarm engine runs."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.cli.units import UNITS, unit, unit_name
from monitor.data_directory import DataDirectory
from monitor.gateway.server import _keep_time
from monitor.lifeline import notify_alive
from tests.processes import PROGRAM
from tests.shell import Shell

MOST_EXPOSED = 2.0


@pytest.fixture
def written(tmp_path: Path) -> list[Path]:
    paths = []
    for name in UNITS:
        path = tmp_path / unit_name(name)
        path.write_text(unit(name, Path(sys.executable)) + "\n")
        paths.append(path)
    return paths


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not on this machine")
    return found


def test_systemd_takes_the_units_as_they_are(written: list[Path], analyze: str) -> None:
    found = subprocess.run(
        [analyze, "verify", *map(str, written)], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_the_services_have_no_rights_that_they_do_not_need(
    written: list[Path], analyze: str
) -> None:
    for path in written:
        found = subprocess.run(
            [analyze, "security", "--offline=yes", "--no-pager", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        level = re.search(r"exposure level for \S+: ([0-9.]+)", found.stdout)
        if level is None:
            pytest.skip(f"this systemd-analyze cannot judge a file: {found.stderr.strip()[:80]}")
        assert float(level[1]) <= MOST_EXPOSED


def test_the_command_prints_a_unit_of_this_installation(shell: Shell) -> None:
    for name in UNITS:
        printed = shell.done("systemd-unit", name).out
        (line,) = re.findall(r"^ExecStart=(\S+) (\w+) ", printed, re.MULTILINE)
        assert Path(line[0]).is_absolute()
        assert line[1] == name
        assert "@PROGRAM@" not in printed
    assert "WatchdogSec=10" in shell.done("systemd-unit", "gateway").out


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Hears what a service manager hears."""
    address = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "10000000")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.bind(address)
        opened.settimeout(30)
        yield opened


def test_a_gateway_says_that_it_is_ready_and_from_then_on_that_it_lives(
    listener: socket.socket, data_directory: DataDirectory
) -> None:
    flags = ("gateway", "--data", str(data_directory.path), "--port", "0", "--gateway-port", "0")
    with subprocess.Popen([*PROGRAM, *flags], stderr=subprocess.DEVNULL) as gateway:
        try:
            heard = [listener.recv(64) for _ in range(3)]
        finally:
            gateway.terminate()
    assert sorted(heard) == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
    assert gateway.returncode == 0


async def test_an_engine_that_fails_is_not_told_to_live() -> None:
    ticks, told = [0], []

    def tick() -> None:
        ticks[0] += 1
        if ticks[0] > 10:
            raise ValueError("broken")

    health = SimpleNamespace(engine_failed=lambda _: None)
    core: Any = SimpleNamespace(tick=tick, heartbeat=lambda: None, health=health)
    with pytest.raises(ValueError, match="broken"):
        await asyncio.wait_for(_keep_time(core, lambda: told.append(ticks[0])), 30)
    assert told == [10]


def test_another_process_does_not_speak_for_the_one_that_is_watched(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    notify_alive()
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    notify_alive()
    assert listener.recv(64) == b"WATCHDOG=1"
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.recv(64)


def test_a_watchdog_that_is_gone_ends_no_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "1")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    notify_alive()
