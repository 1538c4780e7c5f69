"""How fast something grows, and how fast it may at most be growing: least squares with a one-sided bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
_MOST_ALIKE = 0.99
"""Residuals more alike than this leave next to nothing to tell a slope by; the bound is finite all the same."""
_STEPS = 20_001
_ROUNDING = 1e-9

Floats = NDArray[np.float64]


class Slope(NamedTuple):
    """Growth per hour: the fitted line's, and the two one-sided 95 % bounds. ``first`` and ``last`` lie on the line."""

    per_hour: float
    lower: float
    upper: float
    first: float
    last: float
    samples: int


def slope(hours: Sequence[float], values: Sequence[float]) -> Slope:
    """Fit a line through samples taken at ``hours``.

    Memory goes in steps and stays, so that samples close together tell the same thing twice. Their residuals' likeness
    from one sample to the next (lag-1 autocorrelation r, where positive) widens the bound by sqrt((1+r)/(1-r)): a plain
    least-squares bound would promise too much. Raises ValueError on fewer than three samples or a single moment.
    """
    x, y = np.asarray(hours, np.float64), np.asarray(values, np.float64)
    if len(x) < 3 or len(x) != len(y) or np.ptp(x) <= 0:
        raise ValueError("a slope needs three samples and a length of time")
    from_middle = x - x.mean()
    spread = float(from_middle @ from_middle)
    steepness = float(from_middle @ (y - y.mean())) / spread
    residuals = y - y.mean() - steepness * from_middle
    freedom = len(x) - 2
    error = float(np.sqrt(residuals @ residuals / freedom / spread))
    wide = student_t(CONFIDENCE, freedom) * error * _widening(residuals, float(np.abs(y).max()))
    line = y.mean() + steepness * from_middle[[0, -1]]
    return Slope(
        steepness, steepness - wide, steepness + wide, float(line[0]), float(line[1]), len(x)
    )


def student_t(probability: float, freedom: int) -> float:
    """The quantile of Student's t for a probability from 0.5 on.

    With t = sqrt(freedom) tan(angle) the density becomes cos(angle) ** (freedom - 1) on a quarter turn, which is summed
    numerically: no table ends at some count, and nothing but numpy is needed.
    """
    angles = np.linspace(0, np.pi / 2, _STEPS)
    density = np.cos(angles) ** (freedom - 1)
    sums = np.concatenate(([0.0], np.cumsum(density[1:] + density[:-1])))
    angle = np.interp(2 * probability - 1, sums / sums[-1], angles)
    return float(np.sqrt(freedom) * np.tan(angle))


def _widening(residuals: Floats, size: float) -> float:
    power = float(residuals @ residuals)
    if power <= len(residuals) * (size * _ROUNDING) ** 2:
        # A straight line: what is left is how numbers are rounded.
        return 1.0
    alike = min(_MOST_ALIKE, max(0.0, float(residuals[1:] @ residuals[:-1]) / power))
    return float(np.sqrt((1 + alike) / (1 - alike)))
