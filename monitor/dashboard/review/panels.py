"""The panels of the review's trace: which there are, where they stand, and what each of them shows at least. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from monitor.dashboard.review.channels import Recorded
from monitor.domain.readings import Metric

ALWAYS = (Metric.NIBP, Metric.PULSE_RATE, Metric.SPO2)
"""A panel stands there without a value too: that nothing was measured is to be seen."""
WHERE_MEASURED = (Metric.RESP_RATE, Metric.TEMPERATURE)
UNITS = {
    Metric.NIBP: "mmHg",
    Metric.PULSE_RATE: "/min",
    Metric.SPO2: "%",
    Metric.RESP_RATE: "/min",
    Metric.TEMPERATURE: "°C",
}
BOTTOM = 0.105
"""The part of the height below the panels: the numbers of the time axis, the strip of alarms and the marks."""
_GAP = 0.045
_SHARES = {
    Metric.NIBP: 1.9,
    Metric.PULSE_RATE: 1.0,
    Metric.SPO2: 0.9,
    Metric.RESP_RATE: 0.7,
    Metric.TEMPERATURE: 0.6,
}
_USUAL = {
    Metric.NIBP: (60.0, 195.0, 4.0),
    Metric.PULSE_RATE: (48.0, 128.0, 3.0),
    Metric.SPO2: (85.0, 101.0, 1.0),
    Metric.RESP_RATE: (4.0, 28.0, 1.0),
    Metric.TEMPERATURE: (35.5, 38.5, 0.2),
}
"""The range that is always shown, and the room beyond a value that lies outside it."""


class Panel(NamedTuple):
    """One metric's part of the figure. ``axis``: as Plotly names it; ``domain`` is its part of the height."""

    metric: Metric
    axis: str
    domain: tuple[float, float]
    range: tuple[float, float]

    @property
    def layout_name(self) -> str:
        """The axis as the layout has it: ``y2`` is ``yaxis2`` there."""
        return self.axis.replace("y", "yaxis")


def panels(recorded: Recorded) -> list[Panel]:
    """From the top down."""
    measured = {channel.metric for channel in recorded.channels}
    measured |= {Metric(spot.metric) for spot in recorded.spots}
    metrics = [*ALWAYS, *(metric for metric in WHERE_MEASURED if metric in measured)]
    height = 1 - BOTTOM - _GAP * (len(metrics) - 1)
    whole = sum(_SHARES[metric] for metric in metrics)
    found, top = [], 1.0
    for place, metric in enumerate(metrics):
        low = top - height * _SHARES[metric] / whole
        axis = "y" if place == 0 else f"y{place + 1}"
        found.append(Panel(metric, axis, (max(low, 0), top), _range(recorded, metric)))
        top = low - _GAP
    return found


def _range(recorded: Recorded, metric: Metric) -> tuple[float, float]:
    """The usual range, widened by every value: none is ever out of sight."""
    low, high, beyond = _USUAL[metric]
    values = list(_ends(recorded, metric))
    if not values:
        return low, high
    least, most = min(values), max(values)
    return (
        low if least >= low else least - beyond,
        high if most <= high else most + beyond,
    )


def _ends(recorded: Recorded, metric: Metric) -> Iterable[float]:
    if metric is Metric.NIBP:
        for cuff in recorded.cuffs:
            parts = (cuff.systolic, cuff.diastolic, cuff.mean)
            yield from (part for part in parts if part is not None)
    yield from (
        spot.value for spot in recorded.spots if spot.metric == metric and spot.value is not None
    )
    for channel in recorded.channels:
        if channel.metric is metric and not np.isnan(channel.values).all():
            yield float(np.nanmin(channel.values))
            yield float(np.nanmax(channel.values))
