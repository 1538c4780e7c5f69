"""Frames of a device: what is stored, what is kept apart, whose it is."""

from __future__ import annotations

import pytest

from monitor.wire import orders
from monitor.wire.base import rfc3339
from monitor.wire.device import Readings, parse_from_device
from tests.service.clinic import Clinic, cuff, frame_text, value


def stored(clinic: Clinic) -> list[tuple[str, float | None]]:
    return [
        (str(known.reading.metric), known.reading.value)
        for known in clinic.records.readings(clinic.session)
    ]


def test_a_frame_is_stored_once_and_its_first_content_wins(clinic: Clinic) -> None:
    assert clinic.frame(value("pulse_rate", 81)).stored == 1
    assert clinic.frame(value("pulse_rate", 99), seq=1).stored == 0
    assert stored(clinic) == [("pulse_rate", 81.0)]


def test_a_gap_is_journalled_and_what_fills_it_later_is_stored_once(clinic: Clinic) -> None:
    clinic.frame(value("pulse_rate", 81), seq=1)
    clinic.frame(value("pulse_rate", 84), seq=5)
    assert clinic.frame(value("pulse_rate", 83), seq=3).stored == 1
    assert clinic.frame(value("pulse_rate", 83), seq=3).stored == 0
    assert clinic.frame(value("pulse_rate", 82), seq=2).stored == 1
    (position,) = clinic.records.positions()
    assert (position.last_seq, position.holes) == (5, ((4, 4),))


def test_a_gap_is_still_open_after_a_restart(clinic: Clinic) -> None:
    clinic.frame(value("pulse_rate", 81), seq=1)
    clinic.frame(value("pulse_rate", 84), seq=5)
    clinic.restart()
    assert clinic.hello().last_seq == 5
    assert clinic.frame(value("pulse_rate", 83), seq=3).stored == 1
    assert clinic.frame(value("pulse_rate", 84), seq=5).stored == 0


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        (value("pulse_rate", 301), "out_of_range"),
        (value("pulse_rate", 19), "out_of_range"),
        (value("spo2", 101), "out_of_range"),
        (value("resp_rate", 81), "out_of_range"),
        (value("temperature", 24), "out_of_range"),
        (value("glucose", 5), "unknown_metric"),
        (cuff(85, 86), "contradictory"),
        (cuff(120, 80, mean=130), "contradictory"),
        (cuff(281, 80), "out_of_range"),
        (cuff(None, None, mean=251), "out_of_range"),
    ],
)
def test_what_cannot_be_true_is_kept_apart(
    clinic: Clinic, reading: dict[str, object], code: str
) -> None:
    outcome = clinic.frame(reading)
    assert (outcome.stored, [known.code for known in outcome.rejected]) == (0, [code])
    assert stored(clinic) == []
    assert clinic.records.rejected_count(clinic.session) == 1


@pytest.mark.parametrize(
    ("ahead_s", "code"), [(61, "future_time"), (59, None), (-86_300, None), (-86_401, "too_old")]
)
def test_times_too_far_off_are_rejected(clinic: Clinic, ahead_s: int, code: str | None) -> None:
    moment = rfc3339(clinic.now + ahead_s * 1000)
    outcome = clinic.frame(value("pulse_rate", 80, measured_at=moment))
    assert [known.code for known in outcome.rejected] == ([code] if code else [])


@pytest.mark.parametrize("sentinel", [0, -1, -99.9, -100, -999, 127, 8388607, None])
def test_sentinels_are_stored_as_no_value_and_never_as_a_number(
    clinic: Clinic, sentinel: float | None
) -> None:
    assert clinic.frame(value("spo2", sentinel)).stored == 1
    (known,) = clinic.records.readings(clinic.session)
    assert (known.reading.value, known.reading.status) == (None, "no_signal")


