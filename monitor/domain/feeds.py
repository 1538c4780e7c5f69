"""What has come from one source lately: when each metric last had a value, and since when it has none."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.domain.limits import MissingLadder
from monitor.domain.readings import SECOND, Instant, Metric

CONTINUOUS = (Metric.PULSE_RATE, Metric.SPO2)
"""Metrics that come continuously from a device that does not say otherwise."""
DEFAULT_INTERVALS = {str(metric): 1.0 for metric in CONTINUOUS}
OXIMETER = "oximeter"


def live_ms(interval_ms: int, ladder: MissingLadder) -> int:
    """How long a value is a live one where values usually come at this interval; longer ones widen it up to a limit."""
    return ladder.stale_ms + _allowance_ms(interval_ms, ladder)


def _allowance_ms(interval_ms: int, ladder: MissingLadder) -> int:
    return max(0, min(interval_ms, ladder.longest_interval_ms) - SECOND)


def interval_ms_of(metric: Metric, seconds: float) -> int | None:
    """A usual interval as a device names it; None for a pressure, which is a spot value however often it comes."""
    return None if metric is Metric.NIBP else round(seconds * SECOND)


def unnamed_interval_ms(metric: Metric) -> int | None:
    """The same of a metric that came without having been named."""
    return SECOND if metric in CONTINUOUS else None


def sensor_of(metric: Metric) -> str:
    """Which sensor measures it: one probe gives pulse and SpO2, so one pulled probe is one cause."""
    return OXIMETER if metric in CONTINUOUS else str(metric)


@dataclass(slots=True)
class Vital:
    """One metric of one feed. ``arrived_at`` is when the newest timely reading came (or when watching began)."""

    metric: Metric
    arrived_at: Instant
    interval_ms: int | None
    """None for a spot value, which cannot be silent."""
    newest_at: Instant = -(2**62)
    """When the newest reading was measured, by the gateway's clock."""
    ever_arrived: bool = False
    valueless_since: Instant | None = None
    status: str = ""
    """Why there is no value: a status of the device feed or the code of a rejection."""

    def lost_since(self, now: Instant, ladder: MissingLadder) -> Instant | None:
        """Since when there has been no value, or None while the value is live."""
        if self.valueless_since is not None:
            return self.valueless_since
        if now - self.arrived_at < ladder.stale_ms:
            return None
        return self.arrived_at if now >= self.stale_at(ladder) else None

    def allowance_ms(self, ladder: MissingLadder) -> int:
        """How much longer than a 1 Hz metric this one may take to come, for a longer usual interval."""
        return 0 if self.interval_ms is None else _allowance_ms(self.interval_ms, ladder)

    def stale_at(self, ladder: MissingLadder) -> Instant:
        """When the newest value is no longer a live one."""
        if self.interval_ms is None:
            return 2**62
        return self.arrived_at + live_ms(self.interval_ms, ladder)


@dataclass(slots=True)
class Feed:
    """One source in one session: a device that stands in the room."""

    source: str
    vitals: dict[str, Vital] = field(default_factory=dict)
    offset_ms: int = 0
    offset_since: Instant | None = None
    offset_told: int | None = None
    """The offset of the newest ``ClockCompared``."""

    def expect(self, intervals: dict[str, float], now: Instant) -> None:
        """Watch for the metrics the device says it sends.

        What it does not name is no longer expected if nothing of it ever came; otherwise it is watched on, because
        only a value may end what its absence has begun.
        """
        wanted = {name: interval for name, interval in intervals.items() if name in _KNOWN}
        for name, known in list(self.vitals.items()):
            if name not in wanted and not known.ever_arrived and known.valueless_since is None:
                del self.vitals[name]
        for name, interval in wanted.items():
            vital = self.vitals.setdefault(name, Vital(Metric(name), now, None))
            vital.interval_ms = interval_ms_of(vital.metric, interval)


_KNOWN = frozenset(str(metric) for metric in Metric)
