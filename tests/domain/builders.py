"""Readings and settings for the domain's tests, in seconds from a zero that means nothing."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.alarm_system import AlarmSystem, SessionChange
from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import SECOND, Metric, Reading
from monitor.domain.session_alarms import SessionAlarms
from monitor.domain.session_state import SessionState
from monitor.service.protocols import load_protocols

KETAMINE = load_protocols()["ketamine_iv"].alarms
SESSION = "s1"
DEVICE = "d1"


def reading(
    metric: Metric,
    at_s: float,
    value: float | None,
    *,
    arrives_s: float | None = None,
    source: str = DEVICE,
    status: str | None = None,
) -> Reading:
    """A single value measured at ``at_s`` that arrives 10 ms later, or at ``arrives_s``."""
    at = round(at_s * SECOND)
    received_at = at + 10 if arrives_s is None else round(arrives_s * SECOND)
    shown = status or ("ok" if value is not None else "no_signal")
    return Reading(metric, at, at, received_at, source, shown, received_at - at > 30_000, value)


def spo2(at_s: float, value: float | None, **more: object) -> Reading:
    """One SpO2 reading."""
    return reading(Metric.SPO2, at_s, value, **more)  # type: ignore[arg-type]


def pulse(at_s: float, value: float | None, **more: object) -> Reading:
    """One pulse reading."""
    return reading(Metric.PULSE_RATE, at_s, value, **more)  # type: ignore[arg-type]


def cuff(
    at_s: float,
    systolic: float | None,
    diastolic: float | None,
    mean: float | None = None,
    *,
    arrives_s: float | None = None,
    source: str = DEVICE,
    status: str = "ok",
) -> Reading:
    """One cuff reading."""
    at = round(at_s * SECOND)
    received_at = at + 10 if arrives_s is None else round(arrives_s * SECOND)
    late = received_at - at > 30_000
    return Reading(
        Metric.NIBP, at, at, received_at, source, status, late, None, systolic, diastolic, mean
    )


class Bed:
    """One watched session with a device in its room; collects what changed."""

    def __init__(self, settings: AlarmSettings = KETAMINE, *, device: bool = True) -> None:
        self.system = AlarmSystem()
        self.alarms: SessionAlarms = self.system.watch(settings, SessionState(SESSION, 0))
        self.changes: list[SessionChange] = []
        if device:
            self.alarms.expect(DEVICE, None, 0)

    def observe(self, *readings: Reading) -> Bed:
        """Readings of one frame arrive."""
        self.system.observe(SESSION, readings, readings[0].received_at)
        return self.collect()

    def stream(
        self, values: Sequence[float | None], *, start_s: float = 0, pulse_rate: float = 80
    ) -> Bed:
        """SpO2 at 1 Hz with a steady pulse beside it; None is "no value" of the whole probe."""
        for second, value in enumerate(values):
            at_s = start_s + second
            shown = None if value is None else pulse_rate
            self.observe(pulse(at_s, shown), spo2(at_s, value))
        return self

    def tick(self, at_s: float) -> Bed:
        """Time passes and nothing arrives."""
        self.system.tick(round(at_s * SECOND))
        return self.collect()

    def acknowledge(self, alarm_id: str, at_s: float, by: str = "N-12") -> bool:
        """An operator acknowledges."""
        changed = self.system.acknowledge(alarm_id, by, None, round(at_s * SECOND))
        self.collect()
        return changed

    def collect(self) -> Bed:
        """Keep what changed."""
        self.changes += self.system.take_changes()
        return self

    def raised(self, kind: str | None = None) -> list[str]:
        """Ids of the occurrences raised so far, of one kind or all, in order."""
        return [
            known.change.occurrence.id
            for known in self.changes
            if known.change.event == "delay_ended"
            and (kind is None or known.change.occurrence.kind == kind)
        ]

    def events(self, alarm_id: str) -> list[str]:
        """What happened to one occurrence, but for what waiting alone brings."""
        return [
            event for event in self.all_events(alarm_id) if event not in {"unanswered", "reminded"}
        ]

    def all_events(self, alarm_id: str) -> list[str]:
        """Everything that happened to one occurrence."""
        return [
            str(known.change.event)
            for known in self.changes
            if known.change.occurrence.id == alarm_id
        ]

    def last(self, alarm_id: str) -> SessionChange:
        """The newest change of one occurrence."""
        return next(c for c in reversed(self.changes) if c.change.occurrence.id == alarm_id)
