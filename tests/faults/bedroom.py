"""A room with an open session, its device and a screen that watches, at a gateway in real time."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.storage import open_records
from tests.faults.ward import Screen
from tests.processes import Device, Running, command, result, until


class Bedroom:
    """Set up at a running gateway; ``screen`` is told what staff see."""

    def __init__(self, gateway: Running, name: str = "1") -> None:
        result(gateway.data, "room", "add", name)
        self.name = name
        self.token = self.add_device(gateway, "M")
        self.session = result(
            gateway.data, "session", "start", "--room", name, "--patient", f"P-1{name}"
        )
        self.gateway = gateway
        self.screen = Screen(gateway)
        self.screen.wait_for_snapshot()

    def add_device(self, gateway: Running, name: str) -> str:
        """Its token."""
        return result(gateway.data, "device", "add", "--room", self.name, "--name", name)

    def stored(self) -> list[tuple[int, int]]:
        """Frame and place in it of every stored reading."""
        with closing(open_records(self.gateway.data)) as records:
            return sorted((one.seq, one.index) for one in records.readings(self.session))

    def told(self, word: str) -> str:
        """What the screen is told about it, as soon as it is."""

        def found() -> str | None:
            return next((one for one in self.screen.degraded if word in one), None)

        return until(found, within_s=20, what=f"a screen that is told of {word}")

    def alarmed(self, *, within_s: float = 20, **like: str) -> dict[str, Any]:
        """The alarm of this room that the screen shows and that is like this, as soon as it does."""

        def found() -> dict[str, Any] | None:
            for alarm in list(self.screen.alarms.values()):
                wanted = {**like, "session": self.session}
                if alarm["state"] != "ended" and wanted.items() <= alarm.items():
                    return alarm
            return None

        return until(found, within_s=within_s, what=f"an alarm like {like}")

    def acknowledges_nothing(self, device: Device) -> None:
        """Nothing but the device's first reading is stored, nothing more is said to be, and the gateway knows it."""
        assert self.stored() == [(1, 0)]
        with pytest.raises(TimeoutError):
            device.heard(within_s=1)
        assert (self.gateway.health() or {})["status"] == "degraded"

    def is_well(self) -> bool:
        health = self.gateway.health()
        return health is not None and health["status"] == "ok" and not self.screen.degraded


def why_it_does_not_start(data: Path) -> str:
    """The one line that is said where a gateway is started that cannot be."""
    refused = command(data, "gateway", "--gateway-port", "0")
    assert refused.returncode == 1
    assert refused.stdout == ""
    (said,) = refused.stderr.strip().splitlines()
    return said.replace(str(data), "DATA")


def resident_mb(pid: int) -> float:
    """How much memory a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
