"""Whether pressures were taken as often as asked."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.course import Course
from monitor.domain.readings import MINUTE
from monitor.domain.review.cadence import Cadence, cuffs_kept
from tests.domain.records import PROTOCOL, at, pressure, recorded, session

EVERY = PROTOCOL.course.cuff_ms["infusion"] // MINUTE
GRACE = PROTOCOL.alarms.overdue_grace_ms // MINUTE
INFUSED = session(0, 0, 0, 40, 40)
"""Nothing but forty minutes of infusion."""


def kept(*minutes: float) -> Cadence:
    return cuffs_kept(recorded(*(pressure(m, 130, 80) for m in minutes), of=INFUSED))


def test_pressures_on_time_are_all_kept() -> None:
    found = kept(*range(EVERY, 40, EVERY))
    assert found.late == ()
    assert found.due == len(range(EVERY, 40, EVERY))


def test_a_late_pressure_is_told_with_how_late_it_was() -> None:
    (late,) = kept(EVERY, 2 * EVERY + GRACE + 1, *range(3 * EVERY + GRACE + 1, 40, EVERY)).late
    assert (late.due_at, late.by_ms) == (at(2 * EVERY), (GRACE + 1) * MINUTE)


def test_a_pressure_within_the_grace_is_kept() -> None:
    assert kept(EVERY + GRACE, *range(2 * EVERY + GRACE, 40, EVERY)).late == ()


def test_no_pressure_at_all_misses_every_due_time() -> None:
    found = kept()
    assert found.kept == 0
    assert found.due == len(range(EVERY, 40 - GRACE, EVERY))
    assert {late.by_ms for late in found.late} == {None}


def test_a_repeat_is_an_extra_one_and_moves_what_is_due() -> None:
    on_time = kept(*range(EVERY, 40, EVERY))
    repeated = kept(EVERY, EVERY + 1, *range(2 * EVERY, 40, EVERY))
    assert repeated.due == on_time.due
    assert repeated.late == ()


def test_pressures_twice_as_often_as_asked_keep_what_was_asked() -> None:
    often = kept(*range(EVERY // 2, 40, EVERY // 2))
    assert often.late == ()
    assert often.due in {40 // EVERY - 1, 40 // EVERY}


def test_a_protocol_without_a_cadence_asks_for_nothing() -> None:
    assert cuffs_kept(replace(recorded(of=INFUSED), course=Course())).due == 0


@given(st.lists(st.floats(0, 39.9), max_size=30))
def test_every_missed_pressure_is_due_and_none_is_kept_twice(minutes: list[float]) -> None:
    found = kept(*minutes)
    assert 0 <= found.kept <= len(minutes)
    assert len({late.due_at for late in found.late}) == len(found.late)
    assert all(at(0) < late.due_at < at(40) for late in found.late)
