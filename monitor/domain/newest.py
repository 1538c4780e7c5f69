"""What devices measured last in a session. Pure."""

from __future__ import annotations

from monitor.domain.chart import Chart
from monitor.domain.readings import Instant

Span = tuple[float, float]
"""Lowest and highest value."""


def measured(chart: Chart, at: Instant, within_ms: int) -> dict[str, Span]:
    """Metric or component to what devices measured last before a moment, and not longer before it than that.

    Of a continuous metric its last minute; ``systolic`` and ``diastolic`` of the newest cuff.
    """
    found: dict[str, Span] = {}
    for metric, minutes in chart.minutes.items():
        near = [band for band in minutes.values() if at - within_ms <= band.last <= at]
        if near:
            newest = max(near, key=lambda band: band.last)
            found[metric] = (newest.low, newest.high)
    cuffs = [cuff for cuff in chart.device_cuffs if at - within_ms <= cuff.at <= at]
    last = max(cuffs, key=lambda cuff: cuff.at, default=None)
    if last is not None and last.systolic is not None and last.diastolic is not None:
        found["systolic"] = (last.systolic, last.systolic)
        found["diastolic"] = (last.diastolic, last.diastolic)
    return found
