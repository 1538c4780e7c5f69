"""Sessions, facts and readings of a course for the domain's tests, in minutes from a midnight that means nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from monitor.domain import facts
from monitor.domain.chart import Chart, chart_of
from monitor.domain.course import Course, Criterion
from monitor.domain.discharge import Judged, Record, verdict
from monitor.domain.facts import AlarmChanged, Fact, FactBody
from monitor.domain.readings import MINUTE, Instant, Metric, Reading
from monitor.domain.review.figures import Figures, figures_of
from monitor.domain.review.record import SessionRecord, record_of
from monitor.domain.sessions import Phase, PhaseEntry, Session
from monitor.service.protocols import load_protocols

PROTOCOL = load_protocols()["ketamine_iv"]
COURSE = PROTOCOL.course
SESSION = "s1"
ORDER = (Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION, Phase.DISCHARGED)


def at(minutes: float) -> Instant:
    """A moment."""
    return round(minutes * MINUTE)


def session(*began: float, **more: Any) -> Session:
    """A session whose phases began at these minutes, pre-check first."""
    phases = tuple(PhaseEntry(ORDER[n], at(minutes)) for n, minutes in enumerate(began))
    return Session(SESSION, "r1", "P-1", 80.0, "ketamine_iv", 1, phases, **more)


WHOLE = session(0, 5, 10, 50, 100)
"""Infusion from minute 10 to 50, discharged at minute 100."""


def fact(minutes: float, body: FactBody, by: str = "N-12") -> Fact:
    """A fact of the session."""
    return Fact(at(minutes), by, SESSION, body)


def vitals(
    minutes: float, entry: str = "", *, entered: float | None = None, **values: float
) -> Fact:
    """Values that a person entered, at once or later."""
    body = facts.VitalsEntered(SESSION, entry or f"e{minutes}", at(minutes), values)
    return fact(minutes if entered is None else entered, body)


def score(minutes: float, name: str, value: int, entry: str = "") -> Fact:
    """A score that a person took."""
    body = facts.ScoreEntered(SESSION, entry or f"{name}{minutes}", name, value, at(minutes))
    return fact(minutes, body)


def baseline(**values: float) -> Fact:
    """A confirmed baseline."""
    return fact(0, facts.BaselineConfirmed(SESSION, values))


def measured(metric: Metric, minutes: float, value: float, source: str = "d1") -> Reading:
    """A single value of a device."""
    moment = at(minutes)
    return Reading(metric, moment, moment, moment, source, "ok", False, value)


def pressure(minutes: float, systolic: float, diastolic: float, source: str = "d1") -> Reading:
    """A cuff of a device, or the reading of one that a person entered."""
    moment = at(minutes)
    return Reading(
        Metric.NIBP, moment, moment, moment, source, "ok", False, None, systolic, diastolic
    )


def each_second(metric: Metric, begin: float, end: float, value: float) -> list[Reading]:
    """A living feed from one minute to another, the end left out."""
    seconds = range(round(begin * 60), round(end * 60))
    return [measured(metric, second / 60, value) for second in seconds]


def recorded(
    *known: Fact | Reading,
    of: Session = WHOLE,
    alarms: Sequence[AlarmChanged] = (),
    now: float = 100,
) -> SessionRecord:
    """What is on record of a session, at a moment."""
    return record_of(
        of,
        course=COURSE,
        settings=PROTOCOL.alarms,
        facts=[item for item in known if isinstance(item, Fact)],
        readings=[item for item in known if isinstance(item, Reading)],
        alarms=alarms,
        now=at(now),
    )


def figures(*known: Fact | Reading, **more: Any) -> Figures:
    """The figures of a record."""
    return figures_of(recorded(*known, **more))


def judged(
    criterion: Criterion,
    known: Session,
    chart: Chart,
    minutes: float,
    *,
    course: Course | None = None,
    waiting: int = 0,
) -> Judged:
    """One criterion at a moment."""
    of_course = course or Course(discharge=(criterion,), checks=COURSE.checks)
    (found,) = verdict(Record(known, chart, of_course, waiting, at(minutes))).judged
    return found


def charted(*known: Fact | Reading) -> Chart:
    """The chart of some facts and readings."""
    stated = [item for item in known if isinstance(item, Fact)]
    return chart_of(stated, [item for item in known if isinstance(item, Reading)])


def without_revision(chart: Chart) -> tuple[object, ...]:
    """What a chart says."""
    names: Sequence[str] = [name for name in Chart.__slots__ if name != "revision"]
    return tuple(getattr(chart, name) for name in names)
