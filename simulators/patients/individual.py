"""Who a simulated patient is: drawn once from a seeded generator, then fixed for the session."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from random import Random

EFFECT_AT_40_MIN = 224.0
"""Effect-site concentration, ng/mL, of the mean person after 0.5 mg/kg over 40 minutes; rises are given at it."""

_SENSITIVE_SHARE = 0.3
_SENSITIVE_FACTOR = 1.4
_SENSITIVE_MORE = 12.0
"""Systolic at rest, mmHg above the others'; the cohort's mean stays as published."""
_DISSOCIATING_SHARE = 0.5
_DISSOCIATION_RISE = 4.0
_AIRWAY_EVENT_SHARE = 0.0075


class Response(StrEnum):
    """Which published cohort the rises in pressure and pulse are drawn from."""

    STRONG = "strong"
    MILD = "mild"


_RISES = {
    Response.STRONG: ((16.6, 8.5), (11.0, 6.0), (4.0, 7.0)),
    Response.MILD: ((7.4, 8.0), (6.0, 6.0), (1.9, 6.0)),
}
"""Mean and SD of the rise in systolic (mmHg), diastolic (mmHg) and pulse (/min)."""


@dataclass(frozen=True, slots=True)
class Individual:
    """Baselines, and rises at EFFECT_AT_40_MIN: pressures in mmHg, pulse and breathing in /min, SpO2 in %.

    ``anxiety`` is what arriving adds to the systolic pressure; ``unrest`` scales the spontaneous variation of pulse
    and SpO2; ``airway_event_min`` is the minute of infusion in which the airway closes for a while. ``sensitivity``
    scales what a drug against high pressure does, ``dissociation`` the CADSS.
    """

    systolic: float = 124.0
    diastolic: float = 76.0
    pulse_rate: float = 74.0
    spo2: float = 97.3
    systolic_rise: float = 16.0
    diastolic_rise: float = 11.0
    pulse_rise: float = 4.0
    anxiety: float = 0.0
    circadian_phase: float = 0.0
    unrest: float = 1.0
    weight_kg: float = 70.0
    clearance: float = 1.0
    volume: float = 1.0
    effect: float = 1.0
    airway_event_min: float | None = None
    resp_rate: float = 14.0
    sensitivity: float = 1.0
    dissociation: float = 1.0
    infusion_number: int = 1


def draw_individual(rng: Random, response: Response = Response.STRONG) -> Individual:
    """A person of the cohort. Older or hypertensive people rise more; the cohort's mean rise stays as published."""
    sensitive = rng.random() < _SENSITIVE_SHARE
    systolic_rise, diastolic_rise, pulse_rise = _draw_rises(rng, response, sensitive=sensitive)
    systolic = rng.gauss(124, 14)
    airway_event = rng.uniform(10, 38) if rng.random() < _AIRWAY_EVENT_SHARE else None
    return Individual(
        systolic=systolic + _SENSITIVE_MORE * (sensitive - _SENSITIVE_SHARE),
        diastolic=0.55 * systolic + 8 + rng.gauss(0, 4),
        pulse_rate=max(48.0, rng.gauss(74, 11)),
        spo2=min(100.0, max(94.0, rng.gauss(97.3, 1.0))),
        systolic_rise=systolic_rise,
        diastolic_rise=diastolic_rise,
        pulse_rise=pulse_rise,
        anxiety=abs(rng.gauss(0, 5)),
        circadian_phase=rng.uniform(0, 2 * math.pi),
        unrest=rng.uniform(0.8, 1.2),
        weight_kg=min(130.0, max(45.0, rng.gauss(74, 13))),
        clearance=math.exp(rng.gauss(0, 0.25)),
        volume=math.exp(rng.gauss(0, 0.20)),
        effect=math.exp(rng.gauss(0, 0.30)),
        airway_event_min=airway_event,
        resp_rate=rng.gauss(14, 1.5),
        sensitivity=rng.uniform(0.67, 1.33),
        dissociation=math.exp(rng.gauss(0, 0.5)),
    )


def _draw_rises(rng: Random, response: Response, *, sensitive: bool) -> tuple[float, float, float]:
    (s_mean, s_sd), (d_mean, d_sd), (p_mean, p_sd) = _RISES[response]
    shared, own, pulse = rng.gauss(0, 1), rng.gauss(0, 1), rng.gauss(0, 1)
    # A correlation of 0.7 between the two pressures.
    systolic = s_mean + s_sd * shared
    diastolic = d_mean + d_sd * (0.7 * shared + math.sqrt(1 - 0.7**2) * own)
    mixture = 1 + (_SENSITIVE_FACTOR - 1) * _SENSITIVE_SHARE
    factor = (_SENSITIVE_FACTOR if sensitive else 1.0) / mixture
    dissociating = rng.random() < _DISSOCIATING_SHARE
    systolic_rise = systolic * factor + _DISSOCIATION_RISE * (dissociating - _DISSOCIATING_SHARE)
    return systolic_rise, diastolic * factor, (p_mean + p_sd * pulse) * (0.5 if sensitive else 1.0)
