"""What stands before a phase, and who may pass it with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.domain import facts
from tests.service.clinic import Clinic, cuff
from tests.service.course import (
    OTHER,
    discharge_checks,
    done,
    enter,
    give,
    infusing,
    living,
    observed,
    prechecks,
    ready,
    refused,
    room,
)


def phases(clinic: Clinic) -> list[facts.PhaseEntered]:
    known = [fact.body for fact in clinic.records.facts(clinic.session, ["phase_entered"])]
    return [body for body in known if isinstance(body, facts.PhaseEntered)]


def test_the_infusion_waits_for_all_that_is_wanted_and_says_what(clinic: Clinic) -> None:
    done(give(clinic, "enter_phase", phase="baseline"))
    outcome = give(clinic, "enter_phase", phase="infusion")
    assert (refused(outcome), outcome.field) == ("gate", "override")
    codes = [block["code"] for block in outcome.result["blocks"]]
    assert codes == ["checks_open", "no_baseline", "no_dose"]
    assert "no baseline is confirmed" in outcome.message


def test_when_all_is_done_anybody_at_the_bedside_goes_on(clinic: Clinic) -> None:
    infusing(clinic)
    assert room(clinic).session.phase == "infusion"
    assert [known.override for known in phases(clinic)] == [None, None]


@pytest.mark.parametrize(
    ("role", "passes"), [("nurse", False), ("clinician", True), ("administrator", True)]
)
def test_a_gate_is_passed_with_a_reason_by_those_whom_the_protocol_names(
    clinic: Clinic, role: str, passes: bool
) -> None:
    done(give(clinic, "enter_phase", phase="baseline"))
    outcome = give(clinic, "enter_phase", phase="infusion", override="agreed with Dr. B", role=role)
    assert outcome.ok is passes
    if passes:
        assert phases(clinic)[-1].override == "agreed with Dr. B"
    else:
        assert outcome.code == "override_not_allowed"
        assert room(clinic).session.phase == "baseline"


def test_a_tester_passes_it_where_patients_are_simulated(tmp_path: Path) -> None:
    made = Clinic(tmp_path, simulated=True)
    done(give(made, "enter_phase", phase="baseline", role="tester"))
    done(give(made, "enter_phase", phase="infusion", override="test", role="tester"))
    made.journal.close()


def test_a_reason_that_nothing_asked_for_is_no_override(clinic: Clinic) -> None:
    ready(clinic)
    done(give(clinic, "enter_phase", phase="infusion", override="just in case"))
    assert phases(clinic)[-1].override is None


def test_a_large_dose_needs_another_operator_with_the_same_result(clinic: Clinic) -> None:
    ready(clinic)
    plan: dict[str, Any] = {"dose_mg_per_kg": 0.8, "minutes": 40, "concentration_mg_per_ml": 1}
    assert done(give(clinic, "plan_infusion", **plan))["needs_check"]
    assert refused(give(clinic, "enter_phase", phase="infusion")) == "gate"
    assert refused(give(clinic, "check_dose", dose_mg=64)) == "same_operator"
    assert refused(give(clinic, "check_dose", dose_mg=46, by=OTHER)) == "other_dose"
    done(give(clinic, "check_dose", dose_mg=64, by=OTHER))
    assert room(clinic).session.infusion.checked_by == OTHER
    done(give(clinic, "enter_phase", phase="infusion"))


def test_the_weight_given_at_the_start_is_used_and_another_may_be_given(clinic: Clinic) -> None:
    plan: dict[str, Any] = {"dose_mg_per_kg": 0.5, "minutes": 40}
    assert done(give(clinic, "plan_infusion", **plan))["mg"] == 40
    assert done(give(clinic, "plan_infusion", **plan, weight_kg=70))["mg"] == 35
    assert give(clinic, "plan_infusion", dose_mg_per_kg=1.2, minutes=40).field == "dose_mg_per_kg"


def test_a_check_before_leaving_is_not_answered_before_the_infusion_is_over(clinic: Clinic) -> None:
    infusing(clinic)
    answer = {"item": "gait", "answer": "yes"}
    assert refused(give(clinic, "answer_check", **answer)) == "too_early"
    done(give(clinic, "enter_phase", phase="observation"))
    done(give(clinic, "answer_check", **answer))


def test_a_check_is_answered_as_the_protocol_allows(clinic: Clinic) -> None:
    na = "not_applicable"
    assert refused(give(clinic, "answer_check", item="identity", answer=na)) == "must_apply"
    assert refused(give(clinic, "answer_check", item="shoe_size", answer="yes")) == "unknown_check"
    done(give(clinic, "answer_check", item="pregnancy_test", answer=na))


def test_open_checks_are_counted_on_the_tile(clinic: Clinic) -> None:
    before = room(clinic).session.checks_open
    done(give(clinic, "answer_check", item="identity", answer="yes"))
    assert room(clinic).session.checks_open == before - 1
    prechecks(clinic)
    assert room(clinic).session.checks_open == 0


def test_the_patient_leaves_when_every_criterion_is_met_and_it_is_signed(clinic: Clinic) -> None:
    observed(clinic)
    discharge_checks(clinic)
    living(clinic, 59)
    enter(clinic, "score", score="moaas", value=5)
    enter(clinic, "score", score="dissociation", value=0)
    enter(clinic, "score", score="cadss6", value=0)
    outcome = give(clinic, "enter_phase", phase="discharged")
    assert [block["item"] for block in outcome.result["blocks"]] == ["time"]
    assert room(clinic).session.discharge_at == clinic.now + 60_000
    living(clinic, 1)
    assert all(known.met for known in room(clinic).session.discharge)
    done(give(clinic, "enter_phase", phase="discharged"))
    (signed,) = [fact.body for fact in clinic.records.facts(clinic.session, ["discharge_signed"])]
    assert isinstance(signed, facts.DischargeSigned)
    assert signed.not_met == []
    assert len(signed.met) == len(clinic.monitor.ward.protocols["ketamine_iv"].course.discharge)


def test_leaving_before_that_is_signed_with_what_was_not_met(clinic: Clinic) -> None:
    observed(clinic)
    leave = {"phase": "discharged", "override": "wants to go"}
    assert refused(give(clinic, "enter_phase", **leave)) == "override_not_allowed"
    done(give(clinic, "enter_phase", **leave, role="clinician"))
    (signed,) = [fact.body for fact in clinic.records.facts(clinic.session, ["discharge_signed"])]
    assert isinstance(signed, facts.DischargeSigned)
    assert "gait_checked" in signed.not_met
    assert phases(clinic)[-1].override == "wants to go"


def test_nobody_leaves_while_an_alarm_waits_without_a_word(clinic: Clinic) -> None:
    observed(clinic)
    clinic.frame(cuff(190, 100))
    assert refused(give(clinic, "enter_phase", phase="discharged")) == "alarms_waiting"


@pytest.mark.parametrize("phase", ["infusion", "observation", "discharged"])
def test_no_phase_is_left_out_even_with_a_reason(clinic: Clinic, phase: str) -> None:
    outcome = give(clinic, "enter_phase", phase=phase, override="hurry", role="administrator")
    assert refused(outcome) == "illegal_phase"


def test_two_operators_who_press_at_once_go_on_once(clinic: Clinic) -> None:
    ready(clinic)
    done(give(clinic, "enter_phase", phase="infusion"))
    assert refused(give(clinic, "enter_phase", phase="infusion", by=OTHER)) == "illegal_phase"
    assert len(phases(clinic)) == 2


def test_a_pause_moves_the_end_and_shows_since_when(clinic: Clinic) -> None:
    infusing(clinic)
    begun = clinic.now
    assert room(clinic).session.phase_ends_at == begun + 40 * 60_000
    clinic.wait(60)
    done(give(clinic, "pause_infusion", reason="cannula"))
    assert refused(give(clinic, "pause_infusion", reason="cannula", by=OTHER)) == "paused"
    shown = room(clinic).session
    assert (shown.paused_since, shown.phase_ends_at) == (clinic.now, None)
    clinic.wait(90)
    done(give(clinic, "resume_infusion"))
    assert refused(give(clinic, "resume_infusion", by=OTHER)) == "not_paused"
    assert room(clinic).session.phase_ends_at == begun + 40 * 60_000 + 90_000


def test_an_infusion_is_stopped_early_with_a_reason_and_observation_begins(clinic: Clinic) -> None:
    infusing(clinic)
    done(give(clinic, "pause_infusion", reason="nausea"))
    done(give(clinic, "stop_infusion", reason="nausea"))
    shown = room(clinic).session
    assert (shown.phase, shown.paused_since) == ("observation", None)
    assert refused(give(clinic, "stop_infusion", reason="again")) == "no_infusion"


def test_nothing_is_paused_before_it_runs(clinic: Clinic) -> None:
    assert refused(give(clinic, "pause_infusion", reason="cannula")) == "no_infusion"
    observed(clinic)
    plan: dict[str, Any] = {"dose_mg_per_kg": 0.5, "minutes": 40}
    assert refused(give(clinic, "plan_infusion", **plan)) == "infusion_over"


def test_what_time_alone_brings_is_told_without_anybody_asking(clinic: Clinic) -> None:
    observed(clinic)
    living(clinic, 59.5)
    clinic.updates.clear()
    clinic.wait(40)
    told = [view.session for update in clinic.updates for view in update.rooms]
    times = [
        known.met for s in told if s is not None for known in s.discharge if known.id == "time"
    ]
    assert times == sorted(times)
    assert times[-1]
