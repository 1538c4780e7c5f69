from __future__ import annotations

import pytest

from monitor.dashboard.control_log import control_text
from monitor.dashboard.standing import (
    KINDS,
    controls_of,
    own_limits,
    rise_limits,
    rules_in_force,
)
from monitor.domain import facts
from monitor.domain.controls import Controls
from monitor.domain.facts import Fact, FactBody, kind_of
from monitor.domain.readings import MINUTE, Metric
from monitor.service.protocols import load_protocols
from tests.dashboard.clinic import T0, parts, session, visit_of

SETTINGS = load_protocols()["ketamine_iv"].alarms
VISIT = visit_of(parts())


def controls(*bodies: FactBody) -> Controls:
    assert all(kind_of(body) in KINDS for body in bodies)
    return controls_of(Fact(T0, "anna", "s1", body) for body in bodies)


def test_whoever_starts_a_session_holds_it_until_somebody_takes_over() -> None:
    started = facts.SessionStarted("s1", "r2", "P-1", None, "ketamine_iv")
    offered = controls(started, facts.HandoverOffered("s1", "kari"))
    assert (offered.holder, offered.offered_to) == ("anna", "kari")
    taken = controls(
        started, facts.HandoverOffered("s1", "kari"), facts.HolderChanged("s1", "kari")
    )
    assert (taken.holder, taken.offered_to) == ("kari", None)


def test_a_pause_stands_until_it_is_over() -> None:
    paused = facts.AlarmsPaused("s1", T0 + MINUTE, "Toilet")
    standing = controls(paused).alarm_pause
    assert standing is not None
    assert (standing.until, standing.reason) == (T0 + MINUTE, "Toilet")
    assert controls(paused, facts.PauseEnded("s1", "audio", "expired")).alarm_pause is not None
    assert controls(paused, facts.PauseEnded("s1", "alarms", "expired")).alarm_pause is None


def test_alarms_that_are_off_stay_off_until_they_are_switched_on() -> None:
    off = facts.AlarmsSwitched("s1", "spo2", False, "artefact")
    assert controls(off).switched_off["spo2"].reason == "artefact"
    assert controls(off, facts.AlarmsSwitched("s1", "spo2", True, "over")).switched_off == {}


def test_limits_in_force_are_those_of_this_patient() -> None:
    set_by_staff = controls(
        facts.LimitChanged("s1", "spo2_below_1", 94, "COPD"),
        facts.LimitChanged("s1", "pulse_rate_above_1", None, "athlete"),
        facts.BaselineConfirmed("s1", {"systolic": 120.0, "diastolic": 75.0}),
        facts.AlarmsSwitched("s1", "temperature", False, "x"),
    )
    held = {limit.id: limit.limit for limit in rules_in_force(SETTINGS, session(), set_by_staff)}
    assert held["spo2_below_1"] == 94
    assert "pulse_rate_above_1" not in held
    assert (held["systolic_rise"], held["diastolic_rise"]) == (160, 100)


def test_no_limit_of_a_metric_that_is_off_is_in_force() -> None:
    off = controls(facts.AlarmsSwitched("s1", "spo2", False, "artefact"))
    metrics = {limit.metric for limit in rules_in_force(SETTINGS, session(), off)}
    assert Metric.PULSE_RATE in metrics
    assert Metric.SPO2 not in metrics


def test_every_limit_stands_with_its_own_value_and_whether_it_holds() -> None:
    set_by_staff = controls(
        facts.LimitChanged("s1", "spo2_below_1", 94, "COPD"),
        facts.LimitChanged("s1", "spo2_below_2", None, "COPD"),
    )
    standing = {own.limit.id: own for own in own_limits(SETTINGS, session(), set_by_staff)}
    assert (standing["spo2_below_1"].own, standing["spo2_below_1"].in_force) == (94, True)
    assert (standing["spo2_below_2"].is_own, standing["spo2_below_2"].in_force) == (True, False)
    assert standing["spo2_below_3"].is_own is False


def test_an_own_value_that_is_the_protocols_again_is_nobodys_own() -> None:
    back = controls(
        facts.LimitChanged("s1", "spo2_below_1", 94, "COPD"),
        facts.LimitChanged("s1", "spo2_below_1", 92, "mistaken"),
    )
    standing = {own.limit.id: own for own in own_limits(SETTINGS, session(), back)}
    assert standing["spo2_below_1"].is_own is False


def test_the_rise_limits_follow_the_baseline() -> None:
    rises = rise_limits(SETTINGS, {"systolic": 130.0, "diastolic": 80.0})
    assert rises == {"systolic": 170, "diastolic": 105}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            facts.BaselineConfirmed("s1", {"systolic": 130.0, "diastolic": 80.0}),
            "Baseline 130/80 confirmed",
        ),
        (facts.LimitChanged("s1", "spo2_below_1", 94, "COPD"), "SpO₂ low limit 1 set to 94 (COPD)"),
        (
            facts.LimitChanged("s1", "systolic_above_2", None, "known"),
            "Taken out: Systolic BP high limit 2 (known)",
        ),
        (facts.LimitChanged("s1", "odd", 3, "why"), "odd set to 3 (why)"),
        (facts.AlarmsSwitched("s1", "nibp", False, "arm"), "Alarms off: BP (arm)"),
        (facts.AlarmsSwitched("s1", "nibp", True, "arm"), "Alarms on: BP (arm)"),
        (facts.AlarmsPaused("s1", T0, "Toilet"), "Alarms paused until 10:20:00: Toilet"),
        (facts.AudioPaused("s1", T0), "Audio paused until 10:20:00"),
        (facts.PauseEnded("s1", "audio", "expired"), "Audio pause over"),
        (facts.PauseEnded("s1", "alarms", "expired"), "Alarm pause over"),
        (facts.HandoverOffered("s1", "kari"), "Offered to kari"),
        (facts.HolderChanged("s1", "kari"), "kari answers for the session now"),
        (facts.HelpCalled("s1"), "Help called"),
        (facts.AlarmsTested(), None),
    ],
)
def test_what_staff_set_is_told_in_the_log(body: FactBody, text: str | None) -> None:
    assert control_text(VISIT.words, VISIT.phrases, body) == text
