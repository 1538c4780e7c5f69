"""A patient second by second: the drug, the body's answer to it, and the unrest of a living thing."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random
from typing import NamedTuple

from simulators.patients.individual import EFFECT_AT_40_MIN, Course, Individual
from simulators.patients.kinetics import Kinetics

DOSE_MG_PER_KG = 0.5
INFUSION_MIN = 40.0

_PULSE_MEMORY, _PULSE_SD = 0.95, 2.5
_SPO2_MEMORY, _SPO2_SD = 0.97, 0.35
_ANXIETY_FADES_MIN = 15.0
_CIRCADIAN_MMHG, _DAY_MIN = 3.0, 1440.0


class Vitals(NamedTuple):
    """What is true inside the patient: pulse in /min, SpO2 in %, pressures in mmHg."""

    pulse_rate: float
    spo2: float
    systolic: float
    diastolic: float


class Patient:
    """One patient, ``minutes_into_infusion`` at the first step (negative: before the infusion)."""

    def __init__(
        self, individual: Individual, rng: Random, minutes_into_infusion: float = 0.0
    ) -> None:
        self._who = individual
        self._rng = rng
        self._kinetics = Kinetics(
            individual.weight_kg, individual.clearance, individual.volume, individual.effect
        )
        self._rate = DOSE_MG_PER_KG * individual.weight_kg / INFUSION_MIN
        self._second = 0
        self._infusion_starts = round(-minutes_into_infusion * 60)
        self._pulse_drift = rng.gauss(0, 1)
        self._spo2_drift = rng.gauss(0, 1)
        for second in range(self._infusion_starts, 0):
            self._advance_drug(second)
        self._courses = (*individual.desaturations, *self._airway_events())

    def step(self) -> Vitals:
        """Let one second pass."""
        rng, who = self._rng, self._who
        self._advance_drug(self._second)
        effect = self._kinetics.effect / EFFECT_AT_40_MIN
        self._pulse_drift = _drift(self._pulse_drift, _PULSE_MEMORY, rng)
        self._spo2_drift = _drift(self._spo2_drift, _SPO2_MEMORY, rng)
        minute = self._second / 60
        tension = who.anxiety * math.exp(-minute / _ANXIETY_FADES_MIN)
        tension += _CIRCADIAN_MMHG * math.sin(who.circadian_phase + 2 * math.pi * minute / _DAY_MIN)
        vitals = Vitals(
            who.pulse_rate + who.pulse_rise * effect + who.unrest * _PULSE_SD * self._pulse_drift,
            self._saturation(who.spo2 - 0.5 * effect + who.unrest * _SPO2_SD * self._spo2_drift),
            who.systolic + who.systolic_rise * effect + tension,
            who.diastolic + who.diastolic_rise * effect,
        )
        self._second += 1
        return vitals

    def _advance_drug(self, second: int) -> None:
        infusing = 0 <= second - self._infusion_starts < INFUSION_MIN * 60
        self._kinetics.advance(self._rate if infusing else 0.0)

    def _saturation(self, undisturbed: float) -> float:
        for course in self._courses:
            low = course_at(course, self._second)
            if low is not None:
                undisturbed = min(undisturbed, low)
        return min(100.0, undisturbed)

    def _airway_events(self) -> tuple[Course, ...]:
        minute = self._who.airway_event_min
        if minute is None:
            return ()
        start = self._infusion_starts + minute * 60
        top, low = self._who.spo2, self._rng.uniform(80, 90)
        falls_s = (top - low) * 3
        recovers_s = self._rng.uniform(30, 60)
        return (((start, top), (start + falls_s, low), (start + falls_s + recovers_s, top)),)


def course_at(course: Course, second: float) -> float | None:
    """The SpO2 of a course at this second; None outside of it."""
    for (start, high), (end, low) in pairwise(course):
        if start <= second < end:
            return high + (low - high) * (second - start) / (end - start)
    return None


def _drift(drift: float, memory: float, rng: Random) -> float:
    """The next step of an AR(1) walk with SD 1."""
    return memory * drift + math.sqrt(1 - memory * memory) * rng.gauss(0, 1)
