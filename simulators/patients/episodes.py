"""Episodes: something that comes over a patient, lasts, and goes, laid over what the body does otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulators.patients.inputs import Airway, Clonidine, Drive, Labetalol, Panic, Vasovagal

FOREVER = math.inf
AIRWAY, PANIC, OXYGEN, DRIVE = "airway", "panic", "oxygen", "drive "
_LABETALOL_ONSET_S, _LABETALOL_FADES_S = 150.0, 4 * 3600.0
_CLONIDINE_MIDDLE_S, _CLONIDINE_SPREAD_S = 45 * 60.0, 7 * 60.0
_MMHG_PER_DOSE = 15.0
_DIASTOLIC_SHARE = 0.6
_OXYGEN_AIM, _OXYGEN_SHARE = 99.5, 0.7

Drug = Callable[[float], Mapping[str, float]]
"""What a drug adds to the vitals, by the seconds since it was given."""


@dataclass(slots=True)
class Episode:
    """Comes over ``rise_s`` from ``start``, lasts until ``until``, goes over ``fall_s``: seconds since the run began.

    ``pulls`` takes vitals towards a value and ``shifts`` adds to them, both by how far it has come, ``peak`` at most.
    """

    name: str
    start: float
    rise_s: float
    until: float
    fall_s: float
    pulls: Mapping[str, float] = field(default_factory=dict)
    shifts: Mapping[str, float] = field(default_factory=dict)
    peak: float = 1.0

    def weight(self, second: float) -> float:
        """How far it has come: 0 to 1."""
        come = 1.0 if self.rise_s == 0 else min(1.0, (second - self.start) / self.rise_s)
        gone = 0.0 if second < self.until else self._gone(second)
        return self.peak * max(0.0, come) * (1 - gone)

    def is_over(self, second: float) -> bool:
        """Whether nothing of it is left."""
        return second >= self.until + self.fall_s

    def end(self, second: float, fall_s: float | None = None) -> None:
        """It goes from now on, from as far as it has come; one that goes already goes on as it does."""
        if second < self.until:
            self.peak, self.rise_s = self.weight(second), 0.0
            self.until = second
            self.fall_s = self.fall_s if fall_s is None else fall_s

    def apply(self, vitals: dict[str, float], second: float) -> None:
        """Lay this over the vitals."""
        weight = self.weight(second)
        for name, aim in self.pulls.items():
            vitals[name] += (aim - vitals[name]) * weight
        for name, shift in self.shifts.items():
            vitals[name] += shift * weight

    def _gone(self, second: float) -> float:
        return 1.0 if self.is_over(second) else (second - self.until) / self.fall_s


def begun(given: Airway | Vasovagal | Panic | Drive, second: float) -> Episode:
    """What begins with this input."""
    match given:
        case Airway():
            return _airway(given, second)
        case Vasovagal():
            return _vasovagal(given, second)
        case Panic():
            return _panic(given, second)
        case Drive():
            return _drive(given, second)


def _airway(given: Airway, second: float) -> Episode:
    """SpO2 falls, stays, and comes back."""
    until = second + given.fall_s + given.hold_s
    pulls = {"spo2": given.lowest}
    return Episode(AIRWAY, second, given.fall_s, until, given.recover_s, pulls)


def _vasovagal(given: Vasovagal, second: float) -> Episode:
    """Pulse and pressures fall within half a minute."""
    diastolic = 0.55 * given.systolic + 4
    pulls = {"pulse_rate": given.pulse_rate, "systolic": given.systolic, "diastolic": diastolic}
    return Episode("vasovagal", second, 30, second + 30 + given.for_s, 120, pulls)


def _panic(given: Panic, second: float) -> Episode:
    """Pulse, breathing and pressure rise within two minutes."""
    pulls = {"pulse_rate": given.pulse_rate, "resp_rate": given.resp_rate}
    shifts = {"systolic": given.systolic_rise, "diastolic": given.systolic_rise * 0.5}
    return Episode(PANIC, second, 120, second + 120 + given.for_s, 180, pulls, shifts)


def oxygen(second: float) -> Episode:
    """SpO2 comes most of the way to full within a minute."""
    pulls = {"spo2": _OXYGEN_AIM}
    return Episode(OXYGEN, second, 60, FOREVER, 90, pulls, peak=_OXYGEN_SHARE)


def _drive(given: Drive, second: float) -> Episode:
    """One vital is somebody's to set."""
    return Episode(driven(given.vital), second, given.over_s, FOREVER, 30, {given.vital: given.to})


def driven(vital: str) -> str:
    """The name of what drives this vital."""
    return f"{DRIVE}{vital}"


def labetalol(given: Labetalol, second: float, sensitivity: float) -> Drug:
    """Falls within minutes, fades over hours."""
    most = -_MMHG_PER_DOSE * given.mg / 10 * sensitivity

    def effect(now: float) -> Mapping[str, float]:
        since = max(0.0, now - second)
        share = (1 - math.exp(-since / _LABETALOL_ONSET_S)) * math.exp(-since / _LABETALOL_FADES_S)
        return _less(most * share, pulse=0.4)

    return effect


def clonidine(given: Clonidine, second: float, sensitivity: float) -> Drug:
    """Too late for the peak of an infusion of 40 minutes."""
    most = -_MMHG_PER_DOSE * given.mg / 0.1 * sensitivity

    def effect(now: float) -> Mapping[str, float]:
        since = now - second
        share = 1 / (1 + math.exp((_CLONIDINE_MIDDLE_S - since) / _CLONIDINE_SPREAD_S))
        return _less(most * share, pulse=0.25)

    return effect


def _less(systolic: float, pulse: float) -> Mapping[str, float]:
    return {
        "systolic": systolic,
        "diastolic": systolic * _DIASTOLIC_SHARE,
        "pulse_rate": systolic * pulse,
    }
