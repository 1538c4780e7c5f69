"""What is overdue: low after the grace, medium when a second one is due, ended when it is done."""

from __future__ import annotations

from monitor.domain import facts
from monitor.domain.readings import MINUTE
from monitor.service import charts
from tests.service.clinic import Clinic
from tests.service.course import done, enter, give, infusing, living, prechecks, ready, states


def steps(clinic: Clinic, code: str) -> list[tuple[str, str, float]]:
    """Event, priority and minute of what was told about something overdue."""
    begun = clinic.monitor.ward.sessions[clinic.session].started_at
    return [
        (fact.body.event, fact.body.priority, (fact.at - begun) / MINUTE)
        for fact in clinic.records.facts(clinic.session, ["alarm_changed"])
        if isinstance(fact.body, facts.AlarmChanged)
        and fact.body.reason_code == code
        and fact.body.alarm_kind == "overdue"
    ]


def test_checks_are_overdue_after_their_phase_should_have_ended(clinic: Clinic) -> None:
    living(clinic, 37)
    assert steps(clinic, "overdue_checks") == [
        ("delay_ended", "low", 33),
        ("escalated", "medium", 36),
    ]
    prechecks(clinic)
    assert steps(clinic, "overdue_checks")[-1][0] == "condition_ended"


def test_a_score_is_overdue_after_the_grace_and_worse_when_the_second_is_due(
    clinic: Clinic,
) -> None:
    infusing(clinic)
    living(clinic, 21)
    told = [step for step in steps(clinic, "overdue_score") if step[2] in (13, 20)]
    assert told == [("delay_ended", "low", 13), ("escalated", "medium", 20)]
    enter(clinic, "score", score="moaas", value=5)
    assert ("condition_ended", "medium", 21) in steps(clinic, "overdue_score")


def test_a_score_that_is_voided_is_overdue_again(clinic: Clinic) -> None:
    infusing(clinic)
    living(clinic, 14)
    waiting = states(clinic, "overdue").count("active")
    entry = enter(clinic, "score", score="moaas", value=5)
    assert states(clinic, "overdue").count("active") == waiting - 1
    done(give(clinic, "void_entry", entry=entry, reason="other patient"))
    assert states(clinic, "overdue").count("active") == waiting


def test_an_infusion_that_should_have_ended_is_told_and_ends_with_the_phase(clinic: Clinic) -> None:
    infusing(clinic)
    living(clinic, 47)
    assert steps(clinic, "overdue_infusion_end") == [
        ("delay_ended", "low", 43),
        ("escalated", "medium", 46),
    ]
    done(give(clinic, "enter_phase", phase="observation"))
    assert steps(clinic, "overdue_infusion_end")[-1] == ("condition_ended", "medium", 47)


def test_a_pause_puts_the_end_off_and_a_longer_plan_too(clinic: Clinic) -> None:
    infusing(clinic)
    living(clinic, 10)
    done(give(clinic, "pause_infusion", reason="cannula"))
    living(clinic, 40)
    assert steps(clinic, "overdue_infusion_end") == []
    done(give(clinic, "resume_infusion"))
    done(give(clinic, "plan_infusion", dose_mg_per_kg=0.5, minutes=50))
    living(clinic, 42.5)
    assert steps(clinic, "overdue_infusion_end") == []
    living(clinic, 1)
    assert steps(clinic, "overdue_infusion_end") == [("delay_ended", "low", 93)]


def test_a_new_phase_with_a_shorter_cadence_makes_no_cuff_overdue_at_once(clinic: Clinic) -> None:
    living(clinic, 9.5)
    prechecks(clinic)
    clinic.wait(4 * 60)
    ready(clinic)
    clinic.wait(170)
    assert steps(clinic, "overdue_cuff") == []
    clinic.wait(15)
    assert steps(clinic, "overdue_cuff") == [("delay_ended", "low", 16.5)]


def test_what_is_overdue_is_told_on_time_through_a_restart(clinic: Clinic) -> None:
    infusing(clinic)
    living(clinic, 12)
    clinic.restart(after_s=5 * 60)
    clinic.wait(10)
    assert ("delay_ended", "low", 13) in steps(clinic, "overdue_score")


def test_the_list_is_made_anew_only_when_something_has_happened(clinic: Clinic) -> None:
    ward = clinic.monitor.ward
    first = charts.tasks(ward, ward.sessions[clinic.session])
    clinic.seconds(3)
    assert charts.tasks(ward, ward.sessions[clinic.session]) is first
    enter(clinic, "vitals", systolic=120, diastolic=80)
    second = charts.tasks(ward, ward.sessions[clinic.session])
    assert second != first
    done(give(clinic, "enter_phase", phase="baseline"))
    assert charts.tasks(ward, ward.sessions[clinic.session]) != second
