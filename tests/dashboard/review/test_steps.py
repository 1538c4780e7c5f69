from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.dashboard.review.steps import Step, limits_at, step_lines
from monitor.domain.limits import Limit, Priority, Side
from monitor.domain.readings import MINUTE, Metric
from monitor.domain.review.in_force import InForce
from tests.dashboard.clinic import T0


def a_limit(value: float, priority: Priority = Priority.HIGH, side: Side = Side.ABOVE) -> Limit:
    return Limit(Metric.PULSE_RATE, "value", side, value, 0, priority, 1)


def in_force(begin: int, end: int, *limits: Limit) -> InForce:
    return InForce(T0 + begin * MINUTE, T0 + end * MINUTE, {Metric.PULSE_RATE: limits})


def test_a_limit_that_changed_is_a_step_and_one_that_did_not_is_one_line() -> None:
    spans = [
        in_force(0, 10, a_limit(140)),
        in_force(10, 20, a_limit(140)),
        in_force(20, 30, a_limit(150)),
    ]
    (line,) = step_lines(spans)
    assert line.steps == (
        Step(T0, T0 + 20 * MINUTE, 140),
        Step(T0 + 20 * MINUTE, T0 + 30 * MINUTE, 150),
    )


def test_a_limit_that_was_out_for_a_while_has_no_line_there() -> None:
    spans = [in_force(0, 10, a_limit(140)), in_force(10, 20), in_force(20, 30, a_limit(140))]
    (line,) = step_lines(spans)
    assert [(step.since, step.until) for step in line.steps] == [
        (T0, T0 + 10 * MINUTE),
        (T0 + 20 * MINUTE, T0 + 30 * MINUTE),
    ]


def test_of_two_limits_of_one_priority_the_one_that_is_crossed_first_is_drawn() -> None:
    above = step_lines([in_force(0, 10, a_limit(140), a_limit(130))])
    below = step_lines(
        [in_force(0, 10, a_limit(40, side=Side.BELOW), a_limit(50, side=Side.BELOW))]
    )
    assert [line.steps[0].limit for line in [*above, *below]] == [130, 50]


def test_low_priority_is_told_and_not_drawn() -> None:
    assert step_lines([in_force(0, 10, a_limit(110, Priority.LOW))]) == []


def test_the_limits_of_a_moment_are_those_of_its_own_stretch() -> None:
    spans = [in_force(0, 10, a_limit(140)), in_force(10, 20, a_limit(150))]
    found = [limits_at(spans, Metric.PULSE_RATE, T0 + minute * MINUTE) for minute in (0, 10, 20)]
    assert [[limit.limit for limit in limits] for limits in found] == [[140], [150], []]


@given(st.lists(st.sampled_from([None, 130.0, 140.0]), min_size=1, max_size=20))
def test_steps_cover_exactly_the_time_in_which_there_was_a_limit(held: list[float | None]) -> None:
    spans = [
        in_force(n, n + 1, *([] if value is None else [a_limit(value)]))
        for n, value in enumerate(held)
    ]
    steps = [step for line in step_lines(spans) for step in line.steps]
    covered = {
        minute: step.limit
        for step in steps
        for minute in range((step.since - T0) // MINUTE, (step.until - T0) // MINUTE)
    }
    assert covered == {n: value for n, value in enumerate(held) if value is not None}
    assert all(
        one.until < other.since or one.limit != other.limit for one, other in pairwise(steps)
    )
