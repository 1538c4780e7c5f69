"""The plan: which visit is meant, and which has a claim on a room."""

from __future__ import annotations

from monitor.domain import facts
from monitor.domain.facts import Fact, FactBody
from monitor.domain.visits import Plan
from tests.domain.records import at

NOON = 12 * 60


def plan(*bodies: FactBody) -> Plan:
    made = Plan()
    for body in bodies:
        made.apply(Fact(0, "N-12", None, body))
    return made


def planned(visit: str, minutes: float, patient: str = "P-1", room: str | None = "r1") -> FactBody:
    return facts.VisitPlanned(visit, patient, "ketamine_iv", at(minutes), room, 1)


def started(session: str, visit: str) -> FactBody:
    return facts.SessionStarted(session, "r1", "P-1", 80, "ketamine_iv", "", visit)


def test_a_patients_nearest_visit_of_the_day_is_meant() -> None:
    made = plan(planned("v1", NOON - 300), planned("v2", NOON + 60), planned("v3", NOON, "P-2"))
    found = made.of_patient("P-1", at(NOON))
    assert found is not None
    assert found.id == "v2"


def test_a_visit_of_another_day_is_not_meant() -> None:
    made = plan(planned("v1", NOON + 12 * 60 + 1))
    assert made.of_patient("P-1", at(NOON)) is None


def test_within_the_hour_a_visit_has_a_claim_on_its_room() -> None:
    made = plan(planned("v1", NOON + 60), planned("v2", NOON - 61), planned("v3", NOON, room=None))
    assert [visit.id for visit in made.of_room("r1", at(NOON))] == ["v1"]


def test_a_moved_visit_is_found_where_it_is_now() -> None:
    made = plan(planned("v1", NOON), facts.VisitMoved("v1", at(NOON + 300), "r2"))
    assert made.of_room("r1", at(NOON)) == []
    assert [visit.id for visit in made.of_room("r2", at(NOON + 300))] == ["v1"]


def test_a_cancelled_visit_and_one_that_became_a_session_are_over() -> None:
    made = plan(
        planned("v1", NOON),
        facts.VisitCancelled("v1", "ill"),
        planned("v2", NOON),
        started("s1", "v2"),
    )
    assert made.of_room("r1", at(NOON)) == []
    assert not made.visits["v1"].is_open
    assert not made.visits["v2"].is_open
    assert [visit.id for visit in made.of_session("s1")] == ["v2"]


def test_a_cancelled_session_leaves_its_visit_open_again() -> None:
    made = plan(planned("v1", NOON), started("s1", "v1"), facts.SessionCancelled("s1", "pressure"))
    assert made.visits["v1"].is_open


def test_a_session_that_was_another_patients_leaves_its_visit_open_again() -> None:
    corrected = facts.PatientCorrected("s1", "P-2", "mixed up")
    made = plan(planned("v1", NOON), started("s1", "v1"), corrected)
    assert made.visits["v1"].is_open
