"""No value and silence: absence is an alarm condition, one per cause."""

from __future__ import annotations

from monitor.domain.alarm_system import AlarmSystem
from monitor.domain.readings import Metric, Rejection
from monitor.domain.session_alarms import SessionAlarms
from monitor.domain.session_state import SessionState
from tests.domain.builders import DEVICE, KETAMINE, SESSION, Bed, cuff, pulse, spo2


def priorities(bed: Bed, alarm: str) -> list[tuple[int, str]]:
    """When an occurrence was raised or escalated, in seconds, and to what."""
    return [
        (known.change.at // 1000, str(known.change.occurrence.priority))
        for known in bed.changes
        if known.change.occurrence.id == alarm
        and known.change.event in {"delay_ended", "escalated"}
    ]


def ticked(bed: Bed, start_s: int, end_s: int) -> Bed:
    for second in range(start_s, end_s):
        bed.tick(second)
    return bed


def touched(bed: Bed) -> SessionAlarms:
    alarms = bed.system.touch(SESSION)
    assert alarms is not None
    return alarms


def test_a_silent_feed_climbs_the_whole_ladder() -> None:
    bed = ticked(Bed().stream([97] * 5), 5, 120)
    (alarm,) = bed.raised()
    assert bed.last(alarm).change.occurrence.kind == "silence"
    assert bed.last(alarm).change.occurrence.type == "technical"
    assert priorities(bed, alarm) == [(14, "low"), (34, "medium"), (64, "high")]


def test_a_feed_silent_for_nine_seconds_is_not_an_alarm() -> None:
    bed = Bed().stream([97] * 5)
    ticked(bed, 5, 13).stream([97] * 5, start_s=13)
    assert bed.raised() == []


def test_nothing_ever_arrived_is_the_same_condition() -> None:
    bed = ticked(Bed(), 1, 70)
    (alarm,) = bed.raised()
    assert bed.last(alarm).change.occurrence.reason.code == "never_arrived"
    assert priorities(bed, alarm) == [(10, "low"), (30, "medium"), (60, "high")]


def test_a_pulled_probe_is_one_alarm_at_once() -> None:
    bed = Bed().stream([97] * 5 + [None] * 70)
    (alarm,) = bed.raised()
    raised = bed.last(alarm).change.occurrence
    assert (raised.kind, raised.metric, raised.onset) == ("no_value", None, 5_000)
    assert priorities(bed, alarm) == [(5, "low"), (35, "medium"), (65, "high")]


def test_a_probe_that_is_pulled_and_then_falls_silent_stays_one_alarm() -> None:
    bed = ticked(Bed().stream([97] * 5 + [None] * 5), 10, 100)
    assert len(bed.raised()) == 1


def test_one_metric_without_value_is_named_and_never_high() -> None:
    bed = Bed()
    for second in range(100):
        bed.observe(pulse(second, 80), spo2(second, None, status="sensor_off"))
    (alarm,) = bed.raised()
    raised = bed.last(alarm).change.occurrence
    assert (raised.metric, raised.priority) == ("spo2", "medium")
    assert raised.reason.values["status"] == "sensor_off"


def test_it_ends_with_the_first_value() -> None:
    bed = Bed().stream([97] * 5 + [None] * 5 + [97])
    (alarm,) = bed.raised()
    assert bed.events(alarm) == ["delay_ended", "condition_ended"]


def test_a_rejected_value_is_no_value() -> None:
    bed = Bed().stream([97] * 2)
    why = Rejection("contradictory", "diastolic 86 >= systolic 85")
    bed.system.reject(SESSION, DEVICE, Metric.NIBP, why, 2_500)
    bed.collect()
    (alarm,) = bed.raised()
    assert bed.last(alarm).change.occurrence.reason.values["status"] == "contradictory"
    bed.observe(cuff(60, 120, 80))
    assert bed.events(alarm)[-1] == "condition_ended"


def test_a_failed_cuff_is_low_and_does_not_climb() -> None:
    bed = Bed()
    for second in range(300):
        bed.observe(pulse(second, 80), spo2(second, 97))
        if second == 10:
            bed.observe(cuff(10.5, None, None, status="cuff_error"))
    (alarm,) = bed.raised()
    assert priorities(bed, alarm) == [(10, "low")]


def test_a_device_that_says_it_sends_once_a_minute_is_not_silent_in_between() -> None:
    bed = Bed()
    bed.alarms.expect(DEVICE, {"pulse_rate": 60.0, "spo2": 60.0}, 0)
    for minute in range(5):
        ticked(bed, minute * 60 + 1, minute * 60 + 60)
        bed.observe(pulse(60 + minute * 60, 80), spo2(60 + minute * 60, 97))
    assert bed.raised() == []
    ticked(bed, 301, 400)
    assert len(bed.raised()) == 1


def test_no_declared_interval_can_widen_the_ladder_beyond_a_minute() -> None:
    bed = Bed()
    bed.alarms.expect(DEVICE, {"pulse_rate": 3600.0, "spo2": 3600.0}, 0)
    ticked(bed, 1, 75)
    assert len(bed.raised()) == 1


def test_late_values_do_not_make_a_silent_feed_live() -> None:
    bed = Bed().stream([97] * 5)
    for second in range(5, 60):
        bed.observe(spo2(second - 40 if second > 45 else 4.5, 97, arrives_s=second + 31))
    assert bed.raised("silence")


def test_a_second_device_with_live_values_keeps_the_first_ones_silence_from_being_high() -> None:
    bed = Bed()
    bed.alarms.expect("d2", None, 0)
    for second in range(120):
        bed.observe(pulse(second, 80, source="d2"), spo2(second, 97, source="d2"))
    (alarm,) = bed.raised()
    assert priorities(bed, alarm)[-1][1] == "medium"


def test_a_device_that_is_off_by_more_than_two_seconds_is_told_and_suppresses_nothing() -> None:
    bed = Bed()
    touched(bed).observe_offset(DEVICE, -3_500, 0)
    bed.collect()
    (clock,) = bed.raised()
    assert bed.last(clock).change.occurrence.reason.code == "clock_ahead"
    bed.stream([84] * 2)
    assert len(bed.raised("limit")) == 1
    touched(bed).observe_offset(DEVICE, -900, 3_000)
    bed.collect()
    assert bed.events(clock)[-1] == "condition_ended"


def test_after_a_restart_silence_waits_five_seconds_before_it_is_told() -> None:
    system = AlarmSystem()
    state = SessionState(SESSION, 0, resumed_at=100_000)
    alarms = system.watch(KETAMINE, state)
    alarms.expect(DEVICE, None, 0)
    system.tick(104_900)
    assert system.take_changes() == []
    system.tick(105_000)
    assert [str(c.change.event) for c in system.take_changes()] == ["delay_ended"]


def test_an_older_value_does_not_end_a_newer_no_value() -> None:
    bed = Bed().stream([97] * 5)
    bed.observe(pulse(6, 80), spo2(6, None, status="sensor_off"))
    bed.observe(spo2(4.5, 97, arrives_s=6.5))
    (alarm,) = bed.raised("no_value")
    assert bed.last(alarm).change.occurrence.state == "active"


def test_silence_that_turns_into_no_value_is_called_by_its_new_name() -> None:
    bed = ticked(Bed().stream([97] * 5), 5, 20)
    bed.observe(pulse(20, None, status="sensor_off"), spo2(20, None, status="sensor_off"))
    ticked(bed, 21, 60)
    told = bed.last(bed.raised()[0]).change.occurrence
    assert (told.kind, told.reason.code) == ("no_value", "no_value")
