"""Limits: delay, rungs of one occurrence, clearing, latching, spot values."""

from __future__ import annotations

import pytest

from monitor.domain.occurrence_book import EndedAlarmError, UnknownAlarmError
from tests.domain.builders import SESSION, Bed, cuff, spo2


def test_a_breach_is_raised_when_it_has_outlasted_its_delay() -> None:
    bed = Bed().stream([97] * 5 + [91] * 15)
    assert bed.raised() == []
    bed.stream([91], start_s=20)
    raised = bed.last(bed.raised()[0]).change.occurrence
    assert (raised.kind, raised.metric, raised.priority) == ("limit", "spo2", "medium")
    assert (raised.onset, raised.raised_at) == (5_000, 20_000)


def test_a_breach_one_second_too_short_is_never_raised() -> None:
    bed = Bed().stream([97] * 5 + [91] * 15 + [92] + [97] * 60)
    assert bed.raised() == []


def test_a_value_on_the_limit_is_inside_and_breaks_the_breach() -> None:
    bed = Bed().stream(([91] * 14 + [92]) * 6)
    assert bed.raised() == []


def test_a_value_below_the_last_limit_is_raised_at_once() -> None:
    bed = Bed().stream([97] * 5 + [84])
    raised = bed.last(bed.raised()[0]).change.occurrence
    assert (raised.priority, raised.onset, raised.raised_at) == ("high", 5_000, 5_000)


def test_a_delay_ends_without_any_message_arriving() -> None:
    bed = Bed().stream([97] * 5 + [91])
    bed.tick(20.4)
    assert bed.raised("limit") == []
    bed.tick(20.5)
    assert bed.last(bed.raised("limit")[0]).change.occurrence.raised_at == 20_000


def test_rungs_of_one_side_are_one_occurrence_that_escalates() -> None:
    bed = Bed().stream([97] * 5 + [91] * 20 + [89] * 16 + [84] * 2)
    (alarm,) = bed.raised("limit")
    assert bed.events(alarm) == ["delay_ended", "escalated", "escalated"]
    assert bed.last(alarm).change.occurrence.priority == "high"
    assert bed.last(alarm).change.occurrence.raised_at == 20_000


def test_a_worse_rung_ends_the_acknowledgement() -> None:
    bed = Bed().stream([91] * 16)
    (alarm,) = bed.raised("limit")
    bed.acknowledge(alarm, 16)
    bed.stream([84], start_s=17)
    assert bed.last(alarm).change.occurrence.state == "active"


def test_a_worse_rung_that_was_left_and_is_reached_again_sounds_again() -> None:
    bed = Bed().stream([84] * 3 + [91] * 20)
    (alarm,) = bed.raised("limit")
    bed.acknowledge(alarm, 23)
    bed.stream([84], start_s=24)
    assert bed.events(alarm)[-1] == "escalated"
    assert bed.last(alarm).change.occurrence.state == "active"


def test_it_ends_only_after_the_clear_margin_for_the_clear_delay() -> None:
    bed = Bed().stream([91] * 16)
    (alarm,) = bed.raised("limit")
    bed.stream([92] * 30, start_s=16)
    assert bed.events(alarm) == ["delay_ended"], "92 is inside, but not by the margin"
    bed.stream([93] * 5, start_s=46)
    assert bed.events(alarm) == ["delay_ended"]
    bed.stream([93], start_s=51)
    assert bed.events(alarm) == ["delay_ended", "condition_ended"]


def test_a_high_alarm_stays_in_sight_until_it_is_acknowledged() -> None:
    bed = Bed().stream([84] * 2 + [97] * 10)
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.state == "latched"
    bed.acknowledge(alarm, 13)
    assert bed.last(alarm).change.occurrence.state == "ended"


def test_acknowledged_alarm_sounds_again_when_condition_recurs() -> None:
    bed = Bed().stream([84] * 2 + [97] * 10)
    bed.acknowledge(bed.raised()[0], 12.5)
    bed.stream([84], start_s=13)
    assert len(bed.raised()) == 2
    assert bed.last(bed.raised()[1]).change.occurrence.state == "active"


def test_a_new_occurrence_stands_beside_a_latched_one() -> None:
    bed = Bed().stream([84] * 2 + [97] * 10 + [84])
    first, second = bed.raised()
    states = {known.id: str(known.state) for known in bed.alarms.signals()}
    assert states == {first: "latched", second: "active"}


