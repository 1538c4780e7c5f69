"""Visits are planned, and a start is held against the plan of the day."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.domain.readings import HOUR
from monitor.wire.base import rfc3339
from tests.service.clinic import Clinic
from tests.service.course import OTHER, done, give, refused

DAY = 24 * HOUR


@pytest.fixture
def free(clinic: Clinic) -> Clinic:
    """Rooms 1 and 2, both free."""
    done(give(clinic, "add_room", name="2", role="administrator"))
    done(give(clinic, "cancel_session", reason="the test's own"))
    return clinic


def plan(clinic: Clinic, hours: float = 0, patient: str = "P-5", **more: Any) -> str:
    at = rfc3339(clinic.now + round(hours * HOUR))
    visit: str = done(give(clinic, "plan_visit", patient=patient, at=at, **more))["visit"]
    return visit


def start(clinic: Clinic, room: str = "1", patient: str = "P-5", **more: Any) -> Any:
    return give(clinic, "start_session", room=room, patient=patient, weight_kg=70, **more)


def visit_of(clinic: Clinic, session: str) -> str | None:
    return clinic.monitor.ward.sessions[session].visit


def test_a_session_takes_the_patients_visit_of_the_day_by_itself(free: Clinic) -> None:
    visit = plan(free, 1, room="1")
    session = done(start(free))["session"]
    assert visit_of(free, session) == visit
    free.restart()
    assert visit_of(free, session) == visit
    assert free.monitor.ward.plan.visits[visit].session_id == session


def test_a_visit_that_is_named_must_be_open_and_this_patients(free: Clinic) -> None:
    visit = plan(free, 30)
    assert refused(start(free, patient="P-6", visit=visit)) == "other_patient"
    assert refused(start(free, visit="v99")) == "unknown_visit"
    done(give(free, "cancel_visit", visit=visit, reason="ill"))
    assert refused(start(free, visit=visit)) == "unknown_visit"


def test_another_room_than_planned_needs_a_reason(free: Clinic) -> None:
    plan(free, 0.5, room="2")
    outcome = start(free)
    assert (refused(outcome), outcome.result) == ("other_room", {"room": "2"})
    done(start(free, despite="room 2 is being cleaned"))


def test_a_room_that_is_planned_for_somebody_else_within_the_hour_needs_a_reason(
    free: Clinic,
) -> None:
    plan(free, 1, patient="P-6", room="1")
    outcome = start(free)
    assert (refused(outcome), outcome.result) == ("other_patient", {"patient": "P-6"})
    done(start(free, despite="they swapped"))


def test_a_room_that_is_planned_for_somebody_else_later_is_free(free: Clinic) -> None:
    plan(free, 1.01, patient="P-6", room="1")
    done(start(free))


def test_no_reason_puts_a_patient_in_two_rooms(free: Clinic) -> None:
    done(start(free))
    outcome = start(free, room="2", despite="in a hurry")
    assert (refused(outcome), outcome.result) == ("patient_in_session", {"room": "1"})
    assert refused(start(free, patient="P-6")) == "session_open"


def test_two_operators_who_start_the_same_patient_start_one_session(free: Clinic) -> None:
    plan(free, 0, room="1")
    done(start(free))
    assert refused(start(free, by=OTHER)) == "session_open"


def test_a_cancelled_session_gives_its_visit_back(free: Clinic) -> None:
    visit = plan(free, 0)
    session = done(start(free))["session"]
    done(give(free, "cancel_session", session=session, reason="pressure"))
    for _ in range(2):
        assert free.monitor.ward.plan.visits[visit].is_open
        free.restart()
    assert visit_of(free, done(start(free))["session"]) == visit


def test_a_session_under_a_wrong_reference_gives_that_patients_visit_back(free: Clinic) -> None:
    visit = plan(free, 0)
    session = done(start(free))["session"]
    done(give(free, "correct_patient", session=session, patient="P-6", reason="mixed up"))
    for _ in range(2):
        assert free.monitor.ward.plan.visits[visit].is_open
        assert visit_of(free, session) is None
        free.restart()
    assert visit_of(free, done(start(free, room="2"))["session"]) == visit


def test_a_series_is_spaced_as_the_protocol_has_it(free: Clinic) -> None:
    at = rfc3339(free.now + DAY)
    result = done(give(free, "plan_series", patient="P-5", first_at=at, room="1"))
    visits = [free.monitor.ward.plan.visits[visit] for visit in result["visits"]]
    days = [(visit.planned_at - visits[0].planned_at) // DAY for visit in visits]
    assert days == [0, 3, 7, 10, 14, 17]
    assert [visit.number for visit in visits] == [1, 2, 3, 4, 5, 6]
    assert refused(give(free, "plan_series", patient="P-5", first_at=at)) == "visit_planned"
    assert len(free.monitor.ward.plan.visits) == 6


def test_a_visit_is_moved_and_not_onto_another_of_the_same_patient(free: Clinic) -> None:
    first, second = plan(free, 24), plan(free, 72)
    done(give(free, "move_visit", visit=first, at=rfc3339(free.now + 26 * HOUR), room="2"))
    moved = free.monitor.ward.plan.visits[first]
    assert (moved.planned_at, moved.room_id) == (free.now + 26 * HOUR, "r2")
    clash = rfc3339(free.now + 28 * HOUR)
    assert refused(give(free, "move_visit", visit=second, at=clash)) == "visit_planned"
    free.restart()
    assert free.monitor.ward.plan.visits[first] == moved


def test_what_is_over_is_neither_moved_nor_cancelled(free: Clinic) -> None:
    visit = plan(free, 0)
    done(start(free))
    assert refused(give(free, "cancel_visit", visit=visit, reason="x")) == "visit_over"
    assert refused(give(free, "move_visit", visit=visit, room="2")) == "visit_over"
    assert refused(give(free, "cancel_visit", visit="v99", reason="x")) == "unknown_visit"


@pytest.mark.parametrize("patient", ["Nordmann", "17059012345", "850517-1234"])
def test_nothing_is_planned_or_started_under_a_name_or_a_national_number(
    free: Clinic, patient: str
) -> None:
    at = rfc3339(free.now)
    for outcome in (
        give(free, "plan_visit", patient=patient, at=at),
        give(free, "plan_series", patient=patient, first_at=at),
        start(free, patient=patient),
    ):
        assert (refused(outcome), outcome.field) == ("not_a_reference", "patient")
        assert patient not in outcome.message
    told = [fact.body for fact in free.records.facts(None, ["order_refused"])]
    assert told
    assert patient not in str(told)


def test_visits_are_planned_ahead(free: Clinic) -> None:
    at = rfc3339(free.now - 25 * HOUR)
    assert refused(give(free, "plan_visit", patient="P-5", at=at)) == "past"


def test_a_year_that_is_a_slip_of_the_keys_is_refused(free: Clinic) -> None:
    for order, field in (("plan_visit", "at"), ("plan_series", "first_at")):
        late = {field: "2199-12-31T10:00:00Z"}
        assert refused(give(free, order, patient="P-5", **late)) == "too_far"


@pytest.mark.parametrize("zone", ["Europe", "Europe/Nowhere", "../UTC", "é" * 150])
def test_a_zone_that_is_none_is_refused_and_nothing_else(free: Clinic, zone: str) -> None:
    at = rfc3339(free.now + HOUR)
    given = give(free, "plan_series", patient="P-5", first_at=at, zone=zone)
    assert refused(given) == "unknown_zone"


def test_another_protocol_than_planned_needs_a_reason(free: Clinic) -> None:
    plan(free, 0.5, protocol="esketamine_nasal")
    assert refused(start(free)) == "other_protocol"
    done(start(free, despite="changed by the clinician this morning"))


def test_two_patients_in_one_room_at_one_time_are_asked_about(free: Clinic) -> None:
    plan(free, 24, "P-5", room="1")
    at = rfc3339(free.now + 25 * HOUR)
    outcome = give(free, "plan_visit", patient="P-6", at=at, room="1")
    assert (refused(outcome), outcome.field) == ("room_planned", "despite")
    assert (outcome.result["patient"], outcome.result["room"]) == ("P-5", "1")
    visit = plan(free, 25, "P-6", room="1", despite="room 1 has two beds tomorrow")
    (fact,) = [
        known.body
        for known in free.records.facts(None, ["visit_planned"])
        if getattr(known.body, "visit_id", "") == visit
    ]
    assert getattr(fact, "despite", None) == "room 1 has two beds tomorrow"


@pytest.mark.parametrize(("hours", "room"), [(27, "1"), (21, "1"), (24, "2"), (24, None)])
def test_a_room_that_is_free_by_then_is_not_asked_about(
    free: Clinic, hours: float, room: str | None
) -> None:
    plan(free, 24, "P-5", room="1")
    plan(free, hours, "P-6", room=room)


def test_a_series_into_a_taken_room_is_planned_whole_or_not_at_all(free: Clinic) -> None:
    first_at = rfc3339(free.now + DAY)
    plan(free, 24 * 4, "P-5", room="1")
    series = {"patient": "P-6", "first_at": first_at, "room": "1"}
    before = len(free.records.visits())
    assert refused(give(free, "plan_series", **series)) == "room_planned"
    assert len(free.records.visits()) == before
    done(give(free, "plan_series", **series, despite="the other one is moved later today"))
    assert len(free.records.visits()) == before + 6


def test_a_visit_is_not_moved_onto_another_patient_without_a_word(free: Clinic) -> None:
    plan(free, 24, "P-5", room="1")
    visit = plan(free, 24, "P-6", room="2")
    assert refused(give(free, "move_visit", visit=visit, room="1")) == "room_planned"
    done(give(free, "move_visit", visit=visit, room="1", despite="they are a couple"))


def test_moving_a_visit_to_where_it_stands_writes_nothing(free: Clinic) -> None:
    visit = plan(free, 24, room="1")
    at = rfc3339(free.now + DAY)
    for same in ({}, {"at": at}, {"room": "1"}, {"at": at, "room": "1"}):
        assert not done(give(free, "move_visit", visit=visit, **same))["changed"]
    assert free.records.facts(None, ["visit_moved"]) == []
    assert done(give(free, "move_visit", visit=visit, room="2"))["changed"]