def test_zero_is_a_value_where_it_can_be_one(clinic: Clinic) -> None:
    clinic.frame(value("resp_rate", 0))
    assert stored(clinic) == [("resp_rate", 0.0)]


def test_values_are_kept_to_three_decimals(clinic: Clinic) -> None:
    clinic.frame(value("pulse_rate", 84.1254), cuff(None, None, mean=91.125))
    kept = [known.reading for known in clinic.records.readings(clinic.session)]
    assert {known.value or known.mean for known in kept} == {84.125, 91.125}


def test_half_a_cuff_is_no_blood_pressure_but_its_mean_may_be_one(clinic: Clinic) -> None:
    clinic.frame(cuff(0, 80, mean=91))
    (known,) = clinic.records.readings(clinic.session)
    assert (known.reading.systolic, known.reading.diastolic, known.reading.mean) == (None, None, 91)


def test_a_devices_times_are_corrected_by_its_offset(clinic: Clinic) -> None:
    moment = rfc3339(clinic.now - 120_000)
    clinic.frame(value("spo2", 84, measured_at=moment), offset_ms=120_000)
    (known,) = clinic.records.readings(clinic.session)
    assert (known.reading.at, known.reading.late) == (clinic.now, False)
    assert "limit" in {alarm.alarm_kind for alarm in clinic.records.alarms(clinic.session)}


def test_readings_before_the_session_belong_to_nobody(clinic: Clinic) -> None:
    moment = rfc3339(clinic.now - 60_000)
    clinic.frame(value("pulse_rate", 80, measured_at=moment))
    assert stored(clinic) == []
    assert clinic.records.unassigned_count() == 1
    assert clinic.monitor.snapshot(clinic.now).unassigned == 1


def test_late_readings_go_to_the_session_that_was_open_when_they_were_measured(
    clinic: Clinic,
) -> None:
    clinic.wait(10)
    measured = rfc3339(clinic.now)
    clinic.wait(10)
    clinic.order(orders.CancelSession(session=clinic.session, reason="ill"))
    clinic.order(orders.StartSession(room="1", patient="P-2"))
    clinic.wait(60)
    clinic.frame(value("pulse_rate", 77, measured_at=measured))
    (known,) = clinic.records.readings(clinic.session)
    assert (known.reading.value, known.reading.late) == (77, True)


def test_a_moved_devices_older_readings_stay_with_the_room_it_stood_in(clinic: Clinic) -> None:
    clinic.order(orders.AddRoom(name="2"))
    other = clinic.order(orders.StartSession(room="2", patient="P-2")).result["session"]
    clinic.wait(10)
    before = rfc3339(clinic.now)
    clinic.wait(1)
    clinic.order(orders.MoveDevice(device=clinic.device, room="2"))
    clinic.wait(1)
    clinic.frame(value("pulse_rate", 71, measured_at=before), value("pulse_rate", 72))
    assert stored(clinic) == [("pulse_rate", 71.0)]
    (moved,) = clinic.records.readings(other)
    assert moved.reading.value == 72


def test_screens_are_told_how_long_a_slow_devices_values_last(clinic: Clinic) -> None:
    clinic.hello(metrics={"pulse_rate": 60.0, "spo2": 1.0, "nibp": 600.0})
    told = [room for update in clinic.updates for room in update.rooms][-1]
    assert told.stale_after_s == {"pulse_rate": 62.0, "spo2": 3.0}


def test_many_holes_in_one_queue_are_bounded(clinic: Clinic) -> None:
    for seq in range(1, 2_400, 2):
        clinic.monitor.record_frame(clinic.device, _empty(clinic, seq), offset_ms=0, now=clinic.now)
    clinic.commit()
    (position,) = clinic.records.positions()
    assert len(position.holes) <= 1000


def _empty(clinic: Clinic, seq: int) -> Readings:
    frame = parse_from_device(frame_text(seq, clinic.now, ()))
    assert isinstance(frame, Readings)
    return frame
