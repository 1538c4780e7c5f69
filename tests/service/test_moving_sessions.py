"""A session moves to another room: values, trend, devices and late readings go with the patient. A wrong reference."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from monitor.wire.base import rfc3339
from tests.service.clinic import Clinic, cuff, value
from tests.service.course import done, dumped, enter, give, infusing, refused, room, states


def second_room(clinic: Clinic) -> None:
    done(give(clinic, "add_room", name="2", role="administrator"))


def move(clinic: Clinic, name: str = "2") -> None:
    done(give(clinic, "move_session", room=name, reason="light"))


def start(clinic: Clinic, name: str = "1", patient: str = "P-2", **more: Any) -> str:
    session: str = done(
        give(clinic, "start_session", room=name, patient=patient, weight_kg=70, **more)
    )["session"]
    return session


def test_values_and_trend_go_with_the_patient(clinic: Clinic) -> None:
    second_room(clinic)
    clinic.frame(value("spo2", 97), value("pulse_rate", 80), cuff(121, 81))
    clinic.seconds(20)
    before = room(clinic)
    move(clinic)
    left, there = room(clinic), room(clinic, "2")
    assert (left.session, left.values, left.trend) == (None, {}, [])
    assert there.values == before.values
    assert there.trend == [("r2", *point[1:]) for point in before.trend]
    assert there.session.id == before.session.id
    assert clinic.updates[-1].reload


def test_the_room_that_was_left_is_free_for_another_patient(clinic: Clinic) -> None:
    second_room(clinic)
    move(clinic)
    other = start(clinic)
    clinic.frame(value("spo2", 91), value("pulse_rate", 80))
    clinic.seconds(2, spo2=91)
    assert len(clinic.records.readings(other)) == 6
    assert clinic.records.readings(clinic.session) == []


def test_a_room_that_is_taken_is_no_place_to_move_to(clinic: Clinic) -> None:
    second_room(clinic)
    start(clinic, "2")
    assert refused(give(clinic, "move_session", room="2", reason="light")) == "session_open"
    assert refused(give(clinic, "move_session", room="3", reason="light")) == "unknown_room"
    assert done(give(clinic, "move_session", room="1", reason="light"))["room"] == "1"
    assert clinic.records.facts(clinic.session, ["session_moved"]) == []


def test_the_devices_of_the_new_room_are_expected_and_those_of_the_old_one_are_not(
    clinic: Clinic,
) -> None:
    second_room(clinic)
    added = done(give(clinic, "add_device", room="2", name="Monitor 2", role="administrator"))
    clinic.seconds(5)
    clinic.monitor.take_notices()
    move(clinic)
    told = {(notice.device_id, notice.session) for notice in clinic.monitor.take_notices()}
    assert told == {(clinic.device, None), (added["id"], clinic.session)}
    alarms = clinic.monitor.ward.alarms.session(clinic.session)
    assert alarms is not None
    assert set(alarms.state.feeds) == {added["id"]}
    clinic.wait(40)
    assert states(clinic, "silence") == ["active"]


def test_late_readings_of_the_old_room_go_to_where_the_patient_was_then(clinic: Clinic) -> None:
    second_room(clinic)
    clinic.seconds(5)
    moved_at = clinic.now
    clinic.now += 1000
    move(clinic)
    other = start(clinic)
    clinic.now += 60_000
    clinic.frame(
        value("spo2", 93, measured_at=rfc3339(moved_at + 500)),
        value("spo2", 94, measured_at=rfc3339(clinic.now)),
    )
    kept = [known.reading.value for known in clinic.records.readings(clinic.session)]
    assert kept[-1] == 93
    assert [known.reading.value for known in clinic.records.readings(other)] == [94]


def test_a_session_that_comes_back_is_found_in_each_room_at_its_time(clinic: Clinic) -> None:
    second_room(clinic)
    times = []
    for name in ("2", "1"):
        clinic.now += 60_000
        times.append(clinic.now)
        move(clinic, name)
    ward = clinic.monitor.ward
    for monitor in (clinic.monitor, None):
        if monitor is None:
            clinic.restart()
            ward = clinic.monitor.ward
        found = [ward.session_at("r1", at) is not None for at in (times[0] - 1, times[0], times[1])]
        assert found == [True, False, True]
        assert ward.session_at("r2", times[0]) is not None
        assert ward.session_at("r2", times[1]) is None


def test_alarms_go_with_the_patient(clinic: Clinic) -> None:
    second_room(clinic)
    clinic.seconds(2, spo2=80)
    move(clinic)
    (alarm,) = [a for a in clinic.monitor.snapshot(clinic.now).alarms if a.metric == "spo2"]
    assert (alarm.room, alarm.session) == ("2", clinic.session)


def test_a_moved_session_is_the_same_after_a_restart(clinic: Clinic) -> None:
    second_room(clinic)
    infusing(clinic)
    clinic.seconds(20)
    enter(clinic, "vitals", spo2=95)
    move(clinic)
    before = clinic.monitor.ward.sessions[clinic.session]
    shown = room(clinic, "2").session
    clinic.restart()
    assert clinic.monitor.ward.sessions[clinic.session] == before
    assert room(clinic, "2").session == shown
    assert dumped(clinic)["rooms"][0]["session"] is None


def test_a_wrong_reference_is_corrected_and_the_numbers_of_both_patients_with_it(
    clinic: Clinic,
) -> None:
    done(give(clinic, "cancel_session", reason="wrong"))
    first = start(clinic, patient="P-1")
    clinic.session = first
    done(give(clinic, "enter_phase", phase="baseline"))
    for phase in ("infusion", "observation", "discharged"):
        done(give(clinic, "enter_phase", phase=phase, override="x", role="clinician"))
    second = start(clinic, patient="P-1")
    other = second_patient(clinic)
    assert numbers(clinic, first, second, other) == [1, 2, 1]
    done(give(clinic, "correct_patient", session=first, patient="P-9", reason="mixed up"))
    assert numbers(clinic, first, second, other) == [1, 1, 2]
    clinic.restart()
    assert numbers(clinic, first, second, other) == [1, 1, 2]
    assert clinic.monitor.ward.series["P-9"] == 2


def second_patient(clinic: Clinic) -> str:
    second_room(clinic)
    return start(clinic, "2", "P-9")


def numbers(clinic: Clinic, *sessions: str) -> list[int]:
    return [clinic.monitor.ward.sessions[session].number for session in sessions]


def test_correcting_a_cancelled_session_counts_for_nobody(clinic: Clinic) -> None:
    done(give(clinic, "cancel_session", reason="wrong"))
    done(give(clinic, "correct_patient", patient="P-9", reason="mixed up"))
    assert (clinic.monitor.ward.series["P-1"], clinic.monitor.ward.series.get("P-9", 0)) == (0, 0)


def test_no_patient_is_in_two_rooms_by_a_correction(clinic: Clinic) -> None:
    second_patient(clinic)
    fix = {"patient": "P-9", "reason": "mixed up"}
    assert (
        refused(give(clinic, "correct_patient", session=clinic.session, **fix))
        == "patient_in_session"
    )
    assert (
        refused(give(clinic, "correct_patient", patient="Nordmann", reason="x"))
        == "not_a_reference"
    )


def test_a_corrected_reference_is_what_the_ward_shows(clinic: Clinic) -> None:
    done(give(clinic, "correct_patient", patient="P-9", reason="mixed up"))
    assert room(clinic).session.patient == "P-9"
    assert done(give(clinic, "correct_patient", patient="P-9", reason="again"))["patient"] == "P-9"
    assert len(clinic.records.facts(clinic.session, ["patient_corrected"])) == 1
    enter(clinic, "note", str(uuid4()), text="Now as on the paper.")


def test_a_room_without_a_device_is_an_alarm_and_stays_one_through_a_restart(
    clinic: Clinic,
) -> None:
    second_room(clinic)
    clinic.seconds(5)
    move(clinic)
    clinic.wait(9)
    assert states(clinic, "no_device") == []
    clinic.wait(2)
    assert states(clinic, "no_device") == ["active"]
    clinic.restart(5)
    clinic.wait(1)
    assert states(clinic, "no_device") == ["active"]
    done(give(clinic, "move_session", room="1", reason="there is one"))
    clinic.seconds(2)
    assert states(clinic, "no_device") == ["ended"]


def test_a_silence_that_stands_does_not_go_quietly_with_the_move(clinic: Clinic) -> None:
    second_room(clinic)
    clinic.seconds(5)
    clinic.wait(90)
    assert states(clinic, "silence") == ["active"]
    move(clinic)
    assert states(clinic, "silence") == ["ended"]
    assert states(clinic, "no_device") == ["active"]
    (alarm,) = [a for a in clinic.records.alarms(clinic.session) if a.alarm_kind == "no_device"]
    assert alarm.priority == "high"


def test_a_revoked_device_leaves_an_alarm_behind(clinic: Clinic) -> None:
    clinic.seconds(5)
    done(give(clinic, "revoke_device", device=clinic.device, role="administrator"))
    clinic.wait(11)
    assert states(clinic, "no_device") == ["active"]
