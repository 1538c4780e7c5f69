"""A restart in the middle of everything: what screens are told, and what the system knows, is as before."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from monitor.domain.readings import HOUR
from monitor.wire.base import rfc3339
from tests.domain.records import without_revision
from tests.service.clinic import Clinic, cuff, value
from tests.service.course import (
    OTHER,
    discharge_checks,
    done,
    dumped,
    enter,
    give,
    infusing,
    living,
    observed,
    refused,
    when,
)


def known(clinic: Clinic) -> dict[str, Any]:
    """What the system goes by."""
    ward = clinic.monitor.ward
    return {
        "sessions": ward.sessions,
        "charts": {name: without_revision(chart) for name, chart in ward.charts.items()},
        "agendas": {a.state.session_id: a.state.agenda for a in ward.alarms},
        "cuffs": {a.state.session_id: a.state.last_cuff_at for a in ward.alarms},
        "visits": ward.plan.visits,
        "assignments": ward.assignments,
        "entries": ward.entries,
        "counters": {name: number for name, number in ward.counters.items() if number},
        "series": {patient: number for patient, number in ward.series.items() if number},
        "editions": set(ward.editions),
        "unassigned": ward.unassigned(clinic.now),
    }


def test_everything_is_as_before(clinic: Clinic) -> None:
    middle_of_everything(clinic)
    before, screens = known(clinic), dumped(clinic)
    clinic.restart()
    after, told = known(clinic), dumped(clinic)
    for name, what in before.items():
        assert after[name] == what, name
    for view in (screens, told):
        for shown in view["rooms"]:
            shown["trend"] = sorted(shown["trend"], key=str)
            # A living feed's points are thinned from where they begin; what people entered is all there.
            shown["trend"] = [point for point in shown["trend"] if point[10] == "manual"]
            for shown_value in shown["values"].values():
                shown_value.pop("received_at")
    assert told == screens


def middle_of_everything(clinic: Clinic) -> None:
    """Two rooms, a moved session, a pause, voided and corrected entries, a plan, an assignment, an ended session."""
    done(give(clinic, "add_room", name="2", role="administrator"))
    done(give(clinic, "add_room", name="3", role="administrator"))
    infusing(clinic)
    living(clinic, 12)
    clinic.frame(cuff(185, 95))
    enter(clinic, "score", score="moaas", value=4)
    wrong = enter(
        clinic,
        "vitals",
        systolic=190,
        diastolic=110,
        confirmed=True,
        measured_at=when(clinic, 2),
    )
    replacement: dict[str, Any] = {"kind": "enter_vitals", "session": clinic.session}
    replacement |= {"entry": str(uuid4()), "systolic": 130, "diastolic": 85}
    done(give(clinic, "correct_entry", entry=wrong, reason="x", replacement=replacement))
    gone = enter(clinic, "note", text="other patient")
    done(give(clinic, "void_entry", entry=gone, reason="x"))
    done(give(clinic, "pause_infusion", reason="cannula"))
    at = rfc3339(clinic.now + 48 * HOUR)
    done(give(clinic, "plan_series", patient="P-4", first_at=at, room="2"))
    done(give(clinic, "move_session", room="2", reason="light"))
    clinic.frame(value("spo2", 97), value("pulse_rate", 70))
    other = done(give(clinic, "start_session", room="3", patient="P-8", weight_kg=60))["session"]
    done(give(clinic, "cancel_session", session=other, reason="pressure"))
    done(give(clinic, "start_session", room="3", patient="P-8", weight_kg=60))
    span = {"first_at": when(clinic, 1), "last_at": when(clinic, -1)}
    done(give(clinic, "propose_assignment", device=clinic.device, reason="x", **span))


def test_a_verdict_is_as_before(clinic: Clinic) -> None:
    observed(clinic)
    discharge_checks(clinic)
    living(clinic, 20)
    enter(clinic, "score", score="moaas", value=5)
    before = dumped(clinic)["rooms"][0]["session"]
    clinic.restart()
    after = dumped(clinic)["rooms"][0]["session"]
    assert after["discharge"] == before["discharge"]
    assert {**after, "revision": 0} == {**before, "revision": 0}


def test_the_revision_never_goes_back(clinic: Clinic) -> None:
    infusing(clinic)
    living(clinic, 12)
    before = dumped(clinic)["rooms"][0]["session"]["revision"]
    clinic.restart()
    assert dumped(clinic)["rooms"][0]["session"]["revision"] >= before


def test_late_readings_after_discharge_belong_to_the_session_and_raise_nothing(
    clinic: Clinic,
) -> None:
    observed(clinic)
    clinic.seconds(5)
    during = clinic.now - 2000
    done(give(clinic, "enter_phase", phase="discharged", override="x", role="clinician"))
    clinic.now += 10 * 60_000
    before = len(clinic.records.readings(clinic.session))
    clinic.frame(value("spo2", 80, measured_at=rfc3339(during)), value("spo2", 97))
    assert len(clinic.records.readings(clinic.session)) == before + 1
    assert clinic.monitor.ward.unassigned(clinic.now) == 1
    assert set(clinic.alarms().values()) <= {"ended"}
    chart = clinic.monitor.ward.charts[clinic.session]
    clinic.restart()
    assert without_revision(clinic.monitor.ward.charts[clinic.session]) == without_revision(chart)


def test_an_assignment_is_one_operators_proposal_and_anothers_confirmation(clinic: Clinic) -> None:
    done(give(clinic, "cancel_session", reason="started twice"))
    clinic.now += 1000
    clinic.frame(value("spo2", 91), value("pulse_rate", 80))
    done(give(clinic, "add_room", name="2", role="administrator"))
    span = {"first_at": when(clinic, 1), "last_at": when(clinic, 0), "device": clinic.device}
    session = done(give(clinic, "start_session", room="1", patient="P-8"))["session"]
    clinic.session = session
    proposed = done(give(clinic, "propose_assignment", reason="started late", **span))
    assert refused(give(clinic, "confirm_assignment", **proposed)) == "same_operator"
    clinic.restart()
    assert refused(give(clinic, "confirm_assignment", **proposed)) == "same_operator"
    assert done(give(clinic, "confirm_assignment", by=OTHER, **proposed))["repeated"] is False
    assert done(give(clinic, "confirm_assignment", by=OTHER, **proposed))["repeated"] is True
    assert refused(give(clinic, "propose_assignment", reason="again", **span)) == "assigned"
    given = clinic.records.readings(session)
    assert [(known.reading.value, known.reading.late) for known in given] == [
        (91, True),
        (80, True),
    ]
    clinic.restart()
    assert clinic.monitor.ward.unassigned(clinic.now) == 0
    assert refused(give(clinic, "confirm_assignment", assignment="x9")) == "unknown_assignment"
