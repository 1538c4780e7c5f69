"""A disk that is full, slow, locked or damaged: nothing is acknowledged that is not stored, and staff are told."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from monitor.data_directory import open_existing
from monitor.storage import verify
from monitor.storage.engine import DATABASE_NAME
from tests.faults.bedroom import Bedroom, resident_mb
from tests.faults.disks import fill, small_disk
from tests.faults.preloaded import Dial
from tests.faults.report import note
from tests.processes import Device, Running, command, moment, pulse, result, until

pytestmark = pytest.mark.faults

FLOOD_FRAMES = 450
READINGS_A_FRAME = 100
"""Together more than the gateway takes while nothing becomes durable."""
MOST_GROWTH_MB = 60
SLOW_S = 6


def test_on_a_full_disk_nothing_is_acknowledged_staff_know_memory_is_bounded_and_it_goes_on_by_itself(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 48) as disk, Running(disk / "data", "gateway") as gateway:
        room = Bedroom(gateway)
        with Device(gateway.url, room.token) as device:
            assert device.deliver(pulse(80))["stored"] == 1
            memory_mb = resident_mb(gateway.process.pid)
            ballast, full_at = fill(disk), time.monotonic()
            sending = threading.Thread(target=flood, args=(device,))
            sending.start()
            reason = room.told("storage")
            told_s = time.monotonic() - full_at
            room.told("queue")
            assert room.stored() == [(1, 0)]
            with pytest.raises(TimeoutError):
                device.heard(within_s=1)
            growth_mb = resident_mb(gateway.process.pid) - memory_mb
            assert growth_mb < MOST_GROWTH_MB
            assert (gateway.health() or {})["status"] == "degraded"
            ballast.unlink()
            freed_at = time.monotonic()
            sending.join(60)
            while device.heard(within_s=30)["seq"] < device.seq:
                pass
            recovery_s = time.monotonic() - freed_at
        until(room.is_well, within_s=10, what="a gateway that says it is well")
        wanted = [
            (seq, index) for seq in range(2, device.seq + 1) for index in range(READINGS_A_FRAME)
        ]
        assert room.stored() == [(1, 0), *wanted]
        room.screen.close()
        assert verify(gateway.data, open_existing(gateway.data).journal_key).fault is None
        note(
            "disk full",
            held=f"no acknowledgement while full, then all {len(wanted)} readings stored once; memory grew by "
            f"{growth_mb:.0f} MB at most, then devices were not read",
            seen=f"after {told_s:.1f} s on every screen and in /healthz: {reason}",
            recovery=f"by itself, {recovery_s:.1f} s after room was made, with everything that waited",
        )


def flood(device: Device) -> None:
    """Send more than the gateway takes while nothing becomes durable."""
    for _ in range(FLOOD_FRAMES):
        at = moment()
        readings = [
            {"metric": "pulse_rate", "value": 70 + n / 100, "measured_at": at}
            for n in range(READINGS_A_FRAME)
        ]
        device.send(*readings)


@pytest.mark.long
def test_while_another_program_holds_the_database_nothing_is_acknowledged_and_staff_know(
    tmp_path: Path,
) -> None:
    with Running(tmp_path / "data", "gateway") as gateway:
        room = Bedroom(gateway)
        with Device(gateway.url, room.token) as device:
            assert device.deliver(pulse(80))["stored"] == 1
            database = gateway.data / DATABASE_NAME
            with closing(sqlite3.connect(database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                locked_at = time.monotonic()
                device.send(pulse(81))
                reason = room.told("storage")
                told_s = time.monotonic() - locked_at
                with pytest.raises(TimeoutError):
                    device.heard(within_s=1)
                other.execute("ROLLBACK")
                freed_at = time.monotonic()
            assert device.heard(within_s=20)["seq"] == 2
            recovery_s = time.monotonic() - freed_at
        until(room.is_well, within_s=10, what="a gateway that says it is well")
        assert room.stored() == [(1, 0), (2, 0)]
        room.screen.close()
        note(
            "database locked by another program",
            held="no acknowledgement while it was held, then each reading stored once",
            seen=f"after {told_s:.1f} s on every screen and in /healthz: {reason}",
            recovery=f"by itself, {recovery_s:.1f} s after it was let go",
        )


@pytest.mark.long
def test_a_slow_disk_is_told_and_nothing_is_acknowledged_before_it_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delay = Dial("slow", tmp_path, monkeypatch)
    with Running(tmp_path / "data", "gateway") as gateway:
        room = Bedroom(gateway)
        with Device(gateway.url, room.token) as device:
            assert device.deliver(pulse(80))["stored"] == 1
            delay.turn(SLOW_S)
            slow_at = time.monotonic()
            device.send(pulse(81))
            reason = room.told("storage")
            told_s = time.monotonic() - slow_at
            assert device.heard(within_s=20)["seq"] == 2
            assert time.monotonic() - slow_at >= SLOW_S
            delay.turn(0)
            quick_at = time.monotonic()
            assert device.deliver(pulse(82))["seq"] == 3
            recovery_s = time.monotonic() - quick_at
        until(room.is_well, within_s=10, what="a gateway that says it is well")
        assert room.stored() == [(1, 0), (2, 0), (3, 0)]
        room.screen.close()
        note(
            f"a disk that takes {SLOW_S} s for each commit",
            held="acknowledged only when it was durable, each reading stored once",
            seen=f"after {told_s:.1f} s on every screen and in /healthz: {reason}",
            recovery=f"{recovery_s:.1f} s after the disk was quick again",
        )


@pytest.mark.parametrize("damage", ["its first page is overwritten", "its second half is missing"])
def test_a_gateway_does_not_start_on_a_damaged_database_and_says_why_in_one_line(
    tmp_path: Path, damage: str
) -> None:
    data = tmp_path / "data"
    result(data, "room", "add", "1")
    database = data / DATABASE_NAME
    with database.open("r+b") as file:
        if damage.startswith("its first"):
            file.write(b"\xff" * 4096)
        else:
            file.truncate(database.stat().st_size // 8192 * 4096)
    refused = command(data, "gateway", "--gateway-port", "0")
    assert refused.returncode == 1
    said = refused.stderr.strip().splitlines()
    assert len(said) == 1, said
    note(
        f"damaged database: {damage}",
        held="nothing starts that could look as if it watched",
        seen=f"one line where it was started: {said[0].replace(str(data), 'DATA')}",
        recovery="by restoring a backup",
    )


@pytest.mark.long
def test_a_device_that_is_cut_off_by_a_full_disk_gets_in_again_afterwards(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk, Running(disk / "data", "gateway") as gateway:
        room = Bedroom(gateway)
        ballast = fill(disk)
        with pytest.raises((TimeoutError, ConnectionClosed)):
            # A welcome says how much is durable: none while nothing can be written.
            Device(gateway.url, room.token)
        ballast.unlink()
        until(room.is_well, within_s=20, what="a gateway that says it is well")
        with Device(gateway.url, room.token) as device:
            assert device.deliver(pulse(80))["stored"] == 1
        room.screen.close()
