"""What is due in a session, and when: cuffs, scores, checks, the end of a phase. Pure."""

from __future__ import annotations

from typing import NamedTuple

from monitor.domain import infusion
from monitor.domain.chart import Chart
from monitor.domain.conditions.overdue import next_cuff_at
from monitor.domain.course import Course, ScoreKind
from monitor.domain.gates import open_checks
from monitor.domain.readings import MINUTE, Instant
from monitor.domain.sessions import Phase, Session

CUFF = "cuff"
SCORE = "score"
CHECKS = "checks"
PHASE_END = "phase_end"
MAY_BE_EARLY_MS = 15 * MINUTE
"""A score that is due once counts when it is taken this long before. Needs clinical sign-off."""


class Task(NamedTuple):
    """Something to be done at ``at``; ``what`` is the score or the phase; ``every_ms`` 0 for what comes once."""

    kind: str
    what: str
    at: Instant
    every_ms: int = 0


def tasks(session: Session, chart: Chart, course: Course) -> list[Task]:
    """What is due in an open session, by time."""
    if session.paper or not session.is_open:
        return []
    found = [
        *_cuff(session, chart, course),
        *_scores(session, chart, course),
        *_checks(session, chart, course),
        *_phase_end(session, chart, course),
    ]
    return sorted(found, key=lambda task: task.at)


def _cuff(session: Session, chart: Chart, course: Course) -> list[Task]:
    every = course.cuff_ms.get(session.phase)
    if every is None:
        return []
    last = max((cuff.at for cuff in chart.cuffs()), default=None)
    return [Task(CUFF, "", next_cuff_at(last, session.phases[-1].at, every), every)]


def _scores(session: Session, chart: Chart, course: Course) -> list[Task]:
    found = []
    for kind in course.scores:
        taken = [at for at, _ in chart.scores(kind.id)]
        again = _again(session, kind, taken)
        due = _once(session, kind, taken) if again is None else again
        if due is not None:
            found.append(due)
    return found


def _again(session: Session, kind: ScoreKind, taken: list[Instant]) -> Task | None:
    every = kind.every_ms.get(session.phase)
    if every is None:
        return None
    began = session.phases[-1].at
    last = max((at for at in taken if at >= began), default=began)
    return Task(SCORE, kind.id, last + every, every)


def _once(session: Session, kind: ScoreKind, taken: list[Instant]) -> Task | None:
    """The earliest one that was not taken; a phase that ended before it was takes it along to the next."""
    for entry in session.phases:
        after = kind.once_ms.get(entry.phase)
        if after is None:
            continue
        due = entry.at + after
        if not any(at >= max(entry.at, due - MAY_BE_EARLY_MS) for at in taken):
            return Task(SCORE, kind.id, due)
    return None


def _checks(session: Session, chart: Chart, course: Course) -> list[Task]:
    """Pre-checks by the end of their phase, discharge checks by the end of observation."""
    phase = {Phase.PRECHECK: "precheck", Phase.OBSERVATION: "discharge"}.get(session.phase)
    if phase is None or not open_checks(chart, course, phase):
        return []
    return [Task(CHECKS, phase, session.phases[-1].at + course.phase_ms.get(session.phase, 0))]


def _phase_end(session: Session, chart: Chart, course: Course) -> list[Task]:
    if session.phase is Phase.INFUSION:
        at = infusion.ends_at(session, chart, course)
        return [] if at is None else [Task(PHASE_END, session.phase, at)]
    length = course.phase_ms.get(session.phase)
    if length is None:
        return []
    return [Task(PHASE_END, session.phase, session.phases[-1].at + length)]
