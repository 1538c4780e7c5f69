"""The mathematics that decides whether something grows."""

from __future__ import annotations

import random
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.soak.slopes import slope, student_t

_moderate = st.floats(-1e4, 1e4)


@given(start=_moderate, per_hour=_moderate, samples=st.integers(3, 300))
def test_a_straight_line_has_its_own_slope_and_a_bound_that_is_no_wider(
    start: float, per_hour: float, samples: int
) -> None:
    hours = [number / 120 for number in range(samples)]
    found = slope(hours, [start + per_hour * hour for hour in hours])
    for told in (found.per_hour, found.lower, found.upper):
        assert told == pytest.approx(per_hour, rel=1e-6, abs=1e-5)
    assert found.first == pytest.approx(start, rel=1e-6, abs=1e-6)
    assert found.samples == samples


@given(values=st.lists(_moderate, min_size=3, max_size=60), seed=st.integers(0, 9999))
def test_the_slope_is_that_of_numpys_least_squares_and_lies_between_its_bounds(
    values: list[float], seed: int
) -> None:
    generator = random.Random(seed)
    hours = sorted(generator.uniform(0, 3) for _ in values)
    assume(hours[-1] - hours[0] > 0.1)
    found = slope(hours, values)
    fitted = np.polynomial.Polynomial.fit(hours, values, 1).convert().coef
    fitted_slope = fitted[1] if len(fitted) > 1 else 0.0
    assert found.per_hour == pytest.approx(fitted_slope, rel=1e-5, abs=1e-5)
    assert found.lower <= found.per_hour <= found.upper


@given(
    values=st.lists(_moderate, min_size=3, max_size=40),
    factor=st.floats(0.01, 100),
    added=_moderate,
)
def test_another_unit_or_zero_changes_the_slope_by_that_unit_alone(
    values: list[float], factor: float, added: float
) -> None:
    hours = [number / 10 for number in range(len(values))]
    assume(np.std(values) > 1)
    plain, other = slope(hours, values), slope(hours, [factor * v + added for v in values])
    assert other.per_hour == pytest.approx(factor * plain.per_hour, rel=1e-4, abs=1e-3)
    assert other.upper == pytest.approx(factor * plain.upper, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize(
    ("freedom", "tabled"),
    [(1, 6.3138), (2, 2.9200), (5, 2.0150), (10, 1.8125), (30, 1.6973), (120, 1.6577)],
)
def test_student_t_is_what_the_printed_tables_say(freedom: int, tabled: float) -> None:
    assert student_t(0.95, freedom) == pytest.approx(tabled, abs=1e-4)


def test_student_t_becomes_the_normal_distribution() -> None:
    assert student_t(0.95, 100_000) == pytest.approx(NormalDist().inv_cdf(0.95), abs=1e-3)


def test_of_many_noisy_runs_without_growth_about_one_in_twenty_exceeds_its_bound() -> None:
    generator = np.random.default_rng(7)
    hours = np.arange(120) / 60
    misses = sum(
        slope(hours.tolist(), generator.normal(100, 2, 120).tolist()).upper < 0 for _ in range(600)
    )
    assert misses / 600 < 0.075


def test_samples_that_repeat_each_other_widen_the_bound() -> None:
    generator = np.random.default_rng(3)
    apart = generator.normal(0, 1, 60)
    hours = (np.arange(240) / 120).tolist()
    stuck = np.repeat(apart, 4).tolist()
    mixed = generator.permutation(np.array(stuck)).tolist()
    width = [found.upper - found.per_hour for found in (slope(hours, stuck), slope(hours, mixed))]
    assert width[0] > 1.5 * width[1]


@pytest.mark.parametrize("hours", [[], [0.0, 1.0], [1.0, 1.0, 1.0]])
def test_too_few_samples_have_no_slope(hours: list[float]) -> None:
    with pytest.raises(ValueError, match="three samples"):
        slope(hours, hours)
