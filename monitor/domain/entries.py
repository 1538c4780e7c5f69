"""Values that a person enters: what is impossible, and what is unusual enough to ask once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from monitor.domain.readings import Metric, Rejection, implausible_pressure, implausible_value

_UNUSUAL = {
    "pulse_rate": (40, 150),
    "spo2": (70, 100),
    "systolic": (70, 230),
    "diastolic": (35, 140),
    "resp_rate": (6, 40),
}
"""Source: plausibility proposals after monitor makers' manuals; the pulse is narrower, so that a slip of a digit or a
high systolic pressure in its field is asked about. All of it needs clinical sign-off."""
_PULSE_PRESSURE = (15, 120)
PRESSURE_FIELDS = ("systolic", "diastolic", "mean")


class Fault(NamedTuple):
    """The field that is wrong, a code, and one sentence."""

    field: str
    code: str
    message: str


def impossible(values: Mapping[str, float]) -> Fault | None:
    """The first value that cannot be true, or None. Keys: pulse_rate, spo2, systolic, diastolic, mean."""
    if not values:
        return Fault("pulse_rate", "empty", "at least one value is wanted")
    for metric in (Metric.PULSE_RATE, Metric.SPO2, Metric.RESP_RATE):
        if metric in values and (found := implausible_value(metric, values[metric])):
            return Fault(str(metric), *found)
    if ("systolic" in values) != ("diastolic" in values):
        missing = "diastolic" if "systolic" in values else "systolic"
        return Fault(missing, "incomplete", "systolic and diastolic are entered together")
    return _impossible_pressure(values)


def unusual(values: Mapping[str, float]) -> Fault | None:
    """The first value that is possible but unusual, or None."""
    for field, (low, high) in _UNUSUAL.items():
        if field in values and not low <= values[field] <= high:
            return Fault(field, "unusual", f"{values[field]:g} is unusual: is that right?")
    if "systolic" in values and "diastolic" in values:
        difference = values["systolic"] - values["diastolic"]
        low, high = _PULSE_PRESSURE
        if not low <= difference <= high:
            return Fault(
                "diastolic",
                "unusual",
                f"a difference of {difference:g} mmHg is unusual: is that right?",
            )
    return None


def unlike(
    values: Mapping[str, float],
    measured: Mapping[str, tuple[float, float]],
    apart: Mapping[str, float],
) -> dict[str, tuple[float, float]]:
    """The values that are far from what a device has just measured, with that: a slip of the field, or of a digit.

    ``measured``: lowest and highest of late. ``apart``: how far is far.
    """
    found = {}
    for field, value in values.items():
        if field in measured and field in apart:
            low, high = measured[field]
            if value < low - apart[field] or value > high + apart[field]:
                found[field] = measured[field]
    return found


def _impossible_pressure(values: Mapping[str, float]) -> Fault | None:
    found: Rejection | None = implausible_pressure(
        values.get("systolic"), values.get("diastolic"), values.get("mean")
    )
    if found is None:
        return None
    named = next((f for f in PRESSURE_FIELDS if found.message.startswith(f)), "diastolic")
    return Fault(named, *found)
