"""What is done to a patient shows, when it should and for as long as it should."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.patients.individual import Individual
from simulators.patients.inputs import (
    Airway,
    Clonidine,
    Drive,
    Labetalol,
    Oxygen,
    Panic,
    PatientInput,
    Pump,
    Reassure,
    Release,
    Stimulate,
    Vasovagal,
)
from simulators.patients.patient import Patient, Vitals

CALM = Individual(unrest=0)


def seconds(patient: Patient, count: int) -> list[Vitals]:
    return [patient.step() for _ in range(count)]


def given_at_start(*inputs: PatientInput, who: Individual = CALM, into: float = -240) -> Patient:
    patient = Patient(who, Random(1), into)
    for one in inputs:
        patient.give(one)
    return patient


def rest(minutes: float) -> Vitals:
    """The same patient, left alone."""
    return seconds(given_at_start(), round(minutes * 60))[-1]


def test_paused_pump_lets_the_effect_fall_to_half_in_ten_minutes_and_gives_the_rest_later() -> None:
    patient = given_at_start(into=20)
    before = patient.effect
    patient.give(Pump(rate=0))
    seconds(patient, 600)
    assert 0.45 < patient.effect / before < 0.65
    patient.give(Pump(rate=1))
    seconds(patient, 1200)
    finished = patient.effect
    assert finished > before
    seconds(patient, 60)
    assert patient.effect < finished


def test_labetalol_takes_15_mmhg_within_five_minutes() -> None:
    fell = rest(5).systolic - seconds(given_at_start(Labetalol(mg=10)), 300)[-1].systolic
    assert fell == pytest.approx(13, abs=2)


def test_clonidine_comes_too_late_for_an_infusion_of_forty_minutes() -> None:
    patient = given_at_start(Clonidine(mg=0.1))
    after_20 = seconds(patient, 1200)[-1].systolic
    after_60 = seconds(patient, 2400)[-1].systolic
    assert rest(20).systolic - after_20 < 2
    assert 10 <= rest(60).systolic - after_60 <= 20


@pytest.mark.parametrize("help_", [Stimulate(), Oxygen(l_per_min=4)])
def test_airway_event_ends_when_somebody_acts(help_: PatientInput) -> None:
    patient = given_at_start(Airway(lowest=82, fall_s=40, hold_s=3600))
    assert seconds(patient, 60)[-1].spo2 == pytest.approx(82)
    patient.give(help_)
    assert seconds(patient, 60)[-1].spo2 > 94


def test_oxygen_helps_while_it_is_on() -> None:
    patient = given_at_start(Oxygen(l_per_min=2), who=Individual(unrest=0, spo2=94))
    with_oxygen = seconds(patient, 120)[-1].spo2
    patient.give(Oxygen(l_per_min=0))
    assert with_oxygen > 97
    assert seconds(patient, 180)[-1].spo2 == pytest.approx(94, abs=0.1)


def test_panic_rises_and_fades_when_the_patient_is_calmed() -> None:
    patient = given_at_start(Panic())
    high = seconds(patient, 130)[-1]
    assert (high.pulse_rate, high.resp_rate) == (135, 26)
    assert high.systolic == pytest.approx(rest(2).systolic + 30, abs=1)
    patient.give(Reassure())
    assert seconds(patient, 200)[-1].pulse_rate == pytest.approx(74, abs=1)


def test_faint_takes_pulse_and_pressure_down_and_passes() -> None:
    patient = given_at_start(Vasovagal())
    low = seconds(patient, 60)[-1]
    assert (low.pulse_rate, low.systolic) == (38, 78)
    assert low.diastolic < low.systolic - 20
    assert seconds(patient, 300)[-1].systolic == pytest.approx(124, abs=4)


def test_driven_vital_stays_where_it_was_put_until_it_is_released() -> None:
    patient = given_at_start(Drive(vital="spo2", to=88, over_s=10))
    assert {round(one.spo2, 6) for one in seconds(patient, 600)[11:]} == {88}
    patient.give(Drive(vital="spo2", to=85))
    assert seconds(patient, 5)[-1].spo2 == 85
    patient.give(Release(vital="spo2", over_s=0))
    assert seconds(patient, 2)[-1].spo2 > 96


def test_second_infusion_dissociates_less() -> None:
    first, second = (
        given_at_start(who=Individual(infusion_number=number), into=40) for number in (1, 2)
    )
    assert first.dissociation == pytest.approx(35, abs=1)
    assert second.dissociation == pytest.approx(0.7 * first.dissociation)


@given(
    events=st.lists(
        st.sampled_from(
            [
                Airway(),
                Panic(),
                Vasovagal(),
                Oxygen(),
                Stimulate(),
                Reassure(),
                Labetalol(),
                Pump(rate=0),
            ]
        ),
        max_size=8,
    ),
    gaps=st.lists(st.integers(0, 120), min_size=8, max_size=8),
)
@settings(max_examples=40, deadline=None)
def test_whatever_is_done_the_vitals_stay_in_a_body(
    events: list[PatientInput], gaps: list[int]
) -> None:
    patient = Patient(Individual(), Random(3), 10)
    for event, gap in zip(events, gaps, strict=False):
        patient.give(event)
        for vitals in seconds(patient, gap):
            assert 40 <= vitals.spo2 <= 100
            assert 20 <= vitals.pulse_rate <= 200
            assert 30 <= vitals.systolic <= 260


def test_vital_driven_anew_goes_on_from_where_it_was_held_and_is_let_go_once() -> None:
    patient = given_at_start(Drive(vital="spo2", to=90))
    seconds(patient, 30)
    patient.give(Drive(vital="spo2", to=80, over_s=10))
    assert patient.driven == {"spo2": 80}
    falling = [vitals.spo2 for vitals in seconds(patient, 11)]
    assert falling == pytest.approx([90 - second for second in range(11)])
    patient.give(Release(vital="spo2", over_s=10))
    assert patient.driven == {}
    seconds(patient, 12)
    assert patient.step().spo2 == pytest.approx(rest(1).spo2, abs=0.01)


def test_minutes_into_the_infusion_go_with_the_patient() -> None:
    patient = given_at_start(into=-2)
    assert patient.into_infusion_min == -2
    seconds(patient, 180)
    assert patient.into_infusion_min == 1
