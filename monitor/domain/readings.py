"""Readings: what one measured value is, and which values cannot be true (hard ranges after monitor makers' manuals)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

Instant = int
"""A moment as milliseconds since the Unix epoch, UTC."""
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

MANUAL_SOURCE = "manual"
"""The source id of values that a person read and entered; every other source id is a device's."""
MANUAL_MAY_BE_OLD_MS = 15 * MINUTE
"""A value read by a person may be this old and still raise; an older one is late data."""


class Metric(StrEnum):
    """What is measured; the unit is part of the metric (see UNITS)."""

    PULSE_RATE = "pulse_rate"
    SPO2 = "spo2"
    NIBP = "nibp"
    RESP_RATE = "resp_rate"
    TEMPERATURE = "temperature"


UNITS = {
    Metric.PULSE_RATE: "/min",
    Metric.SPO2: "%",
    Metric.NIBP: "mm[Hg]",
    Metric.RESP_RATE: "/min",
    Metric.TEMPERATURE: "Cel",
}
"""UCUM units."""


class Reading(NamedTuple):
    """One measured value.

    ``measured_at`` is the device's clock as sent, ``at`` the same moment by the gateway's clock (corrected by the
    connection's offset), ``received_at`` the arrival. ``value`` is None for "no value" and for a cuff; a cuff has
    ``systolic``, ``diastolic`` and ``mean`` in mmHg, the first two None where only a mean was measured.
    """

    metric: Metric
    measured_at: Instant
    at: Instant
    received_at: Instant
    source: str
    status: str
    late: bool
    value: float | None
    systolic: float | None = None
    diastolic: float | None = None
    mean: float | None = None

    @property
    def has_value(self) -> bool:
        """Whether anything was measured at all."""
        return self.value is not None or self.systolic is not None or self.mean is not None


RejectionCode = Literal["out_of_range", "contradictory", "unknown_metric", "future_time", "too_old"]


class Rejection(NamedTuple):
    """Why a reading cannot be true: a code of the device contract and one sentence."""

    code: RejectionCode
    message: str


HARD_RANGES = {
    "pulse_rate": (20, 300),
    "spo2": (1, 100),
    "systolic": (30, 280),
    "diastolic": (10, 220),
    "mean": (15, 250),
    "resp_rate": (0, 80),
    "temperature": (25, 45),
}
_SENTINELS = frozenset({-1.0, -99.9, -100.0, -999.0, 8388607.0})
_ZERO_IS_A_VALUE = frozenset({Metric.RESP_RATE, Metric.TEMPERATURE})


def is_sentinel(metric: Metric, value: float) -> bool:
    """Whether a number is one that devices send instead of "no value" (device contract, "No value")."""
    if value == 0:
        return metric not in _ZERO_IS_A_VALUE
    return value in _SENTINELS or (value == 127 and metric is Metric.SPO2)


def implausible_value(metric: Metric, value: float) -> Rejection | None:
    """The reason a single value is outside its hard range, or None."""
    low, high = HARD_RANGES[metric]
    if low <= value <= high:
        return None
    return Rejection(
        "out_of_range", f"{metric} {value:g} is outside {low} to {high} {UNITS[metric]}"
    )


def implausible_pressure(
    systolic: float | None, diastolic: float | None, mean: float | None
) -> Rejection | None:
    """The reason a cuff reading cannot be true, or None."""
    named = (("systolic", systolic), ("diastolic", diastolic), ("mean", mean))
    for name, value in named:
        low, high = HARD_RANGES[name]
        if value is not None and not low <= value <= high:
            return Rejection("out_of_range", f"{name} {value:g} is outside {low} to {high} mmHg")
    if systolic is None or diastolic is None:
        return None
    if diastolic >= systolic:
        return Rejection("contradictory", f"diastolic {diastolic:g} >= systolic {systolic:g}")
    if mean is not None and not diastolic <= mean <= systolic:
        return Rejection(
            "contradictory", f"mean {mean:g} is not between {diastolic:g} and {systolic:g}"
        )
    return None
