"""What the sessions of a time add up to: one query for each kind, none for each session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from monitor.domain.readings import Instant
from monitor.domain.review.clinic import ClinicCounts
from monitor.storage import tables
from monitor.storage.figures import COUNTS

_SESSIONS, _PHASES = tables.sessions, tables.session_phases
_RUNGS, _FACTS = tables.alarm_rungs, tables.facts
_SEVERITIES = ("", "mild", "moderate", "severe")
_STEP_MS = 100


def read_counts(
    connection: Connection, since: Instant, until: Instant, now: Instant
) -> ClinicCounts:
    """The counts of the sessions that began from ``since`` up to ``until``; open ones last until ``now``."""
    began = (_SESSIONS.c.started_at >= since, _SESSIONS.c.started_at < until)
    row = connection.execute(_overview(now).where(*began)).mappings().one()
    return ClinicCounts(
        sessions=row["sessions"],
        cancelled=row["cancelled"] or 0,
        open=row["open"] or 0,
        infusions=row["infusions"] or 0,
        watched_ms=row["watched_ms"] or 0,
        alarms=_alarms(connection, began),
        events=_events(connection, began),
        painted=_painted(connection, began),
        acknowledged=_acknowledged(connection, began),
    )


def _overview(now: Instant) -> Any:
    """Paper sessions count as sessions and infusions, and have no hours of watching."""
    ended_at = func.coalesce(_SESSIONS.c.ended_at, max(now, 0))
    lasted = case((_SESSIONS.c.paper, 0), else_=func.max(0, ended_at - _SESSIONS.c.started_at))
    return select(
        func.count().label("sessions"),
        func.sum(case((_SESSIONS.c.phase == "cancelled", 1), else_=0)).label("cancelled"),
        func.sum(case((_SESSIONS.c.ended_at.is_(None), 1), else_=0)).label("open"),
        func.sum(case((_was_given(), 1), else_=0)).label("infusions"),
        func.sum(lasted).label("watched_ms"),
    ).select_from(_SESSIONS)


def _was_given() -> ColumnElement[bool]:
    infusion = (_PHASES.c.session_id == _SESSIONS.c.id) & (_PHASES.c.phase == "infusion")
    return select(_PHASES.c.key).where(infusion).correlate(_SESSIONS).exists()


def _events(
    connection: Connection, began: Iterable[ColumnElement[bool]]
) -> dict[tuple[str, str], int]:
    """Each session once for an event, with the worst that was told of it; what was voided does not count."""
    voids = _FACTS.alias()
    voided = select(func.json_extract(voids.c.body, "$.entry")).where(
        voids.c.kind == "entry_voided"
    )
    event = func.json_extract(_FACTS.c.body, "$.event")
    severity = func.coalesce(func.json_extract(_FACTS.c.body, "$.severity"), "")
    rank = case({name: place for place, name in enumerate(_SEVERITIES)}, value=severity, else_=0)
    worst = (
        select(event.label("event"), func.max(rank).label("rank"))
        .select_from(_FACTS.join(_SESSIONS, _SESSIONS.c.id == _FACTS.c.session_id))
        .where(_FACTS.c.kind == "event_entered", *began, _was_given())
        .where(func.json_extract(_FACTS.c.body, "$.entry").not_in(voided))
        .group_by(_FACTS.c.session_id, event)
        .subquery()
    )
    counted = select(worst.c.event, worst.c.rank, func.count()).group_by(
        worst.c.event, worst.c.rank
    )
    return {(name, _SEVERITIES[place]): n for name, place, n in connection.execute(counted)}


def _alarms(
    connection: Connection, began: Iterable[ColumnElement[bool]]
) -> dict[tuple[str, str], int]:
    query = (
        select(_RUNGS.c.type, _RUNGS.c.priority, func.count())
        .select_from(_RUNGS.join(_SESSIONS, _SESSIONS.c.id == _RUNGS.c.session_id))
        .where(*began)
        .group_by(_RUNGS.c.type, _RUNGS.c.priority)
    )
    counted = {(kind, priority): n for kind, priority, n in connection.execute(query)}
    return {which: counted.get(which, 0) for which in COUNTS}


def _acknowledged(
    connection: Connection, began: Iterable[ColumnElement[bool]]
) -> dict[str, dict[int, int]]:
    """Of each priority from when it was reached."""
    step = _step(_RUNGS.c.acknowledged_at - _RUNGS.c.since)
    query = (
        select(_RUNGS.c.priority, step, func.count())
        .select_from(_RUNGS.join(_SESSIONS, _SESSIONS.c.id == _RUNGS.c.session_id))
        .where(*began, _RUNGS.c.acknowledged_at.is_not(None))
        .group_by(_RUNGS.c.priority, step)
    )
    return _histograms(connection.execute(query))


def _painted(
    connection: Connection, began: Iterable[ColumnElement[bool]]
) -> dict[str, dict[int, int]]:
    """By the first screen that had an alarm in sight, of the priority that it was raised with."""
    alarm = func.json_extract(_FACTS.c.body, "$.alarm_id")
    painted_at = func.json_extract(_FACTS.c.body, "$.painted_at")
    first = (
        select(alarm.label("alarm_id"), func.min(painted_at).label("at"))
        .select_from(_FACTS.join(_SESSIONS, _SESSIONS.c.id == _FACTS.c.session_id))
        .where(_FACTS.c.kind == "alarm_shown", *began)
        .group_by(alarm)
        .subquery()
    )
    earlier = _RUNGS.alias()
    is_first = (
        ~select(earlier.c.alarm_id)
        .where(earlier.c.alarm_id == _RUNGS.c.alarm_id, earlier.c.since < _RUNGS.c.since)
        .exists()
    )
    step = _step(first.c.at - _RUNGS.c.since)
    query = (
        select(_RUNGS.c.priority, step, func.count())
        .select_from(first.join(_RUNGS, _RUNGS.c.alarm_id == first.c.alarm_id))
        .where(first.c.at.is_not(None), is_first)
        .group_by(_RUNGS.c.priority, step)
    )
    return _histograms(connection.execute(query))


def _step(took: ColumnElement[Any]) -> ColumnElement[Any]:
    """A length in whole steps; one below 0, which two clocks can make, is none."""
    return func.max(0, took) // _STEP_MS * _STEP_MS


def _histograms(rows: Iterable[Any]) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for priority, step, n in rows:
        found[priority][int(step)] = found[priority].get(int(step), 0) + n
    return dict(found)
