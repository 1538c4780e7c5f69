"""Through a restart: nothing acknowledged is lost, alarms are as they were, timers run on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest

from monitor.storage import open_journal
from monitor.wire import orders
from tests.service.clinic import KEY, Clinic, value


def test_active_and_acknowledged_alarms_are_as_before(clinic: Clinic) -> None:
    clinic.seconds(2, spo2=80)
    (first,) = clinic.alarms()
    clinic.order(orders.AcknowledgeAlarm(alarm=first))
    clinic.frame(value("pulse_rate", 80), {"metric": "nibp", "systolic": 190, "diastolic": 90})
    before = {known.id: known.model_dump() for known in clinic.monitor.snapshot(clinic.now).alarms}
    assert len(before) == 2
    clinic.restart()
    after = {known.id: known.model_dump() for known in clinic.monitor.snapshot(clinic.now).alarms}
    assert after == before


@pytest.mark.parametrize("cut_s", [1, 5, 9, 14])
def test_a_delay_that_runs_goes_on_through_a_restart(clinic: Clinic, cut_s: int) -> None:
    clinic.seconds(5)
    clinic.seconds(cut_s, spo2=91)
    onset = clinic.now - (cut_s - 1) * 1000
    clinic.restart(after_s=0.5)
    clinic.seconds(17 - cut_s, spo2=91)
    (alarm,) = clinic.records.alarms(clinic.session)
    assert (alarm.onset, alarm.raised_at) == (onset, onset + 15_000)


def test_silence_runs_on_through_a_restart_without_a_burst(clinic: Clinic) -> None:
    clinic.seconds(5)
    clinic.restart(after_s=40)
    assert clinic.alarms() == {}
    clinic.wait(4.75)
    assert clinic.alarms() == {}
    clinic.wait(0.5)
    (alarm,) = clinic.records.alarms(clinic.session)
    assert alarm.alarm_kind == "silence"


def test_occurrences_are_never_numbered_twice(clinic: Clinic) -> None:
    seen: set[str] = set()
    for _ in range(4):
        clinic.seconds(2, spo2=80)
        clinic.seconds(8)
        seen |= set(clinic.alarms())
        for alarm in list(clinic.alarms()):
            clinic.order(orders.AcknowledgeAlarm(alarm=alarm))
        clinic.restart()
    assert len(seen) == len(clinic.alarms()) == 4


def test_the_newest_values_and_the_trend_are_back(clinic: Clinic) -> None:
    clinic.frame(value("pulse_rate", 80), {"metric": "nibp", "systolic": 131, "diastolic": 82})
    clinic.seconds(30, spo2=96)
    clinic.restart()
    (room,) = clinic.monitor.snapshot(clinic.now).rooms
    assert room.values["spo2"].value == 96
    assert room.values["nibp"].systolic == 131
    assert len(room.trend) > 6


def test_a_screen_opened_after_an_entry_by_hand_knows_it_beside_the_devices_value(
    clinic: Clinic,
) -> None:
    clinic.seconds(3, spo2=97)
    clinic.order(orders.EnterVitals(entry=uuid4(), session=clinic.session, spo2=88))
    clinic.seconds(3, spo2=97)
    clinic.restart()
    (room,) = clinic.monitor.snapshot(clinic.now).rooms
    newest = {point[10]: point[4] for point in room.trend if point[1] == "spo2"}
    assert newest == {"manual": 88, clinic.device: 97}


def test_the_phase_is_known_again(clinic: Clinic) -> None:
    clinic.seconds(30)
    clinic.order(orders.EnterPhase(session=clinic.session, phase="baseline"))
    clinic.restart()
    alarms = clinic.monitor.ward.alarms.session(clinic.session)
    assert alarms is not None
    assert alarms.state.phase == "baseline"


def test_ids_go_on_where_they_were(clinic: Clinic) -> None:
    clinic.restart()
    assert clinic.order(orders.AddRoom(name="2")).result["id"] == "r2"


def test_an_unreadable_checkpoint_raises_again_what_still_holds(clinic: Clinic) -> None:
    clinic.seconds(20, spo2=91)
    (first,) = clinic.alarms()
    clinic.journal.close()
    with closing(sqlite3.connect(next(clinic.directory.glob("*.sqlite3")))) as database, database:
        database.execute("UPDATE checkpoints SET state = '{}'")
    clinic.journal = open_journal(clinic.directory, KEY)
    clinic.restart()
    states = clinic.alarms()
    assert states.pop(first) == "ended"
    assert list(states.values()) == ["active"]
