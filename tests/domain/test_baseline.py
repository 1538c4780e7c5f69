"""The resting values that are suggested as a baseline."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import facts
from monitor.domain.baseline import suggested
from monitor.domain.readings import Metric
from tests.domain.records import (
    SESSION,
    at,
    charted,
    each_second,
    fact,
    measured,
    pressure,
    session,
    vitals,
)

BEFORE = session(0, 5)


def test_nothing_measured_suggests_nothing() -> None:
    assert suggested(BEFORE, charted(), at(10)) == {}


def test_the_median_of_the_newest_three_cuffs_is_not_moved_by_one_bad_one() -> None:
    chart = charted(
        pressure(1, 100, 60), pressure(2, 120, 80), pressure(3, 190, 110), pressure(4, 124, 82)
    )
    assert suggested(BEFORE, chart, at(10)) == {"systolic": 124, "diastolic": 82}


def test_a_cuff_that_was_entered_counts_like_one_of_a_device_and_a_voided_one_does_not() -> None:
    entered = vitals(3, "e1", systolic=130, diastolic=90)
    assert suggested(BEFORE, charted(entered), at(10)) == {"systolic": 130, "diastolic": 90}
    voided = fact(4, facts.EntryVoided(SESSION, "e1", "wrong arm", None))
    assert suggested(BEFORE, charted(entered, voided), at(10)) == {}


def test_a_mean_alone_says_nothing_about_systolic() -> None:
    assert suggested(BEFORE, charted(vitals(3, mean=90)), at(10)) == {}


def test_what_was_measured_during_the_infusion_is_no_rest() -> None:
    chart = charted(
        pressure(4, 120, 80),
        pressure(12, 160, 95),
        *each_second(Metric.PULSE_RATE, 2, 5, 70),
        *each_second(Metric.PULSE_RATE, 10, 15, 110),
    )
    found = suggested(session(0, 5, 10), chart, at(30))
    assert found == {"systolic": 120, "diastolic": 80, "pulse_rate": 70}


def test_pulse_and_saturation_are_the_median_of_the_newest_ten_minutes() -> None:
    chart = charted(
        *(measured(Metric.PULSE_RATE, minute, 100) for minute in range(10)),
        *(measured(Metric.PULSE_RATE, 10 + minute, 70) for minute in range(10)),
        measured(Metric.PULSE_RATE, 15.5, 20),
        *(measured(Metric.SPO2, 10 + minute, 96) for minute in range(10)),
    )
    assert suggested(BEFORE, chart, at(20)) == {"pulse_rate": 70, "spo2": 96}


def test_where_no_device_measures_what_staff_entered_is_taken() -> None:
    chart = charted(vitals(3, pulse_rate=66, spo2=98), vitals(4, pulse_rate=70, spo2=97))
    assert suggested(BEFORE, chart, at(10)) == {"pulse_rate": 68, "spo2": 98}


@given(st.permutations([pressure(m, 120 + m, 70 + m) for m in range(1, 6)]))
def test_the_order_of_arrival_changes_nothing(cuffs: list[object]) -> None:
    chart = charted(*cuffs)  # type: ignore[arg-type]
    assert suggested(BEFORE, chart, at(10)) == {"systolic": 124, "diastolic": 74}
