"""What follows from the charts of sessions: what is due, and whether the patient may leave."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.domain import discharge, schedule
from monitor.domain.conditions import overdue
from monitor.domain.conditions.overdue import Agendum
from monitor.domain.course import Course
from monitor.domain.discharge import Record
from monitor.domain.readings import Instant
from monitor.domain.sessions import Phase, Session
from monitor.service.ward import Ward


def settle(ward: Ward, now: Instant) -> None:
    """Bring the agenda of every session whose chart has changed up to date."""
    changed, ward.changed_charts = ward.changed_charts, {}
    for session_id in changed:
        session = ward.sessions.get(session_id)
        alarms = ward.alarms.session(session_id)
        if session is None or alarms is None:
            continue
        course = ward.protocol_of(session).course
        agenda = agenda_of(session, course, tasks(ward, session))
        if agenda != alarms.state.agenda:
            ward.alarms.touch(session_id)
            alarms.set_agenda(agenda, now)
            ward.must_checkpoint[session_id] = None
        ward.outbox.rooms[session.room_id] = None


def tasks(ward: Ward, session: Session) -> list[schedule.Task]:
    """What is due in a session: made anew only when session or chart have changed, as it is asked for each second."""
    chart, known = ward.chart(session), ward.tasks.get(session.id)
    if known is None or known[0] is not session or known[1] != chart.revision:
        made = schedule.tasks(session, chart, ward.protocol_of(session).course)
        known = ward.tasks[session.id] = (session, chart.revision, made)
    return known[2]


def record(ward: Ward, session: Session, now: Instant) -> Record:
    """What the gates and the verdict go by."""
    alarms, protocol = ward.alarms.session(session.id), ward.protocol_of(session)
    waiting = () if alarms is None else alarms.signals()
    every_ms = protocol.course.cuff_ms.get(Phase.OBSERVATION)
    may_be_old = (
        {}
        if every_ms is None
        else {"cuff_may_be_old_ms": every_ms + protocol.alarms.overdue_grace_ms}
    )
    return Record(
        session=session,
        chart=ward.chart(session),
        course=protocol.course,
        waiting=sum(known.state in ("active", "latched") for known in waiting),
        now=now,
        **may_be_old,
    )


def verdict(ward: Ward, session: Session, now: Instant) -> discharge.Verdict | None:
    """Whether the patient may leave; None outside observation."""
    if session.phase is not Phase.OBSERVATION:
        return None
    return discharge.verdict(record(ward, session, now))


def agenda_of(session: Session, course: Course, due: Iterable[schedule.Task]) -> list[Agendum]:
    """What of it the alarm system must know; the cuff it knows itself."""
    timed = session.phase in course.phase_ms
    words = {schedule.CHECKS: overdue.CHECKS, schedule.PHASE_END: overdue.INFUSION_END}
    return [
        Agendum(words.get(task.kind, task.what), task.at, task.every_ms)
        for task in due
        if task.kind == schedule.SCORE
        or (task.kind == schedule.CHECKS and timed)
        or (task.kind == schedule.PHASE_END and task.what == Phase.INFUSION)
    ]
