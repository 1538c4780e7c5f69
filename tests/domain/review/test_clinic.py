"""Held against values that others have published; see the sources in the module."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.readings import MINUTE
from monitor.domain.review.clinic import (
    Response,
    alarm_rate,
    percentile,
    poisson_rate,
    response,
    wilson,
)


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_share_has_the_interval_of_newcombes_table(
    n: int, of: int, low: float, high: float
) -> None:
    found = wilson(n, of)
    assert found.value == n / of
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [
        (0, 0.0, 3.6889),
        (1, 0.0253, 5.5716),
        (5, 1.6235, 11.6683),
        (10, 4.7954, 18.3904),
        (20, 12.2165, 30.8884),
        (50, 37.1110, 65.9188),
    ],
)
def test_a_count_has_the_exact_interval_of_garwoods_table(n: int, low: float, high: float) -> None:
    found = poisson_rate(n, 1)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_beyond_the_exact_counts_the_approximation_goes_on_without_a_step() -> None:
    exact, near = poisson_rate(100, 1), poisson_rate(101, 1)
    assert (round(exact.low, 2), round(exact.high, 2)) == (81.36, 121.63)
    assert near.low - exact.low == pytest.approx(0.9, abs=0.1)
    assert near.high - exact.high == pytest.approx(1.1, abs=0.1)


@given(of=st.integers(1, 2000), data=st.data())
def test_a_share_lies_in_its_interval_and_the_interval_between_none_and_all(
    of: int, data: st.DataObject
) -> None:
    found = wilson(data.draw(st.integers(0, of)), of)
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(n=st.integers(0, 500), hours=st.floats(0.1, 1e5))
def test_a_rate_lies_in_its_interval(n: int, hours: float) -> None:
    found = poisson_rate(n, hours)
    assert 0 <= found.low <= found.value <= found.high


@pytest.mark.parametrize(("n", "of"), [(1, 0), (0, 0), (3, 2), (-1, 5)])
def test_what_is_no_share_is_refused(n: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(n, of)


@pytest.mark.parametrize(("n", "per"), [(-1, 1.0), (1, 0.0)])
def test_what_is_no_rate_is_refused(n: int, per: float) -> None:
    with pytest.raises(ValueError, match="no rate"):
        poisson_rate(n, per)


def test_alarms_are_counted_per_hour_of_a_watched_room() -> None:
    found = alarm_rate(10, 120 * MINUTE)
    assert found is not None
    assert (found.value, round(found.low, 3), round(found.high, 3)) == (5.0, 2.398, 9.195)
    assert alarm_rate(0, 0) is None


def test_a_response_is_one_that_was_seen_and_never_between_two() -> None:
    assert response({100: 5, 200: 4, 9000: 1}) == Response(100, 200, 10)
    assert response({300: 1}) == Response(300, 300, 1)
    assert response({}) is None
    assert percentile({100: 1, 200: 1, 300: 1}, 0.5) == 200


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no percentile"):
        percentile({}, 0.5)
