"""Whether the patient may leave: each criterion, what blocks, and the earliest time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain import facts
from monitor.domain.chart import Chart
from monitor.domain.course import Course, Criterion
from monitor.domain.discharge import Record, verdict
from monitor.domain.readings import Metric
from tests.domain.records import (
    COURSE,
    SESSION,
    at,
    baseline,
    charted,
    each_second,
    fact,
    judged,
    measured,
    pressure,
    score,
    session,
    vitals,
)

KNOWN = {criterion.id: criterion for criterion in COURSE.discharge}
SYSTOLIC, PULSE, SPO2 = KNOWN["systolic"], KNOWN["pulse"], KNOWN["spo2"]
AWAKE, DISSOCIATION, TIME = KNOWN["awake"], KNOWN["dissociation"], KNOWN["time"]
GAIT, ALARMS = KNOWN["gait_checked"], KNOWN["alarms"]
OBSERVED = session(0, 5, 10, 50)
"""The infusion ended at minute 50."""
REST = baseline(systolic=120, diastolic=80, pulse_rate=70, spo2=98)


def test_a_pressure_is_held_from_its_first_cuff_inside_for_exactly_the_time() -> None:
    chart = charted(REST, pressure(55, 150, 90), pressure(60, 140, 85), pressure(70, 130, 80))
    waiting = judged(SYSTOLIC, OBSERVED, chart, 74.99)
    assert (waiting.met, waiting.code, waiting.met_at) == (False, "in", at(75))
    assert waiting.values["minutes"] == 1
    assert judged(SYSTOLIC, OBSERVED, chart, 75).met


@pytest.mark.parametrize(
    ("systolic", "inside"), [(144, True), (145, False), (96, True), (95, False)]
)
def test_twenty_percent_of_the_baseline_itself_are_inside(systolic: float, inside: bool) -> None:
    chart = charted(REST, pressure(60, systolic, 80))
    assert judged(SYSTOLIC, OBSERVED, chart, 61).code == ("in" if inside else "outside")


def test_without_a_baseline_nothing_can_be_said() -> None:
    chart = charted(pressure(60, 120, 80))
    assert judged(SYSTOLIC, OBSERVED, chart, 80).code == "no_baseline"


def test_one_bad_cuff_begins_the_time_anew() -> None:
    chart = charted(
        REST,
        pressure(55, 120, 80),
        pressure(65, 160, 90),
        pressure(70, 125, 80),
        pressure(80, 125, 80),
    )
    found = judged(SYSTOLIC, OBSERVED, chart, 81)
    assert (found.met, found.met_at) == (False, at(85))


def test_the_newest_bad_cuff_has_no_time_at_all() -> None:
    chart = charted(REST, pressure(55, 120, 80), pressure(75, 160, 90))
    found = judged(SYSTOLIC, OBSERVED, chart, 76)
    assert (found.met, found.code, found.met_at) == (False, "outside", None)
    assert found.values["value"] == 160


def test_a_cuff_too_long_ago_says_nothing_about_now() -> None:
    chart = charted(REST, pressure(55, 120, 80))
    assert judged(SYSTOLIC, OBSERVED, chart, 75).met
    late = judged(SYSTOLIC, OBSERVED, chart, 75.01)
    assert (late.met, late.code, late.values["since"]) == (False, "no_value", at(55))


def test_a_gap_between_cuffs_hides_something_and_begins_the_time_anew() -> None:
    chart = charted(REST, pressure(52, 120, 80), pressure(72.5, 120, 80))
    assert judged(SYSTOLIC, OBSERVED, chart, 73).met_at == at(87.5)


def test_a_mean_alone_is_no_systolic_pressure() -> None:
    chart = charted(REST, pressure(60, 120, 80), vitals(70, mean=90))
    assert judged(SYSTOLIC, OBSERVED, chart, 75).met


def test_an_entered_cuff_counts_until_it_is_voided() -> None:
    bad = vitals(70, "e1", systolic=180, diastolic=95)
    good = pressure(60, 120, 80)
    assert judged(SYSTOLIC, OBSERVED, charted(REST, good, bad), 75).code == "outside"
    voided = fact(74, facts.EntryVoided(SESSION, "e1", "wrong patient", None))
    assert judged(SYSTOLIC, OBSERVED, charted(REST, good, bad, voided), 75).met


def test_a_living_feed_inside_is_held_from_its_first_second() -> None:
    chart = charted(REST, *each_second(Metric.SPO2, 60.5, 66, 97))
    assert judged(SPO2, OBSERVED, chart, 65.49).met_at == at(65.5)
    assert judged(SPO2, OBSERVED, chart, 65.5).met


def test_a_minute_with_one_low_second_breaks_it() -> None:
    low = measured(Metric.SPO2, 62.5, 93)
    chart = charted(
        REST, *each_second(Metric.SPO2, 60, 62.5, 97), low, *each_second(Metric.SPO2, 62.6, 66, 97)
    )
    assert judged(SPO2, OBSERVED, chart, 66).met_at == at(68)


def test_a_feed_that_was_gone_for_more_than_three_minutes_proves_nothing() -> None:
    before, after = each_second(Metric.SPO2, 55, 60, 97), each_second(Metric.SPO2, 62.98, 64, 97)
    assert judged(SPO2, OBSERVED, charted(*before, *after), 64).met
    later = each_second(Metric.SPO2, 63, 64, 97)
    assert judged(SPO2, OBSERVED, charted(*before, *later), 64).met_at == at(68)
    assert judged(SPO2, OBSERVED, charted(*before), 63).code == "no_value"


def test_what_a_person_reads_low_is_not_outvoted_by_the_device() -> None:
    feed = each_second(Metric.SPO2, 55, 66, 97)
    entered = vitals(65.5, spo2=88)
    assert judged(SPO2, OBSERVED, charted(*feed), 66).met
    assert judged(SPO2, OBSERVED, charted(*feed, entered), 66).code == "outside"


def test_a_device_that_is_low_is_not_outvoted_by_what_a_person_reads() -> None:
    feed = each_second(Metric.SPO2, 55, 66, 91)
    assert judged(SPO2, OBSERVED, charted(*feed, vitals(65.5, spo2=97)), 66).code == "outside"


@pytest.mark.parametrize("entries", [("e1", "e2"), ("e2", "e1")])
def test_of_two_entries_of_one_moment_the_worse_counts(entries: tuple[str, str]) -> None:
    first, second = entries
    chart = charted(
        score(60, "moaas", 5, first),
        score(60, "moaas", 3, second),
        vitals(60, f"v{first}", spo2=97),
        vitals(60, f"v{second}", spo2=88),
        score(60, "dissociation", 0, f"d{first}"),
        score(60, "dissociation", 4, f"d{second}"),
    )
    for criterion in (AWAKE, SPO2, DISSOCIATION):
        assert judged(criterion, OBSERVED, chart, 61).code == "outside"


def test_a_score_taken_before_the_end_of_the_infusion_does_not_count() -> None:
    assert judged(AWAKE, OBSERVED, charted(score(49.9, "moaas", 5)), 60).code == "not_scored"
    assert judged(AWAKE, OBSERVED, charted(score(50, "moaas", 5)), 60).met


def test_the_newest_score_counts() -> None:
    chart = charted(score(55, "moaas", 5), score(58, "moaas", 4))
    found = judged(AWAKE, OBSERVED, chart, 60)
    assert (found.met, found.code, found.values) == (False, "outside", {"wanted": 5, "value": 4})
    chart = charted(score(55, "dissociation", 3), score(58, "dissociation", 1))
    assert judged(DISSOCIATION, OBSERVED, chart, 60).met


def test_time_runs_from_the_end_of_the_infusion() -> None:
    assert judged(TIME, OBSERVED, Chart(), 109).met_at == at(110)
    assert judged(TIME, OBSERVED, Chart(), 110).met
    assert judged(TIME, session(0, 5, 10), Chart(), 300).code == "not_yet"


def test_time_may_run_from_its_beginning() -> None:
    criterion = replace(TIME, kind="after_start", for_ms=at(120))
    assert judged(criterion, OBSERVED, Chart(), 129).met_at == at(130)
    assert judged(criterion, session(0, 5), Chart(), 300).code == "not_yet"


def test_a_check_counts_as_it_was_answered_last() -> None:
    yes = fact(60, facts.CheckAnswered(SESSION, "gait", "yes", None))
    no = fact(61, facts.CheckAnswered(SESSION, "gait", "no", None))
    assert judged(GAIT, OBSERVED, charted(), 62).code == "not_checked"
    assert judged(GAIT, OBSERVED, charted(yes), 62).met
    assert judged(GAIT, OBSERVED, charted(yes, no), 62).code == "answered_otherwise"


def test_an_alarm_that_waits_blocks() -> None:
    assert judged(ALARMS, OBSERVED, Chart(), 60).met
    assert judged(ALARMS, OBSERVED, Chart(), 60, waiting=2).values == {"n": 2}


def course_of(*criteria: Criterion) -> Course:
    return replace(COURSE, discharge=criteria)


def test_the_earliest_time_is_that_of_the_last_criterion() -> None:
    chart = charted(REST, *each_second(Metric.SPO2, 60, 62, 97))
    found = verdict(Record(OBSERVED, chart, course_of(SPO2, TIME, ALARMS), 0, at(62)))
    assert (found.met, found.earliest_at) == (False, at(110))
    assert found.blocking is not None
    assert found.blocking.criterion is TIME


def test_what_a_person_must_do_blocks_before_what_time_will_bring() -> None:
    found = verdict(Record(OBSERVED, Chart(), course_of(TIME, GAIT), 0, at(62)))
    assert found.earliest_at is None
    assert found.blocking is not None
    assert found.blocking.criterion is GAIT


def test_when_all_is_met_the_earliest_time_is_now_and_nothing_blocks() -> None:
    for course in (course_of(TIME), course_of()):
        found = verdict(Record(OBSERVED, Chart(), course, 0, at(120)))
        assert (found.met, found.earliest_at, found.blocking) == (True, at(120), None)


def test_the_pulse_is_held_to_its_own_baseline() -> None:
    chart = charted(REST, *each_second(Metric.PULSE_RATE, 55, 60, 85))
    assert judged(PULSE, OBSERVED, chart, 60).code == "outside"
    chart = charted(REST, *each_second(Metric.PULSE_RATE, 55, 70, 84))
    assert judged(PULSE, OBSERVED, chart, 70).met
