"""What a change of an alarm changes in the tables of alarms and of the priorities that they reached.

On the way of every alarm to its screens, so these statements are made once.
"""

from __future__ import annotations

import json
from dataclasses import fields

from sqlalchemy import BindParameter, Connection, bindparam, case, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql.dml import Insert, Update

from monitor.domain.facts import AlarmChanged, Fact
from monitor.storage.statements import Prepared
from monitor.storage.tables import alarm_rungs, alarms

_NAMES = tuple(known.name for known in fields(AlarmChanged))
_ALARM: BindParameter[str] = bindparam("alarm")
_ANSWERED_AT: BindParameter[int | None] = bindparam("answered_at")


def _reached() -> Insert:
    """A priority that is reached; the first one since the raising."""
    rungs = alarm_rungs
    known = select(rungs.c.alarm_id).where(rungs.c.alarm_id == _ALARM).exists()
    at: BindParameter[int] = bindparam("at")
    since = case((known, at), else_=bindparam("raised"))
    given: list[BindParameter[str]] = [bindparam(name) for name in ("rung", "session", "sort")]
    names = ["alarm_id", "priority", "session_id", "type", "since"]
    row = select(_ALARM, *given, since)
    return upsert(rungs).from_select(names, row).on_conflict_do_nothing()


def _answered() -> Update:
    """An answer to all that are reached; before the newest state is put down."""
    rungs = alarm_rungs
    before = select(alarms.c.acknowledged_at).where(alarms.c.alarm_id == _ALARM).scalar_subquery()
    unanswered = rungs.c.acknowledged_at.is_(None)
    is_news = before.is_distinct_from(_ANSWERED_AT)
    mine = update(rungs).where(rungs.c.alarm_id == _ALARM, unanswered, is_news)
    return mine.values(acknowledged_at=_ANSWERED_AT)


def _newest() -> Insert:
    """How the alarm stands now."""
    stand = upsert(alarms)
    changed = {name: stand.excluded[name] for name in _NAMES if name != "alarm_id"}
    return stand.on_conflict_do_update(index_elements=["alarm_id"], set_=changed)


_REACHED, _ANSWERED, _NEWEST = map(Prepared, (_reached(), _answered(), _newest()))


def project_alarm(connection: Connection, body: AlarmChanged, fact: Fact) -> None:
    """Bring both tables up to date."""
    values = {name: getattr(body, name) for name in _NAMES}
    values["reason_values"] = json.dumps(body.reason_values)
    if body.raised_at is not None:
        rung = {"alarm": body.alarm_id, "rung": body.priority, "sort": body.type}
        told = {"session": body.session_id, "at": fact.at, "raised": body.raised_at}
        _REACHED.execute(connection, rung | told)
        answer = {"alarm": body.alarm_id, "answered_at": body.acknowledged_at}
        _ANSWERED.execute(connection, answer)
    _NEWEST.execute(connection, values)
