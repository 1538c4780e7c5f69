from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.dashboard.review.channels import (
    Channel,
    Recorded,
    between,
    curve,
    late_spans,
    recorded,
)
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, SECOND
from tests.dashboard.clinic import T0

STALE_MS = 3 * SECOND
Point = tuple[Any, ...]


def a_point(seconds: float, value: float | None = 80.0, **changes: Any) -> Point:
    at = T0 + round(seconds * 1000)
    named = {"metric": "pulse_rate", "status": "ok", "late": 0, "source": "d1", **changes}
    return (
        "r1",
        named["metric"],
        at,
        at + 30,
        value,
        None,
        None,
        None,
        named["status"],
        named["late"],
        named["source"],
    )


def channel_of(*points: Point) -> Channel:
    (channel,) = recorded(points, STALE_MS).channels
    return channel


def drawn(channel: Channel, most: int = 2000) -> list[tuple[float, float | None]]:
    found = curve(channel, most)
    return [
        ((at - T0) / SECOND, None if math.isnan(value) else value)
        for at, value in zip(found.at, found.values, strict=True)
    ]


values = st.lists(st.floats(20, 300), min_size=1, max_size=400)


@given(values, st.integers(8, 60))
@settings(deadline=None)
def test_a_reduced_line_keeps_the_lowest_the_highest_the_first_and_the_last_point(
    found: list[float], most: int
) -> None:
    points = [a_point(second, value) for second, value in enumerate(found)]
    reduced = curve(channel_of(*points), most)
    assert np.nanmax(reduced.values) == max(found)
    assert np.nanmin(reduced.values) == min(found)
    assert (reduced.at[0], reduced.at[-1]) == (points[0][2], points[-1][2])
    assert len(reduced.at) <= most + 2


@given(values, st.integers(8, 60))
@settings(deadline=None)
def test_a_reduced_line_has_no_point_that_was_not_measured_and_none_twice(
    found: list[float], most: int
) -> None:
    points = [a_point(second, value) for second, value in enumerate(found)]
    reduced = curve(channel_of(*points), most)
    measured = dict(enumerate(found))
    told = [round((at - T0) / SECOND) for at in reduced.at]
    assert told == sorted(set(told))
    assert [measured[second] for second in told] == list(reduced.values)


@given(st.lists(st.integers(3, 40), min_size=2, max_size=12), st.integers(8, 100))
@settings(deadline=None)
def test_every_silence_stays_a_break_however_much_is_left_out(runs: list[int], most: int) -> None:
    points, second = [], 0
    for length in runs:
        points += [a_point(second + n) for n in range(length)]
        second += length + 20
    reduced = curve(channel_of(*points), most)
    assert int(np.isnan(reduced.values).sum()) == len(runs) - 1
    assert not np.isnan(reduced.values[-1])


def test_a_reading_without_a_value_breaks_the_line() -> None:
    line = drawn(channel_of(a_point(0), a_point(1, None, status="sensor_off"), a_point(2)))
    assert line == [(0, 80), (0, None), (2, 80)]


def test_a_metric_that_comes_every_ten_seconds_is_one_line() -> None:
    assert len(drawn(channel_of(*(a_point(10 * n) for n in range(30))))) == 30


def test_a_channel_without_any_value_is_an_empty_line() -> None:
    assert drawn(channel_of(a_point(0, None), a_point(1, None))) == []


def test_few_points_are_drawn_whole_and_many_say_that_they_are_not() -> None:
    channel = channel_of(*(a_point(n, n % 7 + 80) for n in range(100)))
    assert curve(channel).is_whole
    assert not curve(channel, 20).is_whole


def test_points_that_came_out_of_order_are_drawn_by_their_time() -> None:
    assert drawn(channel_of(a_point(2, 82), a_point(0, 80), a_point(1, 81))) == [
        (0, 80),
        (1, 81),
        (2, 82),
    ]


def test_two_devices_are_two_lines_and_what_a_person_read_is_none() -> None:
    found = recorded(
        [a_point(0), a_point(0, source="d2"), a_point(0, source=MANUAL_SOURCE)], STALE_MS
    )
    assert [channel.source for channel in found.channels] == ["d1", "d2"]
    assert len(found.spots) == 1


def test_a_stretch_reaches_one_point_beyond_each_of_its_ends() -> None:
    channel = channel_of(*(a_point(n) for n in range(100)))
    part = between(channel, T0 + 10 * SECOND, T0 + 20 * SECOND)
    assert [(at - T0) / SECOND for at in part.at] == list(range(9, 21))


def test_a_stretch_in_which_nothing_came_is_drawn_as_nothing() -> None:
    channel = channel_of(a_point(0), a_point(600))
    part = between(channel, T0 + 2 * MINUTE, T0 + 3 * MINUTE)
    assert drawn(part) == [(0, 80), (0, None), (600, 80)]


def test_what_came_late_is_told_as_the_time_in_which_it_was_measured() -> None:
    late = {10, 11, 12, 30}
    channel = channel_of(*(a_point(n, late=int(n in late)) for n in range(40)))
    told = [((a - T0) / SECOND, (b - T0) / SECOND) for a, b in late_spans(channel)]
    assert told == [(10, 12), (30, 30)]


def test_a_session_without_readings_has_nothing_to_draw() -> None:
    assert recorded([], STALE_MS) == Recorded([], [], [])
