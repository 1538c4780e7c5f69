"""The gateway is killed while devices send as fast as they can."""

from __future__ import annotations

import csv
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from monitor.console import execute
from monitor.data_directory import open_existing
from monitor.wire.orders import AcknowledgeAlarm
from tests.processes import Device, Running, moment, pulse, result, result_json, spo2, until

pytestmark = pytest.mark.faults

FRAMES_AHEAD = 50
ENOUGH_FRAMES = 300


@dataclass
class Queue:
    """A device's queue: each frame has one pulse rate, which tells its number."""

    url: str
    token: str
    stream: str | None = None
    sent: int = 0
    acknowledged: int = 0
    failure: list[BaseException] = field(default_factory=list)

    def send_until_cut_off(self) -> None:
        """Send on, never more than a few frames ahead of what is acknowledged."""
        try:
            with Device(self.url, self.token) as device:
                self.stream = device.stream
                while True:
                    self.sent = device.send(pulse(value_of(device.seq + 1)))
                    while self.sent - self.acknowledged >= FRAMES_AHEAD:
                        self.acknowledged = device.heard()["seq"]
        except ConnectionClosed:
            return
        except BaseException as error:
            self.failure.append(error)
            raise

    def resume(self, url: str) -> int:
        """Send again what the gateway does not have; the highest number that it had."""
        with Device(url, self.token, self.stream) as device:
            device.seq = last_seq = device.welcome["last_seq"]
            while device.seq < self.sent:
                device.deliver(pulse(value_of(device.seq + 1)))
        return int(last_seq)


def value_of(seq: int) -> float:
    return 60 + seq / 1000


def raised(data: Path, session: str) -> list[dict[str, Any]]:
    return list(result_json(data, "session", "show", session)["alarms"])


def alarm_of(data: Path, session: str, kind_of_value: str) -> dict[str, Any]:
    """The session's alarm about this metric, once there is one."""

    def found() -> dict[str, Any] | None:
        return next((a for a in raised(data, session) if a["metric"] == kind_of_value), None)

    return until(found, within_s=20, what=f"an alarm about {kind_of_value} in {session}")


def stored(data: Path, session: str) -> list[tuple[int, float]]:
    """Frame number and value of every stored pulse rate."""
    out = data / f"{session}.csv"
    result(data, "export", session, "--format", "csv", "--out", str(out))
    with out.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "pulse_rate"]
    return [(int(row["seq"]), float(row["value"])) for row in rows]


def test_nothing_acknowledged_is_lost_nothing_is_twice_and_alarms_stand_as_before(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with Running(data, "gateway") as gateway:
        sessions, queues = [], []
        for room in ("1", "2"):
            result(data, "room", "add", room)
            token = result(data, "device", "add", "--room", room, "--name", f"Monitor {room}")
            sessions.append(
                result(data, "session", "start", "--room", room, "--patient", f"P-{room}")
            )
            queues.append(Queue(gateway.url, token))
        active, acknowledged = _two_alarms(gateway, sessions)

        loads = [threading.Thread(target=queue.send_until_cut_off) for queue in queues]
        for load in loads:
            load.start()
        until(
            lambda: all(queue.acknowledged > ENOUGH_FRAMES for queue in queues),
            within_s=60,
            what="devices under way",
        )
        gateway.process.kill()
        gateway.process.wait(10)
        for load, queue in zip(loads, queues, strict=True):
            load.join(20)
            assert not queue.failure
            assert queue.sent > queue.acknowledged

        gateway.start()
        gateway.wait_until_healthy()
        assert alarm_of(data, sessions[0], "spo2") == active
        assert alarm_of(data, sessions[1], "nibp") == acknowledged
        for queue, session in zip(queues, sessions, strict=True):
            assert queue.resume(gateway.url) >= queue.acknowledged
            wanted = [(seq, value_of(seq)) for seq in range(1, queue.sent + 1)]
            assert sorted(stored(data, session)) == wanted


def _two_alarms(gateway: Running, sessions: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """An active alarm in the first session and an acknowledged one in the second."""
    pressure = {"metric": "nibp", "systolic": 190, "diastolic": 118, "measured_at": moment()}
    extra = {}
    for room, reading in (("1", spo2(80)), ("2", pressure)):
        extra[room] = result(
            gateway.data, "device", "add", "--room", room, "--name", f"Alarming {room}"
        )
        with Device(gateway.url, extra[room]) as device:
            assert device.deliver(reading)["stored"] == 1
    active = alarm_of(gateway.data, sessions[0], "spo2")
    assert (active["state"], active["priority"]) == ("active", "high")
    raised_one = alarm_of(gateway.data, sessions[1], "nibp")
    execute(open_existing(gateway.data), AcknowledgeAlarm(alarm=raised_one["id"]))
    acknowledged = alarm_of(gateway.data, sessions[1], "nibp")
    assert acknowledged["state"] == "acknowledged"
    return active, acknowledged
