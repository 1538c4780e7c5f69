"""What the devices make of a patient, and the scenarios they are put together for."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.readings import Metric, implausible_pressure, implausible_value
from monitor.wire.base import milliseconds
from monitor.wire.device import Readings, parse_from_device
from simulators.devices.cuff import Cuff
from simulators.devices.measurement import Measurement
from simulators.devices.oximeter import FINGER_LAG_S, Oximeter
from simulators.feeds.frames import reading_text, readings_text
from simulators.patients.patient import Vitals
from simulators.rooms import SimulatedRoom, build_room
from simulators.scenarios.bed import Bed, build_bed
from simulators.scenarios.library import library

CALM = Vitals(pulse_rate=72.4, spo2=97.2, systolic=124, diastolic=76)


def played(scenario: str, seconds: int, minutes: float | None = None) -> list[list[Measurement]]:
    bed = build_bed(library()[scenario], 0, seed=1, name="1", into_infusion_min=minutes)
    return [list(bed.take()) for _ in range(seconds)]


def of(metric: str, seconds: list[list[Measurement]]) -> list[tuple[int, Measurement]]:
    return [
        (second, one)
        for second, taken in enumerate(seconds)
        for one in taken
        if one.metric == metric
    ]


def test_oximeter_gives_whole_numbers_each_second_from_the_first_on() -> None:
    oximeter = Oximeter(Random(1))
    for second in range(30):
        pulse, spo2 = oximeter.step(second, CALM)
        assert (pulse.value, spo2.value) == (72, 97)


def test_fall_in_saturation_shows_late_and_smoothed() -> None:
    oximeter = Oximeter(Random(1))
    for second in range(20):
        oximeter.step(second, CALM)
    shown = [
        oximeter.step(second, CALM._replace(spo2=87.2))[1].value or 0 for second in range(20, 60)
    ]
    assert shown[: FINGER_LAG_S - 1] == [97] * (FINGER_LAG_S - 1)
    assert shown[FINGER_LAG_S + 3] in range(88, 97)
    assert shown[-1] == 87


def test_probe_off_the_finger_is_no_value_and_no_zero() -> None:
    oximeter = Oximeter(Random(1))
    shown = []
    for second in range(12):
        if second == 5:
            oximeter.take_off(10)
        shown.append(oximeter.step(second, CALM))
    assert [pulse.status for pulse, _ in shown] == ["ok"] * 5 + ["sensor_off"] * 5 + ["ok"] * 2
    assert [spo2.value for _, spo2 in shown[5:10]] == [None] * 5
    assert shown[10][1].value == 97


def test_moving_hand_marks_its_wrong_values() -> None:
    oximeter = Oximeter(Random(1), bursts_per_hour=60)
    shown = [oximeter.step(second, CALM)[1] for second in range(1800)]
    moved = [one for one in shown if one.status == "motion"]
    assert moved
    assert all(82 <= (one.value or 0) <= 97 for one in moved)
    assert min(one.value or 0 for one in moved) < 90
    assert {one.value for one in shown if one.status == "ok"} == {97}


def test_cuff_needs_time_and_comes_every_interval() -> None:
    cuff = Cuff(Random(1), interval_s=300, fails=0)
    came = [second for second in range(3600) if cuff.step(second, CALM, moving=False)]
    assert len(came) == 12
    assert all(25 <= second - 300 * index <= 45 for index, second in enumerate(came))


def test_failed_cuff_says_so_and_tries_again() -> None:
    cuff = Cuff(Random(1), interval_s=300, fails=1)
    came = [
        (second, one) for second in range(900) if (one := cuff.step(second, CALM, moving=False))
    ]
    assert {one.status for _, one in came} == {"cuff_error"}
    assert all(one.systolic is None and one.mean is None for _, one in came)
    assert 20 + 25 <= came[1][0] - came[0][0] <= 20 + 45
    assert len(came) == 6


@given(seed=st.integers(), minutes=st.integers(-30, 90), place=st.integers(0, 11))
@settings(max_examples=20, deadline=None)
def test_no_device_of_a_ward_says_what_cannot_be_true(seed: int, minutes: int, place: int) -> None:
    devices = build_bed(library()["ward"], place, seed=seed, into_infusion_min=minutes)
    for _ in range(400):
        for one in devices.take():
            if one.metric == "nibp":
                assert implausible_pressure(one.systolic, one.diastolic, one.mean) is None
            elif one.value is not None:
                assert implausible_value(Metric(one.metric), one.value) is None


def test_same_seed_is_the_same_trace_and_another_seed_another() -> None:
    assert played("ward", 900) == played("ward", 900)
    other = build_bed(library()["ward"], 0, seed=2)
    assert [list(other.take()) for _ in range(900)] != played("ward", 900)


def test_room_keeps_its_patient_when_other_rooms_are_left_out() -> None:
    room = SimulatedRoom(room="3", token="t", phase_offset_min=5)
    one, two = (build_room(room, "ward", seed=7, place=2) for _ in range(2))
    assert [one.take() for _ in range(300)] == [two.take() for _ in range(300)]


def test_responder_peaks_at_188_over_108_at_the_end_of_the_infusion() -> None:
    cuffs = of("nibp", played("responder", 3600, 0))
    second, peak = max(cuffs, key=lambda cuff: cuff[1].systolic or 0)
    assert 30 * 60 < second < 42 * 60
    assert peak.systolic == pytest.approx(188, abs=3)
    assert peak.diastolic == pytest.approx(108, abs=3)


def test_desaturation_falls_from_92_to_86_over_90_s_and_comes_back() -> None:
    spo2 = [one.value or 0 for _, one in of("spo2", played("desaturation", 420))]
    at_92 = next(second for second, value in enumerate(spo2) if value <= 92)
    at_86 = next(second for second, value in enumerate(spo2) if value <= 86)
    assert 80 <= at_86 - at_92 <= 100
    assert min(spo2) == 86
    assert spo2[-1] >= 95


def test_probe_off_scenario_loses_pulse_and_saturation_and_finds_them_again() -> None:
    seconds = played("probe_off", 240)
    off = [second for second, one in of("spo2", seconds) if one.status == "sensor_off"]
    assert off == list(range(60, 180))
    assert [second for second, one in of("pulse_rate", seconds) if one.value is None] == off


@pytest.mark.parametrize("scenario", library())
def test_everything_a_scenario_says_is_a_message_of_the_wire(scenario: str) -> None:
    devices: Bed = build_bed(library()[scenario], 3)
    start = 1_800_000_000_000
    for second in range(400):
        at = start + second * 1000
        taken = devices.take()
        texts = ",".join(reading_text(one, at) for one in taken)
        frame = parse_from_device(readings_text(second + 1, at, f"[{texts}]"))
        assert isinstance(frame, Readings)
        for said, one in zip(frame.readings, taken, strict=True):
            assert milliseconds(said.measured_at) == at
            assert said.model_dump(exclude={"measured_at"}) == one._asdict()
