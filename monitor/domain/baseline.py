"""The patient's resting values, computed from what was measured before the infusion."""

from __future__ import annotations

from statistics import median

from monitor.domain import infusion
from monitor.domain.chart import Chart
from monitor.domain.readings import MINUTE, Instant, Metric
from monitor.domain.sessions import Session

MOST_CUFFS = 3
"""The median of the newest three: one bad cuff does not move it. Needs clinical sign-off."""
MOST_MINUTES = 10
CONTINUOUS = (Metric.PULSE_RATE, Metric.SPO2)


def suggested(session: Session, chart: Chart, now: Instant) -> dict[str, float]:
    """Systolic, diastolic, pulse_rate and spo2 as far as they were measured at rest, rounded to whole units."""
    until = infusion.began_at(session) or now + 1
    cuffs = [c for c in chart.cuffs() if c.at < until and c.systolic is not None][-MOST_CUFFS:]
    found = {}
    if cuffs:
        found["systolic"] = median(c.systolic for c in cuffs if c.systolic is not None)
        found["diastolic"] = median(c.diastolic for c in cuffs if c.diastolic is not None)
    for metric in CONTINUOUS:
        values = _resting(chart, str(metric), until)
        if values:
            found[str(metric)] = median(values)
    return {name: float(round(value)) for name, value in found.items()}


def _resting(chart: Chart, metric: str, until: Instant) -> list[float]:
    """Minute means of devices; where there are none, what staff entered."""
    minutes = sorted(
        (minute, band)
        for minute, band in chart.minutes.get(metric, {}).items()
        if minute < until // MINUTE
    )[-MOST_MINUTES:]
    means = [band.total / band.number for _, band in minutes]
    return means or [value for at, value in chart.spots(metric) if at < until][-MOST_CUFFS:]