def test_acknowledging_again_is_harmless() -> None:
    bed = Bed().stream([84] * 2)
    (alarm,) = bed.raised("limit")
    assert bed.acknowledge(alarm, 3) is True
    assert bed.acknowledge(alarm, 4) is False
    assert bed.events(alarm).count("acknowledged") == 1


def test_acknowledging_what_has_ended_or_never_was_is_refused() -> None:
    bed = Bed().stream([84] * 2 + [97] * 10)
    (alarm,) = bed.raised("limit")
    bed.acknowledge(alarm, 12.5)
    with pytest.raises(EndedAlarmError):
        bed.acknowledge(alarm, 13)
    with pytest.raises(UnknownAlarmError):
        bed.acknowledge(f"{SESSION}-a99", 13)
    with pytest.raises(UnknownAlarmError):
        bed.acknowledge("s9-a1", 13)


def test_a_pending_alarm_cannot_be_acknowledged() -> None:
    bed = Bed().stream([91] * 3)
    with pytest.raises(UnknownAlarmError):
        bed.acknowledge(f"{SESSION}-a1", 4)


def test_no_value_between_two_breaches_does_not_break_the_breach() -> None:
    bed = Bed().stream([91] * 7 + [None] * 3 + [91] * 6)
    assert len(bed.raised("limit")) == 1


def test_no_value_never_ends_a_raised_breach() -> None:
    bed = Bed().stream([84] * 2 + [None] * 120)
    (alarm,) = bed.raised("limit")
    assert "condition_ended" not in bed.events(alarm)


def test_pulse_waits_a_minute_before_it_is_medium() -> None:
    bed = Bed().stream([97] * 61, pulse_rate=125)
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.priority == "medium"
    assert bed.last(alarm).change.occurrence.raised_at == 60_000


def test_high_and_low_pulse_are_two_occurrences() -> None:
    bed = Bed().stream([97] * 20, pulse_rate=150).stream([97] * 20, start_s=20, pulse_rate=35)
    assert len(bed.raised("limit")) == 2


def test_a_cuff_beyond_the_limit_is_raised_at_once_and_ended_by_the_next_one_inside() -> None:
    bed = Bed().observe(cuff(10, 184, 95))
    (alarm,) = bed.raised("limit")
    raised = bed.last(alarm).change.occurrence
    assert (raised.metric, raised.priority, raised.onset) == ("nibp", "high", 10_000)
    assert raised.raised_at == 10_000
    bed.observe(cuff(130, 150, 80))
    assert bed.last(alarm).change.occurrence.state == "latched"


def test_a_pressure_limit_itself_counts_as_reached() -> None:
    assert len(Bed().observe(cuff(10, 180, 80)).raised("limit")) == 1
    assert Bed().observe(cuff(10, 164, 99)).raised("limit") == []


def test_a_mean_alone_neither_raises_nor_ends() -> None:
    bed = Bed().observe(cuff(10, 184, 95)).observe(cuff(130, None, None, 90))
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.state == "active"


def test_a_worse_cuff_escalates_the_same_occurrence() -> None:
    bed = Bed().observe(cuff(10, 184, 95)).observe(cuff(130, 205, 95))
    (alarm,) = bed.raised("limit")
    assert bed.events(alarm) == ["delay_ended", "escalated"]


def test_a_manual_value_is_judged_at_once_and_only_a_manual_one_ends_it() -> None:
    bed = Bed().observe(spo2(1, 88, source="manual"))
    (alarm,) = bed.raised("limit")
    bed.stream([98] * 30, start_s=2)
    assert bed.last(alarm).change.occurrence.state == "active"
    bed.observe(spo2(33, 97, source="manual"))
    assert bed.last(alarm).change.occurrence.state == "latched"


def test_marked_values_count() -> None:
    bed = Bed().observe(spo2(1, 84, status="motion"))
    assert len(bed.raised("limit")) == 1


def test_ending_the_session_ends_what_is_left_and_says_so() -> None:
    bed = Bed().stream([84] * 2)
    (alarm,) = bed.raised("limit")
    bed.system.end(SESSION, 5_000)
    last = bed.system.take_changes()
    assert [(c.change.occurrence.id, c.change.event) for c in last] == [(alarm, "session_ended")]


def test_reordered_readings_are_put_in_their_place() -> None:
    bed = Bed()
    for position, second in enumerate((*range(6), 7, 6, *range(8, 30))):
        value = 97 if second == 6 else 91
        bed.observe(spo2(second, value, arrives_s=position + 1.5))
    (alarm,) = bed.raised("limit")
    assert bed.last(alarm).change.occurrence.onset == 7_000
