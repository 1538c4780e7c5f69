"""Pauses, alarms off, escalation and reminders: every way to keep a signal away is visible and ends as it should."""

from __future__ import annotations

import pytest

from monitor.domain.controls import Controls, Ending, SwitchedOff
from monitor.domain.not_watched import gaps
from monitor.domain.readings import SECOND
from monitor.domain.session_alarms import SessionAlarms
from tests.domain.builders import KETAMINE, SESSION, Bed, cuff


def touched(bed: Bed) -> SessionAlarms:
    alarms = bed.system.touch(SESSION)
    assert alarms is not None
    return alarms


def pause_audio(bed: Bed, at_s: float, seconds: float = 120) -> None:
    def change(controls: Controls) -> None:
        controls.begin_audio_pause(round(seconds * SECOND), "N-12", round(at_s * SECOND))

    touched(bed).set_controls(change, round(at_s * SECOND))


def pause_alarms(bed: Bed, at_s: float, minutes: float = 5) -> None:
    def change(controls: Controls) -> None:
        at = round(at_s * SECOND)
        controls.begin_alarm_pause(round(minutes * 60 * SECOND), "N-12", "toilet", at)

    touched(bed).set_controls(change, round(at_s * SECOND))


def endings(bed: Bed) -> list[tuple[str, str, int]]:
    return [(e.kind, e.why, e.at // SECOND) for _, e in bed.system.take_endings()]


def listed(bed: Bed, at_s: float) -> set[str]:
    return {gap.kind for gap in gaps(bed.alarms.state, KETAMINE, round(at_s * SECOND))}


def test_an_audio_pause_ends_by_itself() -> None:
    bed = Bed().stream([84] * 5)
    pause_audio(bed, 5)
    bed.stream([84] * 119, start_s=6)
    assert endings(bed) == []
    bed.stream([84] * 2, start_s=125)
    assert endings(bed) == [("audio", "expired", 125)]


def test_an_audio_pause_is_broken_by_a_new_condition() -> None:
    bed = Bed().stream([84] * 5)
    pause_audio(bed, 5)
    bed.stream([84] * 5, start_s=6).observe(cuff(11, 190, 90))
    assert endings(bed) == [("audio", "broken", 11)]


def test_an_audio_pause_is_broken_by_a_worse_rung() -> None:
    bed = Bed().stream([91] * 16)
    pause_audio(bed, 16)
    bed.stream([84], start_s=20)
    assert [why for _, why, _ in endings(bed)] == ["broken"]


def test_an_audio_pause_is_not_broken_by_what_was_there_before() -> None:
    bed = Bed().stream([84] * 5)
    pause_audio(bed, 5)
    bed.stream([84] * 50, start_s=6)
    assert endings(bed) == []


@pytest.mark.parametrize("seconds", [0, -1, 120.001])
def test_an_audio_pause_longer_than_two_minutes_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="two minutes"):
        pause_audio(Bed(), 5, seconds)


def test_a_second_audio_pause_in_a_row_is_counted() -> None:
    bed = Bed().stream([84] * 3)
    pause_audio(bed, 3, 30)
    assert listed(bed, 4) >= {"audio_paused"}
    bed.stream([84] * 31, start_s=4)
    pause_audio(bed, 36, 30)
    assert listed(bed, 37) >= {"audio_paused_again"}


def test_an_audio_pause_stops_neither_sight_nor_escalation() -> None:
    bed = Bed().stream([84] * 3)
    (alarm,) = bed.raised("limit")
    pause_audio(bed, 3)
    bed.stream([84] * 60, start_s=3)
    assert bed.last(alarm).change.event == "unanswered"


def test_a_planned_alarm_pause_keeps_new_signals_away_until_it_ends_and_then_tells_what_holds() -> (
    None
):
    bed = Bed().stream([97] * 5)
    pause_alarms(bed, 5, minutes=1)
    assert listed(bed, 6) >= {"alarms_paused"}
    bed.stream([84] * 55, start_s=6)
    assert bed.raised() == []
    bed.stream([84] * 6, start_s=61)
    assert len(bed.raised("limit")) == 1
    assert bed.last(bed.raised("limit")[0]).change.at == 65_000
    assert ("alarms", "expired", 65) in endings(bed)


def test_a_planned_alarm_pause_never_removes_a_signal_that_was_there() -> None:
    bed = Bed().stream([84] * 3)
    (alarm,) = bed.raised()
    pause_alarms(bed, 3)
    assert [known.id for known in bed.alarms.signals()] == [alarm]


def test_a_condition_that_is_over_before_the_pause_ends_is_not_told() -> None:
    bed = Bed().stream([97] * 5)
    pause_alarms(bed, 5, minutes=1)
    bed.stream([84] * 20 + [97] * 60, start_s=6)
    assert bed.raised() == []


def test_alarms_off_for_a_metric_are_listed_and_on_again_judge_at_once() -> None:
    bed = Bed().stream([97] * 5)

    def off(controls: Controls) -> None:
        controls.switched_off["spo2"] = SwitchedOff(5_000, "C-3", "no probe fits")

    def on(controls: Controls) -> None:
        del controls.switched_off["spo2"]

    touched(bed).set_controls(off, 5_000)
    bed.stream([84] * 30, start_s=6)
    assert bed.raised() == []
    assert listed(bed, 36) >= {"alarms_off"}
    touched(bed).set_controls(on, 36_000)
    bed.collect()
    assert len(bed.raised("limit")) == 1


@pytest.mark.parametrize(
    ("value", "kind"), [(88.0, "limit_widened"), (None, "limit_taken_out"), (94.0, None)]
)
def test_a_widened_limit_is_listed_and_a_tightened_one_is_not(
    value: float | None, kind: str | None
) -> None:
    bed = Bed()

    def change(controls: Controls) -> None:
        controls.own_limits["spo2_below_1"] = value

    touched(bed).set_controls(change, 1_000)
    found = listed(bed, 2) & {"limit_widened", "limit_taken_out"}
    assert found == ({kind} if kind else set())


def test_no_baseline_no_holder_and_no_source_are_listed_and_a_watched_session_is_not() -> None:
    assert listed(Bed(device=False), 1) == {"no_source", "no_holder", "no_baseline"}
    bed = Bed().stream([97] * 3)

    def change(controls: Controls) -> None:
        controls.holder, controls.baseline = "N-12", {"systolic": 120, "diastolic": 70}

    touched(bed).set_controls(change, 3_000)
    assert listed(bed, 3) == set()


def test_an_unanswered_high_alarm_becomes_louder_after_a_minute_and_after_two() -> None:
    bed = Bed().stream([84] * 200)
    (alarm,) = bed.raised()
    levels = [
        (c.change.at // SECOND, c.change.occurrence.level)
        for c in bed.changes
        if c.change.event == "unanswered"
    ]
    assert levels == [(60, 1), (120, 2)]
    assert bed.last(alarm).change.occurrence.state == "active"


def test_an_acknowledged_alarm_is_not_unanswered() -> None:
    bed = Bed().stream([84] * 3)
    bed.acknowledge(bed.raised()[0], 3)
    bed.stream([84] * 100, start_s=4)
    assert "unanswered" not in {str(c.change.event) for c in bed.changes}


def test_a_medium_alarm_is_not_escalated() -> None:
    bed = Bed().stream([91] * 200)
    assert "unanswered" not in {str(c.change.event) for c in bed.changes}


def test_an_acknowledged_high_alarm_that_persists_is_brought_to_mind_every_three_minutes() -> None:
    bed = Bed().stream([84] * 3)
    bed.acknowledge(bed.raised()[0], 3)
    bed.stream([84] * 400, start_s=4)
    reminded = [c.change.at // SECOND for c in bed.changes if c.change.event == "reminded"]
    assert reminded == [183, 363]


def test_a_call_for_help_is_high_and_held_until_somebody_has_seen_it() -> None:
    bed = Bed().stream([97] * 3)
    touched(bed).call_help(3_500)
    bed.collect()
    (call,) = bed.raised("help")
    assert bed.last(call).change.occurrence.priority == "high"
    bed.stream([97] * 5, start_s=4)
    assert bed.last(call).change.occurrence.state == "active"
    bed.acknowledge(call, 10)
    assert bed.last(call).change.occurrence.state == "ended"


def test_the_end_of_the_session_ends_its_pauses() -> None:
    bed = Bed().stream([84] * 3)
    pause_audio(bed, 3)
    pause_alarms(bed, 4)
    bed.system.end(SESSION, 5_000)
    assert {(e.kind, e.why) for _, e in bed.system.take_endings()} == {
        ("audio", "session"),
        ("alarms", "session"),
    }


def test_ending_a_pause_that_is_not_there_says_nothing() -> None:
    controls = Controls()
    nothing: Ending | None = controls.end_audio_pause("resumed", 1)
    assert nothing is None
    assert controls.end_alarm_pause("resumed", 1) is None


def test_reminders_do_not_break_an_audio_pause() -> None:
    bed = Bed().stream([84] * 3)
    bed.acknowledge(bed.raised()[0], 3)
    bed.stream([84] * 120, start_s=4)
    pause_audio(bed, 124)
    bed.stream([84] * 100, start_s=124)
    assert "reminded" in {str(c.change.event) for c in bed.changes}
    assert endings(bed) == []
