"""How long an infusion runs, with its pauses."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import facts, infusion
from monitor.domain.course import Course
from monitor.domain.facts import Fact
from monitor.domain.readings import MINUTE
from tests.domain.records import COURSE, SESSION, at, charted, fact, session

RUNNING = session(0, 5, 10)


def planned(minutes: float) -> Fact:
    return fact(1, facts.InfusionPlanned(SESSION, 80, 0.5, 40, minutes, None, None, None, False))


def paused(minutes: float) -> Fact:
    return fact(minutes, facts.InfusionPaused(SESSION, "cannula"))


def resumed(minutes: float) -> Fact:
    return fact(minutes, facts.InfusionResumed(SESSION))


def test_it_ends_when_its_minutes_are_over() -> None:
    assert infusion.ends_at(RUNNING, charted(), COURSE) == at(50)
    assert infusion.ends_at(RUNNING, charted(planned(55)), COURSE) == at(65)


def test_a_pause_moves_its_end_by_as_long_as_it_lasted() -> None:
    chart = charted(paused(20), resumed(23), paused(30), resumed(30.5))
    assert infusion.ends_at(RUNNING, chart, COURSE) == at(53.5)


def test_while_it_stands_still_nobody_knows_when_it_will_end() -> None:
    chart = charted(paused(20))
    assert infusion.ends_at(RUNNING, chart, COURSE) is None
    assert chart.paused_since == at(20)
    assert infusion.ran_ms(RUNNING, chart, at(45)) == at(10)


def test_before_it_begins_and_after_it_has_ended_it_has_no_end_to_come() -> None:
    assert infusion.ends_at(session(0, 5), charted(), COURSE) is None
    assert infusion.ends_at(session(0, 5, 10, 50), charted(), COURSE) is None


def test_without_a_length_there_is_no_end() -> None:
    assert infusion.ends_at(RUNNING, charted(), replace(COURSE, phase_ms={})) is None
    assert infusion.ends_at(RUNNING, charted(), Course()) is None


def test_stopping_it_ends_its_pause() -> None:
    chart = charted(paused(20), fact(25, facts.InfusionStopped(SESSION, "nausea")))
    assert chart.paused_since is None
    assert chart.stopped == "nausea"
    assert infusion.ran_ms(session(0, 5, 10, 25), chart, at(60)) == at(10)


def test_the_next_phase_ends_a_pause_too() -> None:
    chart = charted(paused(20), fact(26, facts.PhaseEntered(SESSION, "observation", None)))
    assert chart.paused_since is None


def test_it_ran_no_longer_than_until_now() -> None:
    assert infusion.ran_ms(session(0, 5), charted(), at(9)) == 0
    assert infusion.ran_ms(RUNNING, charted(), at(17)) == at(7)


@given(st.lists(st.integers(1, 30), max_size=12), st.integers(1, 300))
def test_what_ran_and_what_is_left_are_the_whole(steps: list[int], more: int) -> None:
    minutes, known = 10, []
    for number, step in enumerate(steps):
        minutes += step
        known.append((paused if number % 2 == 0 else resumed)(minutes))
    if len(known) % 2:
        minutes += 1
        known.append(resumed(minutes))
    chart, now = charted(*known), at(minutes + more)
    ends_at = infusion.ends_at(RUNNING, chart, COURSE)
    assert ends_at is not None
    assert infusion.ran_ms(RUNNING, chart, now) + (ends_at - now) == 40 * MINUTE
