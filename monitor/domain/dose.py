"""The arithmetic of a dose: milligrams, millilitres and pump rate, from weight, dose and concentration."""

from __future__ import annotations

from typing import NamedTuple

from monitor.domain.course import DoseRules
from monitor.domain.entries import Fault

_UNCHANGED = 1e-9
"""Two doses that differ by less are the same number written twice."""

_LEAST, _MOST = 0.001, 100_000
"""Of milligrams, millilitres, and millilitres an hour."""


class Dose(NamedTuple):
    """What is given: ``mg`` over ``minutes``; volume in ml and rate in ml/h where a concentration is known."""

    weight_kg: float | None
    mg_per_kg: float | None
    mg: float
    minutes: float
    concentration_mg_per_ml: float | None
    volume_ml: float | None
    rate_ml_per_h: float | None
    needs_check: bool


class Wanted(NamedTuple):
    """What a person asks for; ``mg`` only where the protocol does not dose by weight."""

    weight_kg: float | None
    mg_per_kg: float | None
    mg: float | None
    minutes: float
    concentration_mg_per_ml: float | None


def work_out(rules: DoseRules | None, wanted: Wanted) -> Dose | Fault:
    """The dose with its arithmetic, or the first reason why it is refused."""
    mg = _milligrams(rules, wanted)
    if isinstance(mg, Fault):
        return mg
    fault = _out_of_rules(rules, wanted.mg_per_kg, mg)
    if fault is not None:
        return fault
    by_pump = rules is None or rules.by_pump
    concentration = wanted.concentration_mg_per_ml if by_pump else None
    volume = None if concentration is None else round(mg / concentration, 3)
    dose = Dose(
        weight_kg=wanted.weight_kg,
        mg_per_kg=wanted.mg_per_kg,
        mg=mg,
        minutes=wanted.minutes,
        concentration_mg_per_ml=concentration,
        volume_ml=volume,
        rate_ml_per_h=None if volume is None else round(volume * 60 / wanted.minutes, 2),
        needs_check=_needs_check(rules, wanted.mg_per_kg, mg),
    )
    return _impossible(dose) or dose


def _impossible(dose: Dose) -> Fault | None:
    """A slip of the keys: what rounds to nothing, or is more than any pump gives."""
    told = (
        ("dose_mg" if dose.mg_per_kg is None else "weight_kg", dose.mg, "mg"),
        ("concentration_mg_per_ml", dose.volume_ml, "ml"),
        ("minutes", dose.rate_ml_per_h, "ml/h"),
    )
    for field, number, unit in told:
        if number is not None and not _LEAST <= number <= _MOST:
            return Fault(field, "out_of_range", f"this would be {number:g} {unit}")
    return None


def agrees(dose_mg: float, checked_mg: float) -> bool:
    """Whether a second operator worked out the same dose: within half a percent, which is rounding."""
    return abs(dose_mg - checked_mg) <= 0.005 * dose_mg + _UNCHANGED


def _milligrams(rules: DoseRules | None, wanted: Wanted) -> float | Fault:
    by_weight = rules is not None and rules.usual_mg_per_kg is not None
    if by_weight and wanted.mg is not None:
        return Fault("dose_mg", "by_weight", "this protocol doses by weight: give mg per kg")
    if wanted.mg is not None:
        if wanted.mg_per_kg is not None:
            return Fault("dose_mg", "contradictory", "give mg, or mg per kg, not both")
        return wanted.mg
    if wanted.mg_per_kg is None:
        field = "dose_mg_per_kg" if by_weight else "dose_mg"
        return Fault(field, "incomplete", "the dose is wanted")
    if wanted.weight_kg is None:
        return Fault("weight_kg", "incomplete", "the weight is wanted for a dose in mg per kg")
    return round(wanted.mg_per_kg * wanted.weight_kg, 3)


def _out_of_rules(rules: DoseRules | None, mg_per_kg: float | None, mg: float) -> Fault | None:
    if rules is None:
        return None
    if rules.doses_mg and mg not in rules.doses_mg:
        listed = ", ".join(f"{known:g}" for known in rules.doses_mg)
        return Fault("dose_mg", "not_a_dose", f"the protocol's doses are {listed} mg")
    most = rules.most_mg_per_kg
    if most is not None and mg_per_kg is not None and mg_per_kg > most + _UNCHANGED:
        message = f"{mg_per_kg:g} mg/kg is more than the {most:g} mg/kg of the protocol"
        return Fault("dose_mg_per_kg", "too_much", message)
    if rules.most_mg is not None and mg > rules.most_mg + _UNCHANGED:
        field = "dose_mg" if mg_per_kg is None else "dose_mg_per_kg"
        message = f"{mg:g} mg is more than the {rules.most_mg:g} mg of the protocol"
        return Fault(field, "too_much", message)
    return None


def _needs_check(rules: DoseRules | None, mg_per_kg: float | None, mg: float) -> bool:
    if rules is None:
        return True
    above_kg, above = rules.second_check_above_mg_per_kg, rules.second_check_above_mg
    if above_kg is not None and mg_per_kg is not None and mg_per_kg > above_kg + _UNCHANGED:
        return True
    return above is not None and mg > above + _UNCHANGED
