"""Nothing measures the patient any more, or nothing ever did: that is an alarm, not only a line on a list."""

from __future__ import annotations

from monitor.domain.limits import AlarmSettings
from monitor.domain.session_alarms import SessionAlarms
from tests.domain.builders import DEVICE, SESSION, Bed, pulse, spo2


def touched(bed: Bed) -> SessionAlarms:
    alarms = bed.system.touch(SESSION)
    assert alarms is not None
    return alarms


def gone(bed: Bed, at_s: float, device: str = DEVICE) -> Bed:
    touched(bed).forget(device, round(at_s * 1000))
    return bed.collect()


def priorities(bed: Bed) -> list[str]:
    """As they were reached, of the only occurrence there is of its kind."""
    told = (known.change for known in bed.changes if known.change.occurrence.kind == "no_device")
    return [
        str(change.occurrence.priority)
        for change in told
        if change.event in {"delay_ended", "escalated"}
    ]


def test_a_device_that_is_taken_away_is_told_after_the_usual_grace_and_climbs() -> None:
    bed = gone(Bed().stream([97] * 10), 9.5)
    bed.tick(19.4)
    assert bed.raised("no_device") == []
    bed.tick(19.5)
    (alarm,) = bed.raised("no_device")
    occurrence = bed.last(alarm).change.occurrence
    assert (occurrence.onset, occurrence.raised_at) == (9_500, 19_500)
    assert str(occurrence.type) == "technical"
    assert occurrence.reason.values["metrics"] == "pulse_rate,spo2"
    bed.tick(120)
    assert priorities(bed) == ["low", "medium", "high"]


def test_a_silence_that_stands_goes_on_as_its_device_is_taken_away() -> None:
    bed = Bed().stream([97] * 10)
    bed.tick(80)
    assert bed.raised("silence") != []
    gone(bed, 80)
    (alarm,) = bed.raised("no_device")
    # The last value came at 9 s: more than a minute ago.
    assert str(bed.last(alarm).change.occurrence.priority) == "high"
    assert bed.last(alarm).change.occurrence.onset < 10_000


def test_another_device_that_measures_the_same_ends_it() -> None:
    bed = gone(Bed().stream([97] * 10), 9.5)
    bed.tick(30)
    touched(bed).expect("d2", None, 30_000)
    bed.collect()
    (alarm,) = bed.raised("no_device")
    assert bed.events(alarm)[-1] == "condition_ended"


def test_a_swap_within_the_grace_raises_nothing() -> None:
    bed = gone(Bed().stream([97] * 10), 9.5)
    touched(bed).expect("d2", None, 12_000)
    bed.observe(pulse(12, 80, source="d2"), spo2(12, 97, source="d2"))
    for second in range(13, 40):
        bed.observe(pulse(second, 80, source="d2"), spo2(second, 97, source="d2"))
    assert bed.raised() == []


def test_a_second_device_that_measures_the_same_leaves_nothing_unsaid() -> None:
    bed = Bed()
    touched(bed).expect("d2", None, 0)
    gone(bed, 5)
    for second in range(5, 40):
        bed.observe(pulse(second, 80, source="d2"), spo2(second, 97, source="d2"))
    assert bed.raised() == []


def test_what_only_the_lost_device_measured_is_named() -> None:
    bed = Bed()
    touched(bed).expect("d2", {"pulse_rate": 1}, 0)
    gone(bed, 5)
    for second in range(5, 80):
        bed.observe(pulse(second, 80, source="d2"))
    (alarm,) = bed.raised("no_device")
    occurrence = bed.last(alarm).change.occurrence
    assert occurrence.metric == "spo2"
    assert str(occurrence.priority) == "medium"


def test_where_no_device_ever_was_it_stops_at_medium() -> None:
    bed = Bed(device=False).tick(0)
    bed.tick(300)
    assert priorities(bed) == ["low", "medium"]


def test_a_session_that_nothing_watches_says_nothing() -> None:
    bed = Bed(AlarmSettings(), device=False)
    bed.tick(300)
    assert bed.raised() == []
