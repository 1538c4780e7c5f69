"""What can be simulated: each scenario is a patient with devices, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from simulators.devices.bedside import BedsideMonitor
from simulators.devices.cuff import FAILS, Cuff
from simulators.devices.oximeter import Oximeter, Span
from simulators.patients.individual import Course, Individual, Response, draw_individual
from simulators.patients.patient import Patient

CUFF_INTERVAL_S = 300
_RESTLESS_BURSTS_PER_HOUR = 3.0

RESPONDER = Individual(
    systolic=128, diastolic=78, pulse_rate=78, systolic_rise=60, diastolic_rise=30, pulse_rise=8
)
"""A hypertensive responder: 188/108 at the end of the infusion."""
WHITE_COAT = Individual(systolic=148, diastolic=92, pulse_rate=86)

DESATURATION: Course = ((60, 97), (90, 92), (180, 86), (240, 86), (285, 97))
"""From 92 to 86 % over 90 s, a minute after the start, a minute at the bottom, then back."""
PROBE_OFF: Span = (60, 180)
"""The probe lies beside the finger for two minutes, a minute after the start."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """``build`` makes the devices at a patient from a seed text, minutes into the infusion, and the room's place."""

    name: str
    description: str
    build: Callable[[str, float | None, int], BedsideMonitor]


def bedside(
    seed: str,
    individual: Individual,
    minutes_into_infusion: float,
    *,
    scatter: tuple[float, float] = (4.0, 3.5),
    cuff_fails: float = FAILS,
    sensor_off: tuple[Span, ...] = (),
    bursts_per_hour: float = 0.0,
) -> BedsideMonitor:
    """A patient and devices. Each part draws from its own generator, so that none disturbs another's trace."""
    patient = Patient(individual, Random(f"{seed}/patient"), minutes_into_infusion)
    oximeter = Oximeter(
        Random(f"{seed}/oximeter"), sensor_off=sensor_off, bursts_per_hour=bursts_per_hour
    )
    cuff = Cuff(Random(f"{seed}/cuff"), CUFF_INTERVAL_S, scatter=scatter, fails=cuff_fails)
    return BedsideMonitor(patient, oximeter, cuff, CUFF_INTERVAL_S)


def _drawn(seed: str, response: Response = Response.STRONG) -> Individual:
    return draw_individual(Random(f"{seed}/individual"), response)


def _normal(seed: str, minutes: float | None, _place: int) -> BedsideMonitor:
    return bedside(seed, Individual(), _or(minutes, -5.0), cuff_fails=0.0)


def _responder(seed: str, minutes: float | None, _place: int) -> BedsideMonitor:
    return bedside(seed, RESPONDER, _or(minutes, 0.0), scatter=(1.0, 1.0), cuff_fails=0.0)


def _desaturation(seed: str, minutes: float | None, _place: int) -> BedsideMonitor:
    individual = Individual(spo2=97.0, unrest=0.6, desaturations=(DESATURATION,))
    return bedside(seed, individual, _or(minutes, 15.0), cuff_fails=0.0)


def _probe_off(seed: str, minutes: float | None, _place: int) -> BedsideMonitor:
    return bedside(seed, Individual(), _or(minutes, 15.0), cuff_fails=0.0, sensor_off=(PROBE_OFF,))


_Ward = Callable[[str, float], BedsideMonitor]
_WARD: tuple[tuple[float, _Ward], ...] = (
    (12.0, lambda seed, minutes: bedside(seed, _drawn(seed), minutes)),
    (27.0, lambda seed, minutes: bedside(seed, RESPONDER, minutes, cuff_fails=0.0)),
    (-6.0, lambda seed, minutes: bedside(seed, WHITE_COAT, minutes)),
    (
        38.0,
        lambda seed, minutes: bedside(
            seed, _drawn(seed), minutes, bursts_per_hour=_RESTLESS_BURSTS_PER_HOUR
        ),
    ),
    (55.0, lambda seed, minutes: bedside(seed, _drawn(seed, Response.MILD), minutes)),
    (-18.0, lambda seed, minutes: bedside(seed, _drawn(seed, Response.MILD), minutes)),
)
"""Who lies in a ward, with how far the infusion is where nothing else is said; further rooms begin again."""


def _ward(seed: str, minutes: float | None, place: int) -> BedsideMonitor:
    usual_minutes, build = _WARD[place % len(_WARD)]
    return build(seed, _or(minutes, usual_minutes))


def _or(minutes: float | None, usual: float) -> float:
    return usual if minutes is None else minutes


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("ward", "varied patients in all phases, one per room", _ward),
        Scenario("normal", "a patient whose infusion goes well", _normal),
        Scenario(
            "responder", "blood pressure rises to 188/108 at the end of the infusion", _responder
        ),
        Scenario(
            "desaturation", "after a minute SpO2 falls from 92 to 86 % over 90 s", _desaturation
        ),
        Scenario("probe_off", "after a minute the probe is off for two minutes", _probe_off),
    )
}
