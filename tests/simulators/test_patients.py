"""Simulated patients against published numbers."""

from __future__ import annotations

import statistics
from random import Random

import pytest

from simulators.patients.individual import (
    EFFECT_AT_40_MIN,
    Individual,
    Response,
    draw_individual,
)
from simulators.patients.kinetics import Kinetics
from simulators.patients.patient import Patient

PLASMA = {5: 155, 10: 182, 20: 210, 30: 226, 40: 240, 45: 91, 60: 55, 120: 36, 240: 17}
"""Domino's model for 70 kg and 0.5 mg/kg over 40 minutes: minute to ng/mL."""


def test_plasma_concentration_follows_the_published_model() -> None:
    kinetics = Kinetics(weight_kg=70)
    for second in range(240 * 60):
        kinetics.advance(35 / 40 if second < 2400 else 0.0)
        minute = (second + 1) / 60
        if minute in PLASMA:
            assert kinetics.plasma == pytest.approx(PLASMA[int(minute)], abs=0.6), minute


def test_effect_lags_behind_and_halves_about_ten_minutes_after_the_stop() -> None:
    kinetics = Kinetics(weight_kg=70)
    for _ in range(2400):
        kinetics.advance(35 / 40)
    at_stop = kinetics.effect
    assert at_stop == pytest.approx(EFFECT_AT_40_MIN, rel=0.015)
    for _ in range(600):
        kinetics.advance(0.0)
    assert 0.5 < kinetics.effect / at_stop < 0.65


@pytest.mark.parametrize(("response", "mean"), [(Response.STRONG, 16.4), (Response.MILD, 7.6)])
def test_mean_pressure_rise_of_a_cohort_is_the_published_one(
    response: Response, mean: float
) -> None:
    rises = []
    for number in range(400):
        who = draw_individual(Random(f"cohort/{number}"), response)
        kinetics = Kinetics(who.weight_kg, who.clearance, who.volume, who.effect)
        for _ in range(2400):
            kinetics.advance(0.5 * who.weight_kg / 40)
        rises.append(who.systolic_rise * kinetics.effect / EFFECT_AT_40_MIN)
    assert statistics.mean(rises) == pytest.approx(mean, abs=1.5)
    assert 7 < statistics.stdev(rises) < 12


def test_patient_who_is_twenty_minutes_in_is_the_one_who_was_simulated_until_then() -> None:
    from_the_start = Patient(Individual(unrest=0), Random(1), minutes_into_infusion=0)
    for _ in range(1200):
        from_the_start.step()
    jumped = Patient(Individual(unrest=0), Random(1), minutes_into_infusion=20)
    assert jumped.step().systolic == pytest.approx(from_the_start.step().systolic, abs=0.3)


def test_nothing_happens_to_the_pressure_before_the_infusion() -> None:
    patient = Patient(Individual(systolic=124), Random(1), minutes_into_infusion=-10)
    pressures = [patient.step().systolic for _ in range(600)]
    assert max(pressures) - min(pressures) < 1
    later = [patient.step().systolic for _ in range(1200)]
    assert later[-1] > 124 + 8


def test_airway_event_takes_the_saturation_down_and_back() -> None:
    patient = Patient(Individual(airway_event_min=1), Random(1), minutes_into_infusion=0)
    saturations = [patient.step().spo2 for _ in range(300)]
    assert 79 < min(saturations) < 91
    assert min(saturations[:50]) > 94
    assert min(saturations[-60:]) > 94


def test_individuals_stay_possible() -> None:
    for number in range(500):
        who = draw_individual(Random(number))
        assert 94 <= who.spo2 <= 100
        assert 45 <= who.weight_kg <= 130
        assert who.pulse_rate >= 48
