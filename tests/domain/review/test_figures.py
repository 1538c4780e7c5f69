"""The figures of a whole session, each from a record small enough to be worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from monitor.domain import facts
from monitor.domain.facts import AlarmChanged, AlarmShown
from monitor.domain.readings import MINUTE, SECOND, Metric, Reading
from monitor.domain.review.figures import Measured, innermost
from monitor.domain.review.in_force import limits_over_time
from tests.domain.records import (
    PROTOCOL,
    SESSION,
    at,
    baseline,
    each_second,
    fact,
    figures,
    measured,
    pressure,
    recorded,
    session,
    vitals,
)

REST = baseline(systolic=120, diastolic=80, pulse_rate=70, spo2=98)


def alarm(name: str, raised: float | None, acknowledged: float | None = None) -> AlarmChanged:
    return AlarmChanged(
        session_id=SESSION,
        alarm_id=name,
        event="raised",
        state="active",
        alarm_kind="limit",
        metric="spo2",
        source="d1",
        type="physiological",
        priority="high",
        onset=at(raised or 0),
        raised_at=None if raised is None else at(raised),
        acknowledged_at=None if acknowledged is None else at(acknowledged),
        acknowledged_by=None,
        ended_at=None,
        reason_code="below",
        reason_values={},
        note=None,
    )


def test_an_empty_session_has_no_figures_and_says_so() -> None:
    found = figures(of=session(0), now=3)
    assert (found.peak, found.lowest, found.back_after_ms, found.infusion_ms) == (None,) * 4
    assert (found.cuffs.due, dict(found.alarms)) == (0, {})
    assert found.responses.acknowledged_ms is None
    assert found.watched_ms == 3 * MINUTE


def test_what_nobody_measured_was_not_inside_the_limits() -> None:
    found = figures(of=session(0), now=60)
    assert found.outside_ms is None
    assert found.measured == Measured(values=0, ms=0, judged_ms=0, by_metric={})


def test_one_reading_is_judged_for_as_long_as_it_counts_and_not_for_the_session() -> None:
    found = figures(measured(Metric.SPO2, 20, 97))
    assert (found.outside_ms, found.watched_ms) == (0, 100 * MINUTE)
    assert found.measured == Measured(1, 3 * SECOND, 3 * SECOND, {Metric.SPO2: 3 * SECOND})


def test_measured_time_leaves_out_gaps_and_what_came_after_the_session() -> None:
    before, after = each_second(Metric.SPO2, 20, 30, 97), each_second(Metric.SPO2, 90, 110, 97)
    found = figures(*before, *after).measured
    # The value before the gap counts until it is stale.
    assert found.ms == 20 * MINUTE + 2 * SECOND


def test_what_is_measured_while_no_limit_is_in_force_is_not_judged() -> None:
    off = fact(20, facts.AlarmsSwitched(SESSION, "spo2", False, "nail varnish"))
    found = figures(off, *each_second(Metric.SPO2, 30, 31, 80))
    assert found.outside_ms is None
    assert (found.measured.ms, found.measured.judged_ms) == (62 * SECOND, 0)
    assert found.lowest is not None
    assert not found.lowest.is_judged


def test_a_value_counts_for_as_long_as_its_device_had_said_it_takes_to_send_the_next() -> None:
    slow = fact(0, facts.FeedExpected(SESSION, "d1", {"spo2": 60.0, "pulse_rate": 60.0}))
    low = [measured(Metric.SPO2, minute, 86) for minute in range(20, 25)]
    found = figures(slow, *low, measured(Metric.SPO2, 25, 97))
    assert found.outside_ms == 5 * MINUTE
    assert found.lowest is not None
    assert found.lowest.below_ms == 5 * MINUTE
    # As on the ward: 3 s for what comes each second, and 59 s more for what comes each minute.
    assert found.measured.ms == 5 * MINUTE + 62 * SECOND


def test_a_device_widens_how_long_its_values_count_no_further_than_its_alarms() -> None:
    slow = fact(0, facts.FeedExpected(SESSION, "d1", {"spo2": 600.0}))
    assert figures(slow, measured(Metric.SPO2, 20, 86)).outside_ms == 62 * SECOND


def test_an_interval_holds_from_the_moment_at_which_the_device_named_it() -> None:
    slow = fact(30, facts.FeedExpected(SESSION, "d1", {"spo2": 60.0}))
    fast = fact(0, facts.FeedExpected(SESSION, "d1", None))
    assert figures(fast, slow, measured(Metric.SPO2, 20, 86)).outside_ms == 3 * SECOND
    assert figures(fast, slow, measured(Metric.SPO2, 40, 86)).outside_ms == 62 * SECOND


def test_a_value_that_was_entered_counts_like_a_pressure() -> None:
    entered = [vitals(20, "a", spo2=88), vitals(22, "b", spo2=97)]
    found = figures(*entered)
    assert found.outside_ms == 2 * MINUTE
    assert found.measured.ms == 7 * MINUTE


def test_a_higher_pressure_from_before_the_infusion_is_told_beside_the_peak() -> None:
    found = figures(REST, pressure(8, 190, 100), pressure(30, 150, 90))
    assert found.peak is not None
    assert found.earlier_peak is not None
    assert (found.peak.systolic, found.earlier_peak.systolic) == (150, 190)
    assert found.earlier_peak.minutes == -2


@pytest.mark.parametrize("earlier", [150, 120])
def test_a_pressure_before_the_infusion_that_was_no_higher_is_not_told(earlier: float) -> None:
    assert figures(pressure(8, earlier, 80), pressure(30, 150, 90)).earlier_peak is None


def test_of_a_session_without_an_infusion_the_peak_is_of_the_whole_session() -> None:
    found = figures(pressure(3, 190, 100), pressure(8, 150, 90), of=session(0), now=60)
    assert (found.peak is not None, found.earlier_peak) == (True, None)
    assert found.peak is not None
    assert (found.peak.systolic, found.peak.minutes) == (190, None)


def test_the_peak_is_told_from_the_beginning_of_the_infusion_and_over_the_baseline() -> None:
    found = figures(REST, pressure(8, 190, 100), pressure(30, 150, 90), pressure(48, 186, 113))
    assert found.peak is not None
    assert (found.peak.systolic, found.peak.diastolic) == (186, 113)
    assert (found.peak.minutes, found.peak.rise) == (38, 66)


def test_a_pressure_that_was_voided_is_no_peak() -> None:
    entered = vitals(20, "slip", systolic=230, diastolic=110)
    voided = fact(21, facts.EntryVoided(SESSION, "slip", "wrong patient", None))
    peak = figures(REST, entered, voided, pressure(30, 150, 90)).peak
    assert peak is not None
    assert peak.systolic == 150


def test_the_lowest_saturation_is_told_with_the_length_of_its_dip() -> None:
    dip = [
        *each_second(Metric.SPO2, 20, 21, 97),
        *each_second(Metric.SPO2, 21, 21.5, 91),
        *each_second(Metric.SPO2, 21.5, 22, 96),
    ]
    lowest = figures(REST, *dip).lowest
    assert lowest is not None
    assert (lowest.value, lowest.at, lowest.below_ms) == (91, at(21), 30 * SECOND)


def test_a_lowest_value_inside_the_limits_has_no_dip() -> None:
    lowest = figures(*each_second(Metric.SPO2, 20, 21, 95)).lowest
    assert lowest is not None
    assert lowest.below_ms is None


def test_a_value_says_nothing_about_the_gap_behind_it() -> None:
    found = figures(measured(Metric.SPO2, 20, 80), measured(Metric.SPO2, 25, 97))
    assert found.outside_ms == 3 * SECOND


def test_two_vitals_outside_at_once_are_counted_once() -> None:
    low = each_second(Metric.SPO2, 20, 21, 88)
    fast = each_second(Metric.PULSE_RATE, 20.5, 21.5, 150)
    found = figures(*low, *fast)
    lengths = {metric: sum(s.ms for s in spans) for metric, spans in found.outside.items()}
    # The last value of each holds for two seconds more than its own.
    assert lengths == {Metric.SPO2: 62 * SECOND, Metric.PULSE_RATE: 62 * SECOND}
    assert found.outside_ms == 92 * SECOND


def test_a_pressure_counts_until_the_next_one_and_no_longer_than_five_minutes() -> None:
    assert figures(pressure(20, 186, 90), pressure(22, 150, 90)).outside_ms == 2 * MINUTE
    assert figures(pressure(20, 186, 90)).outside_ms == 5 * MINUTE


def test_a_value_is_judged_by_the_limit_that_was_in_force_at_its_time() -> None:
    known = next(limit.id for limit in PROTOCOL.alarms.limits if limit.limit == 110)
    wider = fact(20, facts.LimitChanged(SESSION, known, 135.0, "anxious"))
    off = fact(20, facts.AlarmsSwitched(SESSION, "pulse_rate", False, "artefact"))
    on = fact(21, facts.AlarmsSwitched(SESSION, "pulse_rate", True, "artefact over"))
    feed = each_second(Metric.PULSE_RATE, 19, 22, 115)
    before = figures(*feed).outside_ms
    assert before == 182 * SECOND
    assert figures(*feed, wider).outside_ms == 60 * SECOND
    assert figures(*feed, off, on).outside_ms == before - 60 * SECOND


def test_the_rise_over_the_baseline_is_a_limit_from_its_confirmation_on() -> None:
    confirmed = fact(9, facts.BaselineConfirmed(SESSION, {"systolic": 110.0, "diastolic": 70.0}))
    spans = innermost(limits_over_time(recorded(confirmed)), Metric.NIBP)
    kinds = [{limit.kind for limit in span.limits[Metric.NIBP]} for span in spans]
    starts = [span.since for span in spans]
    assert "rise" not in kinds[0]
    assert "rise" in kinds[-1]
    assert at(9) in starts


def test_the_limits_cover_the_session_without_gap_or_overlap() -> None:
    changed = fact(20, facts.AlarmsSwitched(SESSION, "spo2", False, "nail varnish"))
    spans = limits_over_time(recorded(REST, changed))
    assert spans[0].since == at(0)
    assert spans[-1].until == at(100)
    assert all(a.until == b.since for a, b in pairwise(spans))


def test_back_to_baseline_is_the_first_pressure_from_which_on_all_are_near() -> None:
    found = figures(
        REST,
        pressure(45, 170, 90),
        pressure(60, 140, 85),
        pressure(65, 150, 85),
        pressure(72, 138, 85),
        pressure(80, 130, 80),
    )
    assert found.back_after_ms == 22 * MINUTE


@pytest.mark.parametrize("last", [pressure(80, 160, 90), pressure(40, 120, 80)])
def test_a_return_that_was_not_seen_is_not_told(last: Reading) -> None:
    assert figures(REST, last).back_after_ms is None


def test_the_infusion_is_told_without_its_pauses() -> None:
    paused = fact(20, facts.InfusionPaused(SESSION, "nausea"))
    resumed = fact(26, facts.InfusionResumed(SESSION))
    found = figures(paused, resumed)
    assert found.infusion_ms == 34 * MINUTE
    assert found.observation_ms == 50 * MINUTE


def test_response_times_are_medians_over_what_was_answered() -> None:
    raised = [alarm("a", 20, 20.5), alarm("b", 30, 30.1), alarm("c", 40), alarm("d", None)]
    shown = [
        fact(20, AlarmShown(SESSION, "a", "station", at(20) + 200, None)),
        fact(20, AlarmShown(SESSION, "a", "tablet", at(20) + 900, None)),
    ]
    found = figures(*shown, alarms=raised)
    assert found.responses.painted_ms == 200
    assert (found.responses.acknowledged_ms, found.responses.acknowledged) == (18 * SECOND, 2)
    assert dict(found.alarms) == {("physiological", "high"): 3}
