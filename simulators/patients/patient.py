"""A patient second by second: the drug, the body's answer to it, what is done to it, and a living thing's unrest."""

from __future__ import annotations

import math
from random import Random
from typing import NamedTuple

from simulators.patients import episodes
from simulators.patients.episodes import Drug, Episode
from simulators.patients.individual import EFFECT_AT_40_MIN, Individual
from simulators.patients.inputs import (
    Airway,
    Clonidine,
    Drive,
    Labetalol,
    Oxygen,
    PatientInput,
    Pump,
    Reassure,
    Release,
    Stimulate,
)
from simulators.patients.kinetics import Kinetics

DOSE_MG_PER_KG = 0.5
INFUSION_MIN = 40.0

_PULSE_MEMORY, _PULSE_SD = 0.95, 2.5
_SPO2_MEMORY, _SPO2_SD = 0.97, 0.35
_RESP_MEMORY, _RESP_SD = 0.97, 0.7
_ANXIETY_FADES_MIN = 15.0
_CIRCADIAN_MMHG, _DAY_MIN = 3.0, 1440.0
_CADSS_AT_40_MIN, _CADSS_SHAPE, _CADSS_MOST, _CADSS_LATER = 35.0, 1.8, 92.0, 0.7


class Vitals(NamedTuple):
    """What is true inside the patient: pulse and breathing in /min, SpO2 in %, pressures in mmHg."""

    pulse_rate: float
    spo2: float
    systolic: float
    diastolic: float
    resp_rate: float = 14.0


