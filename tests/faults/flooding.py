"""A device that sends more than the gateway takes while nothing becomes durable, and what became of all of it."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager
from typing import NamedTuple

from monitor.data_directory import open_existing
from monitor.storage import verify
from tests.faults.bedroom import Bedroom, resident_mb
from tests.processes import Device, moment, pulse, until

FLOOD_FRAMES = 450
READINGS_A_FRAME = 100
MOST_GROWTH_MB = 60


class Flooded(NamedTuple):
    """``reason`` is what the screens were told; ``readings`` were stored once each after the fault."""

    reason: str
    told_s: float
    growth_mb: float
    recovery_s: float
    readings: int


def flood_through(room: Bedroom, fault: AbstractContextManager[object]) -> Flooded:
    """Flood the gateway while ``fault`` keeps it from storing: it tells, waits, and then stores everything once."""
    gateway = room.gateway
    with Device(gateway.url, room.token) as device:
        assert device.deliver(pulse(80))["stored"] == 1
        memory_mb = resident_mb(gateway.process.pid)
        sending = threading.Thread(target=_flood, args=(device,))
        with fault:
            failed_at = time.monotonic()
            sending.start()
            reason = room.told("storage")
            told_s = time.monotonic() - failed_at
            room.told("queue")
            room.acknowledges_nothing(device)
            growth_mb = resident_mb(gateway.process.pid) - memory_mb
            assert growth_mb < MOST_GROWTH_MB
        mended_at = time.monotonic()
        sending.join(60)
        while device.heard(within_s=30)["seq"] < device.seq:
            pass
        recovery_s = time.monotonic() - mended_at
    until(room.is_well, within_s=10, what="a gateway that says it is well")
    wanted = [(seq, place) for seq in range(2, device.seq + 1) for place in range(READINGS_A_FRAME)]
    assert room.stored() == [(1, 0), *wanted]
    room.screen.close()
    assert verify(gateway.data, open_existing(gateway.data).journal_key).fault is None
    return Flooded(reason, told_s, growth_mb, recovery_s, len(wanted))


def _flood(device: Device) -> None:
    for _ in range(FLOOD_FRAMES):
        at = moment()
        readings = [
            {"metric": "pulse_rate", "value": 70 + n / 100, "measured_at": at}
            for n in range(READINGS_A_FRAME)
        ]
        device.send(*readings)
