"""A value that staff have voided: what is left is judged as if it had never been there."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.domain.breaches import NEVER, Entry, Rules, Track, add, new_track, withdraw
from monitor.domain.limits import Clearing
from monitor.domain.readings import MANUAL_SOURCE, SECOND, Metric
from tests.domain.builders import KETAMINE, Bed, cuff, spo2

SPO2 = tuple(limit for limit in KETAMINE.limits if limit.metric is Metric.SPO2)
RULES = Rules(SPO2, Clearing(1, 5 * SECOND))
entries = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from([97.0, 91.0, 88.0, 84.0])),
    min_size=1,
    max_size=12,
    unique=True,
)


def entry(at: int, value: float) -> Entry:
    return Entry(at * SECOND, True, value, None, None, None)


def track(known: list[tuple[int, float]]) -> Track:
    made = new_track(SPO2, spot=True)
    for at, value in known:
        add(made, RULES, entry(at, value))
    return made


@given(entries, st.integers(0, 11), st.sampled_from([NEVER, -NEVER]))
def test_what_is_left_stands_as_if_the_value_had_never_been_there(
    known: list[tuple[int, float]], position: int, timely_since: int
) -> None:
    assume(position < len(known))
    known = sorted(known)
    found = track(known)
    withdraw(found, RULES, entry(*known[position]), timely_since=timely_since)
    left = track(known[:position] + known[position + 1 :])
    assert (found.rungs, found.recent, found.busy) == (left.rungs, left.recent, left.busy)
    assert found.newest_at == left.newest_at


@given(entries)
def test_a_value_that_is_not_there_is_not_missed(known: list[tuple[int, float]]) -> None:
    found, same = track(known), track(known)
    withdraw(found, RULES, entry(60, 84), timely_since=-NEVER)
    withdraw(found, RULES, entry(known[0][0], 70), timely_since=-NEVER)
    assert found == same


def test_a_void_ends_nothing_that_a_device_measures() -> None:
    bed = Bed().stream([80.0] * 3)
    bed.observe(spo2(3, 79, source=MANUAL_SOURCE))
    device, entered = bed.raised("limit")
    bed.system.touch("s1").withdraw([spo2(3, 79, source=MANUAL_SOURCE)], None, "N-7", 4_000)  # type: ignore[union-attr]
    bed.collect()
    assert bed.last(device).change.occurrence.state == "active"
    assert bed.events(entered) == ["delay_ended", "voided"]


def test_a_void_of_one_cuff_leaves_the_breach_of_another() -> None:
    bed = Bed()
    first = cuff(10, 190, 95, source=MANUAL_SOURCE)
    second = cuff(20, 192, 95, source=MANUAL_SOURCE)
    bed.observe(first).observe(second)
    bed.system.touch("s1").withdraw([second], 10_000, "N-7", 21_000)  # type: ignore[union-attr]
    bed.collect()
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.state == "active"
