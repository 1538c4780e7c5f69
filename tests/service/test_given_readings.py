"""Readings of nobody are given to a session: proposed once, withdrawn or confirmed, and counted at once."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest

from monitor.domain import facts
from monitor.domain.readings import MINUTE
from monitor.wire.base import rfc3339
from tests.service.clinic import Clinic, cuff, value
from tests.service.course import NURSE, OTHER, done, dumped, give, ready, refused


@pytest.fixture
def apart(clinic: Clinic) -> Clinic:
    """The session has been in room 2 for ten minutes; its device was left in room 1 and has measured on."""
    ready(clinic)
    clinic.frame(value("pulse_rate", 80), value("spo2", 97), cuff(120, 80))
    done(give(clinic, "add_room", name="2", role="administrator"))
    done(give(clinic, "move_session", room="2", reason="light"))
    for _ in range(10):
        clinic.now += MINUTE
        clinic.monitor.tick(clinic.now)
        clinic.frame(value("pulse_rate", 84), value("spo2", 98))
    clinic.frame(cuff(124, 82))
    return clinic


def span(clinic: Clinic, minutes: float = 10) -> dict[str, Any]:
    first_at, last_at = clinic.now - round(minutes * MINUTE), clinic.now
    return {
        "device": clinic.device,
        "first_at": rfc3339(first_at),
        "last_at": rfc3339(last_at),
        "reason": "left behind",
    }


def propose(clinic: Clinic, **more: Any) -> str:
    proposed: str = done(give(clinic, "propose_assignment", **{**span(clinic), **more}))[
        "assignment"
    ]
    return proposed


def confirm(clinic: Clinic, assignment: str) -> None:
    done(give(clinic, "confirm_assignment", assignment=assignment, by=OTHER))


def take_in(clinic: Clinic) -> None:
    """What the gateway does once the confirmation is durable."""
    for assignment in clinic.monitor.take_given():
        stored = clinic.records.assigned_readings(assignment)
        clinic.monitor.take_in_given(assignment, stored, clinic.now)
    clinic.commit()


def counted(clinic: Clinic) -> dict[str, Any]:
    """What follows from the readings of the session."""
    session = clinic.monitor.ward.sessions[clinic.session]
    chart, shown = clinic.monitor.ward.chart(session), dumped(clinic)
    return {
        "minutes": deepcopy(chart.minutes),
        "cuffs": chart.cuffs(),
        "revision": chart.revision,
        "due": shown["due"],
        "room": next(room for room in shown["rooms"] if room["name"] == "2"),
    }


def test_readings_that_are_proposed_are_not_proposed_again(apart: Clinic) -> None:
    first = propose(apart)
    outcome = give(apart, "propose_assignment", **span(apart, 1))
    assert refused(outcome) == "proposed"
    assert first in outcome.message
    confirm(apart, first)
    assert refused(give(apart, "propose_assignment", **span(apart, 1))) == "assigned"


@pytest.mark.parametrize("by", [NURSE, OTHER])
def test_a_proposal_is_withdrawn_with_a_reason_and_its_readings_are_free_again(
    apart: Clinic, by: str
) -> None:
    wrong = propose(apart)
    done(give(apart, "withdraw_assignment", assignment=wrong, reason="wrong patient", by=by))
    assert apart.records.assignments() == []
    (fact,) = apart.records.facts(apart.session, ["assignment_withdrawn"])
    assert fact.body == facts.AssignmentWithdrawn(wrong, apart.session, "wrong patient")
    assert refused(give(apart, "confirm_assignment", assignment=wrong)) == "unknown_assignment"
    apart.restart()
    assert propose(apart) != wrong


def test_what_was_confirmed_is_not_withdrawn(apart: Clinic) -> None:
    confirmed = propose(apart)
    confirm(apart, confirmed)
    outcome = give(apart, "withdraw_assignment", assignment=confirmed, reason="doubts")
    assert refused(outcome) == "confirmed"


def test_readings_that_are_given_count_at_once_as_after_a_restart(apart: Clinic) -> None:
    before = counted(apart)
    confirm(apart, propose(apart))
    take_in(apart)
    at_once = counted(apart)
    assert at_once["due"] != before["due"]
    assert len(at_once["cuffs"]) == len(before["cuffs"]) + 1
    assert at_once["minutes"] != before["minutes"]
    assert apart.updates[-1].reload
    apart.restart()
    assert {**counted(apart), "room": None} == {**at_once, "room": None}
    assert counted(apart)["room"]["values"] == at_once["room"]["values"]


def test_what_comes_after_the_confirmation_counts_once(apart: Clinic) -> None:
    known = propose(apart)
    buffered = rfc3339(apart.now - 30_000)
    confirm(apart, known)
    given = apart.monitor.take_given()
    apart.frame(cuff(140, 90, measured_at=buffered))
    for assignment in given:
        stored = apart.records.assigned_readings(assignment)
        assert len([one for one in stored if one.reading.systolic == 140]) == 1
        apart.monitor.take_in_given(assignment, stored, apart.now)
    apart.frame(cuff(141, 91, measured_at=buffered))
    at_once = counted(apart)
    assert sorted(pressure.systolic or 0 for pressure in at_once["cuffs"]) == [120, 124, 140, 141]
    apart.restart()
    assert counted(apart)["cuffs"] == at_once["cuffs"]
    assert counted(apart)["revision"] == at_once["revision"]


def test_a_cuff_that_was_given_holds_no_alarm_back_when_an_entered_one_is_voided(
    apart: Clinic,
) -> None:
    apart.enter("infusion")
    apart.wait(60)
    apart.frame(cuff(126, 84))
    confirm(apart, propose(apart))
    take_in(apart)
    entry = str(uuid4())
    done(give(apart, "enter_vitals", entry=entry, systolic=130, diastolic=80))
    apart.wait(10)
    done(give(apart, "void_entry", entry=entry, reason="typing error"))
    for _ in range(30):
        apart.now += MINUTE
        apart.monitor.tick(apart.now)
        apart.commit()
    apart.prove_alarms()
    at_once = apart.monitor.ward.charts[apart.session].watched_cuffs()
    assert [known.systolic for known in at_once] == [120]
    apart.restart()
    assert apart.monitor.ward.charts[apart.session].watched_cuffs() == at_once
