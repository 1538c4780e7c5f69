from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.dashboard.lines import DETAIL, Line, thinned
from monitor.domain.readings import SECOND
from tests.dashboard.clinic import T0

BUCKET = 10 * SECOND


def seconds(*values: float | None, since: int = T0) -> Line:
    return Line([since + n * SECOND for n in range(len(values))], list(values))


def after_an_hour(line: Line) -> Line:
    return thinned(line, T0 + 3600 * SECOND)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Readings at 1 Hz, some without a value, with breaks as the page draws them."""
    values = draw(st.lists(st.none() | st.integers(60, 100), max_size=200))
    line = Line([], [])
    for second, value in enumerate(values):
        if line.x and draw(st.integers(0, 30)) == 0:
            line.x.append(line.x[-1])
            line.y.append(None)
        line.x.append(T0 + second * SECOND)
        line.y.append(value)
    return line


def runs(line: Line) -> list[list[tuple[int, float]]]:
    """What is drawn without lifting the pen."""
    found: list[list[tuple[int, float]]] = [[]]
    for x, y in zip(*line, strict=True):
        if y is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return [run for run in found if run]


def test_what_is_older_has_its_lowest_and_its_highest_of_ten_seconds() -> None:
    line = seconds(90, 97, 97, 84, 97, 99, 97, 97, 97, 90, 96, 97, 98, 97, 96)
    assert after_an_hour(line).y == [90, 84, 99, 96, 98, 96]


def test_the_last_quarter_of_an_hour_is_drawn_in_full() -> None:
    recent = seconds(*[97] * 30, since=T0 + 3600 * SECOND - DETAIL)
    assert after_an_hour(recent) == recent


def test_a_break_and_a_reading_without_a_value_stay() -> None:
    line = Line([T0, T0 + 1000, T0 + 1000, T0 + 8000, T0 + 9000], [97, 96, None, 95, None])
    assert after_an_hour(line) == line


def test_of_a_long_time_without_values_both_ends_stay() -> None:
    line = seconds(97, *[None] * 60, 97)
    kept = after_an_hour(line)
    assert kept.y == [97, None, None, 97]
    assert kept.x == [T0, T0 + 1000, T0 + 60_000, T0 + 61_000]


@given(lines())
def test_each_run_keeps_its_ends_and_the_extremes_of_every_ten_seconds(line: Line) -> None:
    kept = runs(after_an_hour(line))
    for before, after in zip(runs(line), kept, strict=True):
        assert (after[0], after[-1]) == (before[0], before[-1])
        for bucket in {x // BUCKET for x, _ in before}:
            was = [y for x, y in before if x // BUCKET == bucket]
            now = [y for x, y in after if x // BUCKET == bucket]
            assert (min(now), max(now)) == (min(was), max(was))
            assert len(now) <= 4


@given(lines())
def test_what_is_thinned_is_thinned_for_good(line: Line) -> None:
    once = after_an_hour(line)
    assert after_an_hour(once) == once
