"""A session's whole record, as a review looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.domain.chart import Chart, chart_of
from monitor.domain.course import Course
from monitor.domain.facts import AlarmChanged, Fact
from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import MANUAL_SOURCE, Instant, Metric, Reading
from monitor.domain.review.alarm_life import AlarmLife, lives_of
from monitor.domain.sessions import Session

CONTINUOUS = (Metric.PULSE_RATE, Metric.SPO2, Metric.RESP_RATE, Metric.TEMPERATURE)


class Value(NamedTuple):
    """One value of a continuous metric; ``source`` is a device, or ``manual``."""

    at: Instant
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """All of one session. ``values`` leaves out what is no value, and the entries that were voided; by time.

    ``alarms`` are the raised occurrences. ``now`` ends a session that is still open.
    """

    session: Session
    course: Course
    settings: AlarmSettings
    facts: Sequence[Fact]
    chart: Chart
    values: dict[Metric, list[Value]]
    alarms: Sequence[AlarmLife]
    now: Instant

    @property
    def until(self) -> Instant:
        """Where the record ends: with the session, or now."""
        return self.now if self.session.ended_at is None else self.session.ended_at


def record_of(
    session: Session,
    *,
    course: Course,
    settings: AlarmSettings,
    facts: Sequence[Fact],
    readings: Sequence[Reading],
    alarms: Sequence[AlarmChanged],
    now: Instant,
) -> SessionRecord:
    """The record, from what is stored of a session: its facts in the order of their commit, readings in any.

    ``alarms`` are all occurrences in their newest state.
    """
    chart = chart_of(facts, readings)
    raised = lives_of(alarms, facts)
    values = _values(chart, readings)
    return SessionRecord(session, course, settings, facts, chart, values, raised, now)


def _values(chart: Chart, readings: Sequence[Reading]) -> dict[Metric, list[Value]]:
    """What staff entered comes from the entries, of which voided ones do not count."""
    found: dict[Metric, list[Value]] = {metric: [] for metric in CONTINUOUS}
    for reading in readings:
        of_metric = found.get(reading.metric)
        if of_metric is not None and reading.value is not None and reading.source != MANUAL_SOURCE:
            of_metric.append(Value(reading.at, reading.value, reading.source))
    for metric, of_metric in found.items():
        of_metric += [Value(at, value, MANUAL_SOURCE) for at, value in chart.spots(metric)]
        of_metric.sort()
    return found
