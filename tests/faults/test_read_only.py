"""The disk turns read-only while the gateway runs: nothing is acknowledged, staff are told, memory stays bounded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.data_directory import open_existing
from monitor.storage import verify
from tests.faults.bedroom import Bedroom, why_it_does_not_start
from tests.faults.disks import FailingDisk, read_only
from tests.faults.flooding import flood_through
from tests.faults.preloaded import Dial
from tests.faults.report import note
from tests.processes import Device, Running, pulse, result

pytestmark = pytest.mark.faults


def test_a_gateway_on_a_read_only_disk_does_not_start_and_says_why_in_one_line(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    result(data, "room", "add", "1")
    with read_only(data):
        said = why_it_does_not_start(data)
    assert "read-only" in said.lower()
    result(data, "room", "add", "2")
    note(
        "read-only disk at the start",
        held="nothing starts that could look as if it watched; the record is as it was",
        seen=f"one line where it was started: {said}",
        recovery="as soon as the disk can be written, at the next start",
    )


@pytest.mark.long
def test_a_disk_that_turns_read_only_under_a_flood_is_told_and_all_is_stored_once_it_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = Dial("sealed", tmp_path, monkeypatch)
    with Running(tmp_path / "data", "gateway") as gateway:
        found = flood_through(Bedroom(gateway), _sealed(seal))
        note(
            "disk that turns read-only and can be written again (every write answered as by one)",
            held=f"no acknowledgement while read-only, then all {found.readings} readings stored once, the record "
            f"proven; memory grew by {found.growth_mb:.0f} MB at most, then devices were not read",
            seen=f"after {found.told_s:.1f} s on every screen and in /healthz: {found.reason}",
            recovery=f"by itself, {found.recovery_s:.1f} s after it could be written, with everything that waited",
        )


@contextmanager
def _sealed(seal: Dial) -> Iterator[None]:
    seal.turn(1)
    yield
    seal.turn(0)


@pytest.mark.long
def test_a_disk_that_fails_and_turns_read_only_is_told_and_after_its_repair_nothing_is_lost(
    tmp_path: Path,
) -> None:
    # The log lies there too: that it cannot be written must not end the monitoring.
    with (
        FailingDisk(tmp_path / "disk", 64) as disk,
        Running(disk.directory / "data", "gateway") as gateway,
    ):
        room = Bedroom(gateway)
        with Device(gateway.url, room.token) as device:
            assert device.deliver(pulse(80))["stored"] == 1
            disk.fail()
            failed_at = time.monotonic()
            device.send(pulse(81))
            reason = room.told("storage")
            told_s = time.monotonic() - failed_at
            room.acknowledges_nothing(device)
            assert gateway.process.poll() is None
        room.screen.close()
        assert gateway.stop() == 0
        repairing_at = time.monotonic()
        disk.repair()
        gateway.start()
        gateway.wait_until_healthy()
        with Device(gateway.url, room.token, device.stream) as again:
            assert again.welcome["last_seq"] == 1
            again.seq = 1
            assert again.deliver(pulse(81))["stored"] == 1
            assert again.deliver(pulse(82))["stored"] == 1
        recovery_s = time.monotonic() - repairing_at
        assert room.stored() == [(seq, 0) for seq in (1, 2, 3)]
        assert verify(gateway.data, open_existing(gateway.data).journal_key).fault is None
        note(
            "disk that fails (an error of ext4, which writes no more), with the log on it",
            held="no acknowledgement from then on, the gateway goes on and says so; after the repair each reading is "
            "stored once, the record proven",
            seen=f"after {told_s:.1f} s on every screen and in /healthz: {reason}",
            recovery=f"{recovery_s:.1f} s with the check of the disk and a new start: until then "
            "Linux lets no program write there",
        )
