"""Clocks that run ahead, step back or are far off never hold an alarm back."""

from __future__ import annotations

import pytest

from monitor.wire import orders
from monitor.wire.base import InvalidMessageError, rfc3339
from monitor.wire.device import Readings, parse_from_device
from tests.service.clinic import Clinic, frame_text, value


class Device:
    """A device whose clock is off by ``skew_ms``; the gateway's offset is the smallest of its last ten frames."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.skew_ms = 0
        self.differences: list[int] = []

    def second(self, spo2: float) -> None:
        clinic = self.clinic
        clinic.wait(1)
        clinic.seq += 1
        sent_at = clinic.now - 5 + self.skew_ms
        self.differences = [*self.differences, clinic.now - sent_at][-10:]
        readings = (value("pulse_rate", 80), value("spo2", spo2))
        frame = parse_from_device(frame_text(clinic.seq, sent_at, readings))
        assert isinstance(frame, Readings)
        clinic.monitor.record_frame(clinic.device, frame, min(self.differences), clinic.now)
        clinic.commit()


def limit_alarms(clinic: Clinic) -> list[tuple[int, str]]:
    return [
        (known.onset, known.state)
        for known in clinic.records.alarms(clinic.session)
        if known.alarm_kind == "limit" and known.raised_at is not None
    ]


@pytest.mark.parametrize("ahead_s", [3, 10, 59])
def test_a_reading_dated_ahead_holds_nothing_back(clinic: Clinic, ahead_s: int) -> None:
    clinic.seconds(5)
    clinic.frame(value("spo2", 97, measured_at=rfc3339(clinic.now + ahead_s * 1000)))
    clinic.seconds(1, spo2=84)
    assert len(limit_alarms(clinic)) == 1
    (room,) = clinic.monitor.snapshot(clinic.now).rooms
    assert room.values["spo2"].value == 84


@pytest.mark.parametrize("back_s", [3, 25, 120, 3_600])
def test_a_clock_that_steps_back_holds_nothing_back(clinic: Clinic, back_s: int) -> None:
    device = Device(clinic)
    for _ in range(34):
        device.second(97)
    device.skew_ms = -back_s * 1000
    device.second(84)
    assert len(limit_alarms(clinic)) == 1
    onset, _ = limit_alarms(clinic)[0]
    assert abs(clinic.now - onset) < 1_000
    for _ in range(15):
        device.second(84)
    kinds = {known.kind for known in clinic.monitor.snapshot(clinic.now).alarms}
    assert kinds == {"limit", "clock"}


def test_a_backlog_sent_after_live_readings_stays_late(clinic: Clinic) -> None:
    clinic.seconds(100)
    old = [
        value("spo2", 84, measured_at=rfc3339(clinic.now - 90_000 + n * 1000)) for n in range(20)
    ]
    clinic.frame(*old)
    assert limit_alarms(clinic) == []


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+01:00", "1969-12-31T23:59:59Z"]
)
def test_a_time_of_no_device_is_refused(moment: str) -> None:
    text = frame_text(1, 0, (value("spo2", 97, measured_at=moment),))
    with pytest.raises(InvalidMessageError) as refused:
        parse_from_device(text)
    assert refused.value.path == "readings.0.measured_at"


def test_a_clock_that_was_ahead_and_is_behind_is_another_alarm(clinic: Clinic) -> None:
    clinic.seconds(2)
    clinic.frame(value("spo2", 97), offset_ms=-3_000)
    clinic.frame(value("spo2", 97), offset_ms=50_000)
    told = {
        known.reason_code: known.state
        for known in clinic.records.alarms(clinic.session)
        if known.alarm_kind == "clock"
    }
    assert told == {"clock_ahead": "ended", "clock_behind": "active"}


def test_devices_are_told_of_a_session_when_it_begins_and_ends_only(clinic: Clinic) -> None:
    clinic.monitor.take_notices()
    for phase in ("baseline", "infusion", "observation"):
        clinic.order(
            orders.EnterPhase.model_validate({"session": "s1", "phase": phase, "override": "test"})
        )
    assert clinic.monitor.take_notices() == []
    clinic.order(orders.EnterPhase(session="s1", phase="discharged", override="x"))
    assert [(n.kind, n.session) for n in clinic.monitor.take_notices()] == [("session", None)]


def test_a_rejected_time_is_said_in_words(clinic: Clinic) -> None:
    clinic.seconds(2)
    clinic.frame(value("spo2", 97, measured_at=rfc3339(clinic.now + 120_000)))
    (alarm,) = clinic.monitor.snapshot(clinic.now).alarms
    assert alarm.text["en"] == "No value: SpO₂ – time ahead of the clock"


@pytest.mark.parametrize(
    "metrics",
    [None, {"pulse_rate": 1.0, "spo2": 1.0}, {"nibp": 600.0}],
    ids=["none", "both", "cuff"],
)
def test_saying_hello_ends_no_technical_condition(
    clinic: Clinic, metrics: dict[str, float] | None
) -> None:
    clinic.seconds(3)
    clinic.frame({"metric": "nibp", "systolic": None, "diastolic": None, "status": "cuff_error"})
    clinic.wait(12)
    before = {known.kind: known.id for known in clinic.monitor.snapshot(clinic.now).alarms}
    assert set(before) == {"no_value", "silence"}
    if metrics is None:
        clinic.hello()
    else:
        clinic.hello(metrics=metrics)
    after = {known.kind: known.id for known in clinic.monitor.snapshot(clinic.now).alarms}
    assert after == before


def test_what_was_due_before_a_frame_came_is_told_before_its_clock(clinic: Clinic) -> None:
    """The order on record never depends on how often the engine looks at the time."""
    clinic.seconds(2)
    clinic.now += 61_000
    clinic.frame(value("pulse_rate", 80), value("spo2", 97), offset_ms=3000)
    told = [
        getattr(fact.body, "alarm_kind", "")
        for fact in clinic.records.facts(clinic.session, ["alarm_changed"])
    ]
    assert told[0] == "silence"
    assert "clock" in told
    assert told.index("clock") > 1
