"""A backup taken beside a gateway that runs, and a gateway that goes on from it: real processes, a real device."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from monitor.data_directory import open_existing
from monitor.storage import open_records, verify
from tests.processes import PROGRAM, Device, Running, command, pulse, result, result_json

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("ROUNDS", "3"))


def test_after_a_restore_a_device_goes_on_and_what_is_lost_is_on_record(tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    with Running(tmp_path / "data", "gateway") as gateway:
        result(gateway.data, "room", "add", "1")
        token = result(gateway.data, "device", "add", "--room", "1", "--name", "Bedside")
        session = result(gateway.data, "session", "start", "--room", "1", "--patient", "P-1")
        with Device(gateway.url, token) as device:
            device.deliver(pulse(70))
            told = result_json(gateway.data, "backup", str(file))
            assert told["proven"]
            # Acknowledged, so the device forgets it; and gone with the record that is put aside.
            device.deliver(pulse(71))
            refused = command(gateway.data, "restore", str(file), "--set-aside")
            assert (refused.returncode, "stop it first" in refused.stderr) == (1, True)
            stream, seq = device.stream, device.seq
        gateway.stop()
        answer = command(gateway.data, "restore", str(file), "--set-aside")
        assert answer.returncode == 0, answer.stderr
        assert "with 1 readings" in answer.stderr
        gateway.start()
        gateway.wait_until_healthy()
        with Device(gateway.url, token, stream, seq) as device:
            assert (device.welcome["last_seq"], device.welcome["session"]) == (1, session)
            assert device.deliver(pulse(72))["stored"] == 1
        gateway.stop()
        _holds(gateway.data, session, [70, 72])


def _holds(data: Path, session: str, values: list[float]) -> None:
    records = open_records(data)
    try:
        assert [known.reading.value for known in records.readings(session)] == values
        gap, restored = records.newest_fact("sequence_gap"), records.newest_fact("record_restored")
        assert gap is not None
        assert restored is not None
    finally:
        records.close()
    assert verify(data, open_existing(data).journal_key).fault is None


def test_a_backup_that_is_killed_leaves_none(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    folder.mkdir()
    result(data, "room", "add", "1")
    for number in range(ROUNDS):
        file = folder / f"{number}.backup"
        arguments = [*PROGRAM, "--data", str(data), "backup", str(file)]
        with subprocess.Popen(
            arguments, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ) as one:
            try:
                one.wait(0.4 + 1.2 * number / ROUNDS)
            except subprocess.TimeoutExpired:
                one.send_signal(signal.SIGKILL)
        named = [path for path in folder.iterdir() if not path.name.startswith(".")]
        if file in named:
            assert "is whole" in result(data, "restore", "--check", str(file))
    last = folder / "last.backup"
    result(data, "backup", str(last))
    assert [path.name for path in data.glob(".keeping-*")] == []
