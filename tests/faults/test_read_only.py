"""The disk turns read-only while the gateway runs: nothing is acknowledged, staff are told, memory stays bounded."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from monitor.data_directory import open_existing
from monitor.storage import verify
from tests.faults.bedroom import Bedroom, resident_mb
from tests.faults.disks import FailingDisk, read_only
from tests.faults.preloaded import Dial
from tests.faults.report import note
from tests.faults.test_disk import MOST_GROWTH_MB, READINGS_A_FRAME, flood
from tests.processes import Device, Running, command, pulse, result, until

pytestmark = pytest.mark.faults


def test_a_gateway_on_a_read_only_disk_does_not_start_and_says_why_in_one_line(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    result(data, "room", "add", "1")
    with read_only(data):
        refused = command(data, "gateway", "--gateway-port", "0")
    assert refused.returncode == 1
    assert refused.stdout == ""
    said = refused.stderr.strip().splitlines()
    assert len(said) == 1, said
    assert "read-only" in said[0].lower()
    result(data, "room", "add", "2")
    note(
        "read-only disk at the start",
        held="nothing starts that could look as if it watched; the record is as it was",
        seen=f"one line where it was started: {said[0].replace(str(data), 'DATA')}",
        recovery="as soon as the disk can be written, at the next start",
    )


@pytest.mark.long
def test_a_disk_that_turns_read_only_under_a_flood_is_told_and_all_is_stored_once_it_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = Dial("sealed", tmp_path, monkeypatch)
    with Running(tmp_path / "data", "gateway") as gateway:
        room = Bedroom(gateway)
        with Device(gateway.url, room.token) as device:
            assert device.deliver(pulse(80))["stored"] == 1
            memory_mb = resident_mb(gateway.process.pid)
            seal.turn(1)
            sealed_at = time.monotonic()
            sending = threading.Thread(target=flood, args=(device,))
            sending.start()
            reason = room.told("storage")
            told_s = time.monotonic() - sealed_at
            room.told("queue")
            _nothing_is_acknowledged(room, device)
            growth_mb = resident_mb(gateway.process.pid) - memory_mb
            assert growth_mb < MOST_GROWTH_MB
            seal.turn(0)
            freed_at = time.monotonic()
            sending.join(60)
            while device.heard(within_s=30)["seq"] < device.seq:
                pass
            recovery_s = time.monotonic() - freed_at
        until(room.is_well, within_s=10, what="a gateway that says it is well")
        wanted = _frames(2, device.seq)
        assert room.stored() == [(1, 0), *wanted]
        room.screen.close()
        assert verify(gateway.data, open_existing(gateway.data).journal_key).fault is None
        note(
            "disk that turns read-only and can be written again (every write answered as by one)",
            held=f"no acknowledgement while read-only, then all {len(wanted)} readings stored once, the record proven; "
            f"memory grew by {growth_mb:.0f} MB at most, then devices were not read",
            seen=f"after {told_s:.1f} s on every screen and in /healthz: {reason}",
            recovery=f"by itself, {recovery_s:.1f} s after it could be written, with everything that waited",
        )


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
            _nothing_is_acknowledged(room, device)
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


def _nothing_is_acknowledged(room: Bedroom, device: Device) -> None:
    assert room.stored() == [(1, 0)]
    with pytest.raises(TimeoutError):
        device.heard(within_s=1)
    assert (room.gateway.health() or {})["status"] == "degraded"


def _frames(first: int, last: int) -> list[tuple[int, int]]:
    return [(seq, index) for seq in range(first, last + 1) for index in range(READINGS_A_FRAME)]
