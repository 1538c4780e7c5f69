"""Late data: told, never a fresh alarm; a breach that still holds counts from its real onset."""

from __future__ import annotations

from collections.abc import Sequence

from tests.domain.builders import Bed, spo2


def backlog(bed: Bed, values: Sequence[float], *, start_s: float, arrives_s: float) -> Bed:
    for second, value in enumerate(values):
        bed.observe(spo2(start_s + second, value, arrives_s=arrives_s))
    return bed


def test_a_breach_in_late_data_is_told_as_low_and_is_no_limit_alarm() -> None:
    bed = backlog(Bed(), [97] + [88] * 60 + [97], start_s=0, arrives_s=300)
    assert bed.raised("limit") == []
    (told,) = bed.raised("late_data")
    late = bed.last(told).change.occurrence
    assert (late.priority, late.reason.values["limit"]) == ("low", 90)


def test_late_data_stay_in_sight_until_they_are_seen() -> None:
    bed = backlog(Bed(), [97] + [88] * 60 + [97], start_s=0, arrives_s=300)
    (told,) = bed.raised("late_data")
    bed.stream([97] * 60, start_s=301)
    assert bed.last(told).change.occurrence.state == "active"
    bed.acknowledge(told, 362)
    assert bed.last(told).change.occurrence.state == "ended"


def test_late_data_inside_the_limits_say_nothing() -> None:
    bed = backlog(Bed(), [97] * 120, start_s=0, arrives_s=300)
    assert bed.raised("late_data") == []
    assert bed.raised("limit") == []


def test_a_breach_that_still_holds_live_counts_from_its_real_onset() -> None:
    bed = backlog(Bed(), [91] * 60, start_s=0, arrives_s=100)
    assert bed.raised("limit") == []
    bed.observe(spo2(100.5, 91))
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.onset == 0
    (told,) = bed.raised("late_data")
    assert bed.events(told)[-1] == "condition_ended", "one cause, one alarm"


def test_time_alone_never_raises_what_only_late_data_show() -> None:
    bed = backlog(Bed(), [91] * 5, start_s=0, arrives_s=100)
    bed.tick(200)
    assert bed.raised("limit") == []


def test_a_backlog_whose_breach_goes_on_live_in_the_same_frame_is_one_alarm() -> None:
    bed = Bed()
    late = [spo2(second, 88, arrives_s=100) for second in range(50)]
    bed.observe(*late, spo2(99.5, 88, arrives_s=100))
    assert len(bed.raised("limit")) == 1
    assert bed.raised("late_data") == []


def test_an_earlier_reading_counts_also_when_the_first_that_came_was_newer() -> None:
    bed = Bed().observe(spo2(8, 88))
    bed.observe(*[spo2(second, 88, arrives_s=8.5) for second in range(8)])
    for second in range(9, 17):
        bed.observe(spo2(second, 88))
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.onset == 0
