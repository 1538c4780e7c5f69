from __future__ import annotations

from itertools import permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.chart import Pause
from monitor.domain.day_plan import (
    CLASH_WITHIN,
    PlannedInfusion,
    clashes,
    clashes_with,
    infusion_end,
)
from monitor.domain.readings import MINUTE, SECOND

NOW = 1_795_252_800_000
LENGTH = 40 * MINUTE


def infusion(key: str, ends_in_s: float, *, patient: str = "", room: str = "") -> PlannedInfusion:
    ends_at = NOW + round(ends_in_s * SECOND)
    return PlannedInfusion(key, room or f"r{key}", patient or f"P-{key}", ends_at - LENGTH, ends_at)


seconds = st.integers(-3600, 4 * 3600)
days = st.lists(seconds, max_size=12).map(
    lambda ends: [infusion(str(n), end) for n, end in enumerate(ends)]
)


def test_two_infusions_that_end_in_the_same_minute_clash() -> None:
    one, other = infusion("1", 600), infusion("2", 640)
    assert clashes([other, one], NOW) == [(one, other)]


def test_two_minutes_apart_is_far_enough() -> None:
    assert clashes([infusion("1", 600), infusion("2", 720)], NOW) == []
    assert len(clashes([infusion("1", 600), infusion("2", 719)], NOW)) == 1


def test_an_infusion_that_has_ended_clashes_with_nothing() -> None:
    assert clashes([infusion("1", 0), infusion("2", 1)], NOW) == []


def test_a_plan_and_the_session_it_became_are_one_patients() -> None:
    planned = infusion("v1", 600, patient="P-7")
    assert clashes([planned, infusion("s1", 610, patient="P-7")], NOW) == []


def test_an_infusion_is_not_compared_with_its_own_earlier_plan() -> None:
    would_be, other = infusion("s1", 600), infusion("s2", 630)
    assert clashes_with(would_be, [infusion("s1", 650), other], NOW) == [(would_be, other)]


def test_a_pause_that_lasts_moves_the_end_along_with_the_clock() -> None:
    pause = Pause(NOW - 5 * MINUTE, None, "toilet")
    assert infusion_end(NOW - 20 * MINUTE, LENGTH, [pause], NOW) == NOW + 25 * MINUTE


def test_a_pause_after_the_end_changes_nothing() -> None:
    began = NOW - 60 * MINUTE
    late = Pause(began + LENGTH + 1, NOW, "too late")
    assert infusion_end(began, LENGTH, [late], NOW) == began + LENGTH


@settings(deadline=None)
@given(days)
def test_clashes_are_those_that_a_comparison_of_all_pairs_finds(day: list[PlannedInfusion]) -> None:
    naive = {
        frozenset((one.key, other.key))
        for one, other in permutations(day, 2)
        if abs(one.ends_at - other.ends_at) < CLASH_WITHIN and min(one.ends_at, other.ends_at) > NOW
    }
    found = clashes(day, NOW)
    assert {frozenset((first.key, second.key)) for first, second in found} == naive
    assert len(found) == len(naive)


@settings(deadline=None)
@given(days, st.randoms())
def test_the_order_of_the_plan_does_not_matter(day: list[PlannedInfusion], chance: Random) -> None:
    shuffled = list(day)
    chance.shuffle(shuffled)
    assert clashes(shuffled, NOW) == clashes(day, NOW)


@settings(deadline=None)
@given(days)
def test_what_one_infusion_brings_is_its_part_of_all_clashes(day: list[PlannedInfusion]) -> None:
    for one in day:
        assert clashes_with(one, day, NOW) == [pair for pair in clashes(day, NOW) if one in pair]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 900)), max_size=6))
def test_the_end_is_the_moment_at_which_the_whole_length_has_run(
    steps: list[tuple[int, int]],
) -> None:
    """Counted second by second: running ones only."""
    at, pauses = 0, []
    for runs_s, stands_s in steps:
        at += runs_s
        pauses.append(Pause(at * SECOND, (at + stands_s) * SECOND, ""))
        at += stands_s
    length_s = 1200
    ran, second = 0, 0
    while ran < length_s:
        ran += not any(p.since <= second * SECOND < (p.until or 0) for p in pauses)
        second += 1
    assert infusion_end(0, length_s * SECOND, pauses, at * SECOND) == second * SECOND
