"""A disk that is full, slow, locked or damaged: nothing is acknowledged that is not stored, and staff are told."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from monitor import console
from monitor.data_directory import open_existing
from monitor.storage import open_records
from monitor.storage.engine import DATABASE_NAME
from monitor.wire.orders import AddRoom
from tests.faults.bedroom import Bedroom, why_it_does_not_start
from tests.faults.disks import fill, small_disk
from tests.faults.flooding import flood_through
from tests.faults.preloaded import Dial
from tests.faults.report import note
from tests.processes import Device, Running, pulse, result, until

pytestmark = pytest.mark.faults

SLOW_S = 6


def test_on_a_full_disk_nothing_is_acknowledged_staff_know_memory_is_bounded_and_it_goes_on_by_itself(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 48) as disk, Running(disk / "data", "gateway") as gateway:
        found = flood_through(Bedroom(gateway), _full(disk))
        note(
            "disk full",
            held=f"no acknowledgement while full, then all {found.readings} readings stored once; memory grew by "
            f"{found.growth_mb:.0f} MB at most, then devices were not read",
            seen=f"after {found.told_s:.1f} s on every screen and in /healthz: {found.reason}",
            recovery=f"by itself, {found.recovery_s:.1f} s after room was made, with everything that waited",
        )


@contextmanager
def _full(disk: Path) -> Iterator[None]:
    ballast = fill(disk)
    yield
    ballast.unlink()


def test_a_command_that_gets_no_answer_says_how_the_gateway_is_and_that_the_order_may_still_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Running(tmp_path / "data", "gateway") as gateway:
        directory = open_existing(gateway.data)
        monkeypatch.setattr(console, "PATIENCE_S", 4.0)
        database = gateway.data / DATABASE_NAME
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(
                console.NotDoneError,
                match=r"has not answered for 4 s; it says: storage: .* may still",
            ):
                console.execute(directory, AddRoom(name="1"))
            other.execute("ROLLBACK")
        with closing(open_records(gateway.data)) as records:
            until(lambda: bool(records.rooms()), within_s=20, what="the room")


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
    said = why_it_does_not_start(data)
    note(
        f"damaged database: {damage}",
        held="nothing starts that could look as if it watched",
        seen=f"one line where it was started: {said}",
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
