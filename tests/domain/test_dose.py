"""The arithmetic of a dose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.course import DoseRules
from monitor.domain.dose import Dose, Wanted, agrees, work_out
from monitor.domain.entries import Fault
from monitor.service.protocols import load_protocols
from tests.domain.records import COURSE

assert COURSE.dose is not None
KETAMINE: DoseRules = COURSE.dose
NASAL = load_protocols()["esketamine_nasal"].course.dose
assert NASAL is not None


def dose(
    mg_per_kg: float | None = 0.5,
    *,
    weight: float | None = 80,
    mg: float | None = None,
    minutes: float = 40,
    concentration: float | None = 1.0,
    rules: DoseRules | None = KETAMINE,
) -> Dose | Fault:
    return work_out(rules, Wanted(weight, mg_per_kg, mg, minutes, concentration))


def done(found: Dose | Fault) -> Dose:
    assert isinstance(found, Dose), found
    return found


def refused(found: Dose | Fault) -> tuple[str, str]:
    assert isinstance(found, Fault), found
    return found.field, found.code


def test_milligrams_volume_and_rate_follow_from_weight_dose_and_concentration() -> None:
    found = done(dose(0.5, weight=80, minutes=40, concentration=2))
    assert (found.mg, found.volume_ml, found.rate_ml_per_h) == (40, 20, 30)


def test_numbers_are_rounded_to_what_a_pump_can_be_set_to() -> None:
    found = done(dose(0.333, weight=77.7, minutes=41, concentration=3))
    assert (found.mg, found.volume_ml, found.rate_ml_per_h) == (25.874, 8.625, 12.62)


def test_without_a_concentration_there_are_milligrams_only() -> None:
    found = done(dose(concentration=None))
    assert (found.mg, found.volume_ml, found.rate_ml_per_h) == (40, None, None)


def test_the_highest_dose_itself_is_given_and_more_is_refused() -> None:
    assert done(dose(1.0)).mg == 80
    assert refused(dose(1.001)) == ("dose_mg_per_kg", "too_much")


def test_a_dose_beyond_the_milligrams_of_the_protocol_is_refused_whatever_the_weight() -> None:
    rules = replace(KETAMINE, most_mg=60)
    assert done(dose(0.5, weight=120, rules=rules)).mg == 60
    assert refused(dose(0.5, weight=121, rules=rules)) == ("dose_mg_per_kg", "too_much")


def test_above_a_set_dose_somebody_else_checks_it() -> None:
    assert not done(dose(0.5)).needs_check
    assert done(dose(0.51)).needs_check


def test_a_dose_in_milligrams_may_need_a_check_too() -> None:
    rules = replace(KETAMINE, usual_mg_per_kg=None, second_check_above_mg=50)
    assert not done(dose(None, mg=50, rules=rules)).needs_check
    assert done(dose(None, mg=50.5, rules=rules)).needs_check


def test_where_the_protocol_has_no_rules_every_dose_is_checked() -> None:
    assert done(dose(rules=None)).needs_check


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (dose(None), ("dose_mg_per_kg", "incomplete")),
        (dose(weight=None), ("weight_kg", "incomplete")),
        (dose(None, mg=40), ("dose_mg", "by_weight")),
        (dose(0.5, mg=40, rules=None), ("dose_mg", "contradictory")),
        (dose(None, rules=NASAL), ("dose_mg", "incomplete")),
        (dose(None, mg=57, rules=NASAL), ("dose_mg", "not_a_dose")),
    ],
)
def test_what_is_missing_or_does_not_fit_is_said_with_its_field(
    found: Dose | Fault, why: tuple[str, str]
) -> None:
    assert refused(found) == why


@pytest.mark.parametrize("mg", NASAL.doses_mg)
def test_a_dose_that_comes_in_devices_is_one_of_them_and_has_no_pump(mg: float) -> None:
    found = done(dose(None, weight=None, mg=mg, rules=NASAL))
    assert (found.mg, found.volume_ml, found.rate_ml_per_h) == (mg, None, None)
    assert found.concentration_mg_per_ml is None


@given(
    weight=st.floats(30, 200),
    mg_per_kg=st.floats(0.1, 1.0),
    minutes=st.floats(10, 120),
    concentration=st.floats(0.5, 50),
)
def test_what_the_pump_gives_is_the_dose(
    weight: float, mg_per_kg: float, minutes: float, concentration: float
) -> None:
    found = done(dose(mg_per_kg, weight=weight, minutes=minutes, concentration=concentration))
    assert found.volume_ml is not None
    assert found.rate_ml_per_h is not None
    assert found.mg == pytest.approx(weight * mg_per_kg, abs=0.001)
    assert found.volume_ml * concentration == pytest.approx(
        found.mg, abs=0.0005 * concentration + 1e-6
    )
    given_mg = found.rate_ml_per_h * minutes / 60 * concentration
    assert given_mg == pytest.approx(
        found.mg, abs=(0.005 * minutes / 60 + 0.0005) * concentration + 1e-6
    )


@pytest.mark.parametrize(
    ("checked", "same"), [(40, True), (40.2, True), (39.8, True), (40.21, False), (4, False)]
)
def test_a_second_check_agrees_within_rounding(checked: float, same: bool) -> None:
    assert agrees(40, checked) is same


def test_a_slip_of_the_keys_is_no_dose() -> None:
    assert refused(dose(weight=1e-9)) == ("weight_kg", "out_of_range")
    assert refused(dose(None, mg=1e-9, rules=None)) == ("dose_mg", "out_of_range")
    assert refused(dose(concentration=1e-300)) == ("concentration_mg_per_ml", "out_of_range")
    assert refused(dose(minutes=1e-320)) == ("minutes", "out_of_range")