class Patient:
    """One patient, ``minutes_into_infusion`` at the first step (negative: before the infusion).

    Everything random is drawn per second of the run and whatever is done to the patient draws nothing, so that an
    input leaves the rest of the trace as it would have been.
    """

    def __init__(
        self, individual: Individual, rng: Random, minutes_into_infusion: float = 0.0
    ) -> None:
        self._who = individual
        self._kinetics = Kinetics(
            individual.weight_kg, individual.clearance, individual.volume, individual.effect
        )
        self._rate = DOSE_MG_PER_KG * individual.weight_kg / INFUSION_MIN
        self._pump = 1.0
        self._left_mg = DOSE_MG_PER_KG * individual.weight_kg
        self._second = 0
        self._infusion_starts = round(-minutes_into_infusion * 60)
        self._pulse = _Drift(rng, _PULSE_MEMORY)
        self._spo2 = _Drift(rng, _SPO2_MEMORY)
        self._resp = _Drift(Random(rng.random()), _RESP_MEMORY)
        self._episodes: list[Episode] = []
        self._drugs: list[Drug] = []
        for second in range(self._infusion_starts, 0):
            self._advance_drug(second)
        self._coming = self._airway_event(rng)

    def step(self) -> Vitals:
        """Let one second pass."""
        second = self._second
        if self._coming is not None and second >= self._coming[0]:
            self._episodes.append(episodes.begun(self._coming[1], second))
            self._coming = None
        self._advance_drug(second)
        vitals = self._undisturbed(second)
        self._second += 1
        if not (self._episodes or self._drugs):
            return vitals
        return self._disturbed(vitals._asdict(), second)

    def give(self, given: PatientInput) -> None:
        """Do this to the patient now, before the next step."""
        match given:
            case Pump(rate=rate):
                self._pump = rate
            case Labetalol():
                self._drugs.append(episodes.labetalol(given, self._second, self._who.sensitivity))
            case Clonidine():
                self._drugs.append(episodes.clonidine(given, self._second, self._who.sensitivity))
            case Stimulate():
                self._end(episodes.AIRWAY)
            case Reassure():
                self._end(episodes.PANIC)
            case Oxygen(l_per_min=flow):
                self._end(episodes.AIRWAY)
                self._end(episodes.OXYGEN)
                if flow > 0:
                    self._episodes.append(episodes.oxygen(self._second))
            case Release(vital=vital, over_s=over_s):
                self._end(episodes.driven(vital), over_s)
            case Drive():
                self._supersede(given)
                self._episodes.append(episodes.begun(given, self._second))
            case _:
                self._episodes.append(episodes.begun(given, self._second))

    @property
    def into_infusion_min(self) -> float:
        """Minutes since the infusion began; negative before it."""
        return (self._second - self._infusion_starts) / 60

    @property
    def driven(self) -> dict[str, float]:
        """The vitals that somebody holds, each with the value it is held at or taken to."""
        held: dict[str, float] = {}
        for episode in self._episodes:
            if episode.name.startswith(episodes.DRIVE) and episode.until == episodes.FOREVER:
                held.update(episode.pulls)
        return held

    @property
    def effect(self) -> float:
        """Ketamine at the effect site, ng/mL."""
        return self._kinetics.effect

    @property
    def dissociation(self) -> float:
        """CADSS, 0 to 92, as the patient would answer now; less from the second infusion on."""
        share = max(0.0, self._kinetics.effect / EFFECT_AT_40_MIN)
        later = _CADSS_LATER if self._who.infusion_number > 1 else 1.0
        score = _CADSS_AT_40_MIN * math.pow(share, _CADSS_SHAPE) * self._who.dissociation * later
        return min(_CADSS_MOST, score)

    def _undisturbed(self, second: int) -> Vitals:
        who = self._who
        effect = self._kinetics.effect / EFFECT_AT_40_MIN
        minute = second / 60
        tension = who.anxiety * math.exp(-minute / _ANXIETY_FADES_MIN)
        tension += _CIRCADIAN_MMHG * math.sin(who.circadian_phase + 2 * math.pi * minute / _DAY_MIN)
        spo2 = who.spo2 - 0.5 * effect + who.unrest * _SPO2_SD * self._spo2.step()
        return Vitals(
            who.pulse_rate + who.pulse_rise * effect + who.unrest * _PULSE_SD * self._pulse.step(),
            min(100.0, spo2),
            who.systolic + who.systolic_rise * effect + tension,
            who.diastolic + who.diastolic_rise * effect,
            who.resp_rate + effect + _RESP_SD * self._resp.step(),
        )

    def _disturbed(self, vitals: dict[str, float], second: int) -> Vitals:
        for drug in self._drugs:
            for name, change in drug(second).items():
                vitals[name] += change
        for episode in self._episodes:
            episode.apply(vitals, second)
        self._episodes = [episode for episode in self._episodes if not episode.is_over(second)]
        vitals["spo2"] = min(100.0, vitals["spo2"])
        return Vitals(**vitals)

    def _advance_drug(self, second: int) -> None:
        per_second = 0.0
        if second >= self._infusion_starts and self._left_mg > 0:
            # What was not given in a pause is given after it: the bag is finished, not the clock.
            per_second = min(self._rate * self._pump / 60, self._left_mg)
            self._left_mg -= per_second
            if self._left_mg < 1e-9:
                self._left_mg = 0.0
        self._kinetics.advance(per_second * 60)

    def _end(self, name: str, fall_s: float | None = None) -> None:
        for episode in self._episodes:
            if episode.name == name:
                episode.end(self._second, fall_s)

    def _supersede(self, given: Drive) -> None:
        """What held this vital before is gone once the new value is reached."""
        for episode in self._episodes:
            if episode.name == episodes.driven(given.vital) and episode.until == episodes.FOREVER:
                episode.until, episode.fall_s = self._second + given.over_s, 0.0

    def _airway_event(self, rng: Random) -> tuple[int, Airway] | None:
        """One that lies in this person, with the second at which it comes."""
        minute = self._who.airway_event_min
        if minute is None:
            return None
        lowest, recover_s = rng.uniform(80, 90), rng.uniform(30, 60)
        fall_s = max(0.0, self._who.spo2 - lowest) * 3
        event = Airway(lowest=lowest, fall_s=fall_s, hold_s=0, recover_s=recover_s)
        starts = self._infusion_starts + round(minute * 60)
        return (starts, event) if starts >= 0 else None


class _Drift:
    """An AR(1) walk with SD 1, one step a second."""

    __slots__ = ("_gauss", "_memory", "_news", "_value")

    def __init__(self, rng: Random, memory: float) -> None:
        self._gauss = rng.gauss
        self._memory = memory
        self._news = math.sqrt(1 - memory * memory)
        self._value = rng.gauss(0, 1)

    def step(self) -> float:
        self._value = self._memory * self._value + self._news * self._gauss(0, 1)
        return self._value
