"""Rise over baseline, needs a repeat, burden, overdue, disagreement, score; limits per phase and per patient."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain.controls import Controls
from monitor.domain.limits import AlarmSettings, Burden, Limit, Priority, Side, severity
from monitor.domain.readings import Metric
from monitor.domain.session_alarms import SessionAlarms
from tests.domain.builders import KETAMINE, Bed, cuff, pulse, spo2


def burden_bed(rule: str, setting: float, limit: float) -> Bed:
    rung = Limit(
        metric=Metric.SPO2,
        component="value",
        side=Side.BELOW,
        limit=limit,
        delay_ms=0,
        priority=Priority.HIGH,
        severity=severity(Priority.HIGH, 1),
        id="spo2_below_1",
        burden=Burden(rule, setting),
    )
    return Bed(AlarmSettings(limits=(rung,)))


def raised_at_sample(bed: Bed, values: list[float]) -> int | None:
    """The number, from 1 on, of the value that raised it."""
    for number, value in enumerate(values, 1):
        bed.observe(spo2(number, value), pulse(number, 80))
        if bed.raised("burden"):
            return number
    return None


SAT_SECONDS = [88.0] * 2 + [86.0] * 3 + [84.0] * 6
SMART_INDEX = [92.0, 89.0, 87.0, 87.0, 80.0]


def test_the_sum_of_the_published_example_is_full_with_the_eleventh_low_second() -> None:
    assert raised_at_sample(burden_bed("sum", 50, 90), SAT_SECONDS) == 11


def test_the_whole_example_adds_up_to_52() -> None:
    assert raised_at_sample(burden_bed("sum", 52, 90), SAT_SECONDS) == 11
    assert raised_at_sample(burden_bed("sum", 52.5, 90), SAT_SECONDS) is None


def test_the_index_of_the_published_example_is_full_with_the_fifth_value() -> None:
    assert raised_at_sample(burden_bed("index", 20, 90), SMART_INDEX) == 5


@pytest.mark.parametrize(("setting", "sample"), [(2, 2), (6, 3), (10, 4), (21, 5), (22, None)])
def test_the_index_counts_distance_plus_one(setting: float, sample: int | None) -> None:
    # 92 is inside 90; 89, 87, 87 and 80 lie 1, 3, 3 and 10 below it: 2, 6, 10, 21.
    assert raised_at_sample(burden_bed("index", setting, 90), SMART_INDEX) == sample


def test_the_third_excursion_within_a_minute_raises_regardless_of_the_index() -> None:
    values = ([89.0] + [95.0] * 9) * 3
    assert raised_at_sample(burden_bed("index", 100, 90), values) == 21


def test_the_sum_falls_when_the_value_is_back_inside() -> None:
    values = [84.0] * 8 + [96.0] * 8 + [84.0] * 8
    assert raised_at_sample(burden_bed("sum", 50, 90), values) is None


def test_a_value_stands_for_three_seconds_at_most() -> None:
    bed = burden_bed("sum", 50, 90)
    bed.observe(spo2(1, 88)).observe(spo2(31, 88))
    assert bed.raised("burden") == []


def test_a_rise_over_the_confirmed_baseline_is_medium() -> None:
    bed = Bed()
    bed.alarms.enter_phase("infusion", 0)
    confirm_baseline(bed, {"systolic": 110, "diastolic": 70}, 0)
    bed.observe(cuff(60, 149, 80))
    assert bed.raised("rise") == []
    bed.observe(cuff(120, 150, 80))
    (alarm,) = bed.raised("rise")
    assert bed.last(alarm).change.occurrence.priority == "medium"


def test_a_changed_baseline_judges_the_last_cuff_anew() -> None:
    bed = Bed().observe(cuff(60, 150, 80))
    assert bed.raised("rise") == []
    confirm_baseline(bed, {"systolic": 110, "diastolic": 70}, 90_000)
    bed.collect()
    (alarm,) = bed.raised("rise")
    confirm_baseline(bed, {"systolic": 130, "diastolic": 70}, 95_000)
    bed.collect()
    assert bed.last(alarm).change.occurrence.state == "ended"


def test_rise_and_limit_are_rungs_of_one_occurrence() -> None:
    bed = Bed()
    confirm_baseline(bed, {"systolic": 120, "diastolic": 70}, 0)
    bed.observe(cuff(5, 162, 80)).observe(cuff(60, 170, 80)).observe(cuff(120, 185, 80))
    raised = [a for a in bed.raised() if bed.last(a).change.occurrence.metric == "nibp"]
    assert len(raised) == 1
    assert bed.last(raised[0]).change.occurrence.priority == "high"


def test_a_second_cuff_within_five_minutes_confirms_and_sounds_again() -> None:
    bed = Bed().observe(cuff(5, 184, 95))
    (alarm,) = bed.raised("limit")
    bed.acknowledge(alarm, 6)
    bed.observe(cuff(280, 182, 95))
    assert bed.events(alarm)[-1] == "escalated"
    assert bed.last(alarm).change.occurrence.reason.code == "repeat_above"


def test_a_second_cuff_after_more_than_five_minutes_confirms_nothing() -> None:
    bed = Bed().observe(cuff(5, 184, 95)).observe(cuff(306, 184, 95))
    (alarm,) = bed.raised("limit")
    assert bed.events(alarm) == ["delay_ended"]


def test_a_cuff_that_is_overdue_is_low_and_then_medium_and_ends_with_the_next() -> None:
    bed = Bed()
    touched(bed).enter_phase("infusion", 0)
    last = 600 + 13 * 60
    for second in range(1, 1_300):
        bed.observe(pulse(second, 80), spo2(second, 97))
    (alarm,) = bed.raised("overdue")
    seen = [
        (c.change.at // 1000, str(c.change.occurrence.priority))
        for c in bed.changes
        if c.change.occurrence.id == alarm
    ]
    assert seen == [(780, "low"), (1_200, "medium")]
    bed.observe(cuff(last, 120, 80))
    assert bed.last(alarm).change.occurrence.state == "ended"


def test_the_cadence_follows_the_phase() -> None:
    bed = Bed().observe(cuff(1, 120, 80))
    touched(bed).enter_phase("observation", 2_000)
    for second in range(2, 18 * 60 + 1):
        bed.observe(pulse(second, 80), spo2(second, 97))
    assert bed.raised("overdue") == []
    bed.observe(pulse(18 * 60 + 2, 80), spo2(18 * 60 + 2, 97))
    assert len(bed.raised("overdue")) == 1


def test_two_sources_that_disagree_are_told_and_agreeing_again_ends_it() -> None:
    bed = Bed()
    touched(bed).expect("d2", None, 0)
    bed.observe(spo2(1, 97)).observe(spo2(1.5, 90.5, source="d2"))
    (alarm,) = bed.raised("disagreement")
    assert bed.last(alarm).change.occurrence.priority == "low"
    bed.observe(spo2(2.5, 96, source="d2"))
    assert bed.last(alarm).change.occurrence.state == "ended"


def test_an_old_value_of_another_source_disagrees_with_nobody() -> None:
    bed = Bed().observe(spo2(1, 97))
    bed.observe(spo2(20, 89, source="manual"))
    assert bed.raised("disagreement") == []


@pytest.mark.parametrize(
    ("value", "priority"),
    [(5, None), (4, None), (3, "medium"), (2, "medium"), (1, "high"), (0, "high")],
)
def test_a_sedation_score_is_judged_at_once(value: int, priority: str | None) -> None:
    bed = Bed()
    touched(bed).score("moaas", value, 5_000, 5_000)
    bed.collect()
    assert [str(bed.last(a).change.occurrence.priority) for a in bed.raised("score")] == (
        [priority] if priority else []
    )


def test_a_better_score_ends_the_condition_and_a_worse_one_sounds_again() -> None:
    bed = Bed()
    for second, value in ((5, 3), (60, 1), (120, 5)):
        touched(bed).score("moaas", value, second * 1000, second * 1000)
        bed.collect()
    (alarm,) = bed.raised("score")
    assert bed.events(alarm) == ["delay_ended", "escalated", "condition_ended"]
    assert bed.last(alarm).change.occurrence.state == "latched"


@pytest.mark.parametrize(
    ("value", "priority", "code"),
    [
        (-4, "high", "score_at_most"),
        (-3, "medium", "score_at_most"),
        (-2, None, ""),
        (0, None, ""),
        (1, None, ""),
        (2, "medium", "score_at_least"),
        (3, "high", "score_at_least"),
        (4, "high", "score_at_least"),
    ],
)
def test_agitation_is_judged_as_sedation_is(value: int, priority: str | None, code: str) -> None:
    bed = Bed()
    touched(bed).score("rass", value, 5_000, 5_000)
    bed.collect()
    raised = [bed.last(alarm).change.occurrence for alarm in bed.raised("score")]
    assert [(str(one.priority), one.reason.code) for one in raised] == (
        [(priority, code)] if priority else []
    )


def test_sedation_after_agitation_is_another_condition() -> None:
    bed = Bed()
    for second, value in ((5, 2), (60, -3), (120, 0)):
        touched(bed).score("rass", value, second * 1000, second * 1000)
        bed.collect()
    agitated, sedated = bed.raised("score")
    assert bed.events(agitated) == ["delay_ended", "condition_ended"]
    assert bed.events(sedated) == ["delay_ended", "condition_ended"]


def test_a_voided_score_of_agitation_holds_nothing_up() -> None:
    bed = Bed()
    touched(bed).score("rass", 2, 5_000, 5_000)
    touched(bed).withdraw_score("rass", None, "N-12", 9_000)
    bed.collect()
    (alarm,) = bed.raised("score")
    assert bed.events(alarm) == ["delay_ended", "voided"]


def test_a_limit_of_this_patient_is_judged_at_once_and_restarts_no_delay() -> None:
    bed = Bed().stream([94] * 30)
    assert bed.raised() == []
    change_limit(bed, "spo2_below_1", 95, 30_000)
    bed.collect()
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.onset == 0


def test_a_widened_limit_ends_a_condition_that_is_now_inside() -> None:
    bed = Bed().stream([91] * 20)
    (alarm,) = bed.raised("limit")
    change_limit(bed, "spo2_below_1", 88, 20_000)
    bed.collect()
    assert bed.last(alarm).change.occurrence.state == "ended"


def test_a_limit_that_was_taken_out_is_no_limit_and_not_zero() -> None:
    bed = Bed()
    for limit in ("spo2_below_1", "spo2_below_2", "spo2_below_3"):
        change_limit(bed, limit, None, 0)
    bed.stream([50] * 60)
    assert bed.raised("limit") == []


def test_a_limit_holds_only_in_its_phases() -> None:
    limits = tuple(replace(known, phases=frozenset({"infusion"})) for known in KETAMINE.limits)
    bed = Bed(replace(KETAMINE, limits=limits)).stream([80] * 5)
    assert bed.raised("limit") == []
    touched(bed).enter_phase("infusion", 5_000)
    bed.collect()
    assert len(bed.raised("limit")) == 1


def test_an_unchanged_delay_runs_on_through_a_phase_change() -> None:
    bed = Bed().stream([91] * 10)
    touched(bed).enter_phase("baseline", 9_500)
    bed.stream([91] * 6, start_s=10)
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.raised_at == 15_000


def touched(bed: Bed) -> SessionAlarms:
    alarms = bed.system.touch("s1")
    assert alarms is not None
    return alarms


def confirm_baseline(bed: Bed, baseline: dict[str, float], now: int) -> None:
    def change(controls: Controls) -> None:
        controls.baseline = baseline

    touched(bed).set_controls(change, now)


def change_limit(bed: Bed, limit: str, value: float | None, now: int) -> None:
    def change(controls: Controls) -> None:
        controls.own_limits[limit] = value

    touched(bed).set_controls(change, now)
