"""Every raised occurrence over all sessions: chosen, ordered and cut into pages by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from monitor.domain.facts import AlarmChanged, Fact
from monitor.domain.readings import Instant
from monitor.service.ports import AlarmFilter, AlarmHistory, PastAlarm
from monitor.storage import tables
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.queries import FACT_COLUMNS

_ALARMS, _SESSIONS, _ROOMS, _FACTS = tables.alarms, tables.sessions, tables.rooms, tables.facts
_STAYS = tables.session_stays
_STAYED_IN = (
    select(_STAYS.c.room_id)
    .where(_STAYS.c.session_id == _ALARMS.c.session_id, _STAYS.c.since <= _ALARMS.c.raised_at)
    .order_by(_STAYS.c.key.desc())
    .limit(1)
    .correlate(_ALARMS)
    .scalar_subquery()
)
_ROOM_ID = func.coalesce(_STAYED_IN, _SESSIONS.c.room_id)
"""The room that the session was in when the alarm was raised, not the one it may have moved to since."""
_ORDERS: dict[str, ColumnElement[Any]] = {
    "room": _ROOMS.c.name,
    "patient": _SESSIONS.c.patient,
    "kind": _ALARMS.c.alarm_kind,
    "type": _ALARMS.c.type,
    "priority": case({"low": 1, "medium": 2, "high": 3}, value=_ALARMS.c.priority),
    "onset": _ALARMS.c.onset,
    "raised_at": _ALARMS.c.raised_at,
    "acknowledged_after": _ALARMS.c.acknowledged_at - _ALARMS.c.raised_at,
    "acknowledged_by": _ALARMS.c.acknowledged_by,
    "ended_at": _ALARMS.c.ended_at,
    "state": _ALARMS.c.state,
}


def read_history(
    connection: Connection,
    which: AlarmFilter,
    *,
    order_by: str,
    descending: bool,
    offset: int,
    limit: int,
) -> AlarmHistory:
    """One page. Raises KeyError for an order that there is none of."""
    chosen = _ORDERS[order_by]
    order = chosen.desc() if descending else chosen.asc()
    joined = _ALARMS.outerjoin(_SESSIONS, _SESSIONS.c.id == _ALARMS.c.session_id).outerjoin(
        _ROOMS, _ROOMS.c.id == _ROOM_ID
    )
    query = select(_ALARMS, _ROOMS.c.name, _SESSIONS.c.patient).select_from(joined)
    page = _chosen(query, which).order_by(order.nulls_last(), _ALARMS.c.raised_at.desc())
    count = _chosen(select(func.count()).select_from(joined), which)
    rows = connection.execute(page.offset(offset).limit(limit)).all()
    width = len(_ALARMS.c)
    alarms = [
        (AlarmChanged(**dict(zip(_ALARMS.c.keys(), row[:width], strict=True))), row[width:])
        for row in rows
    ]
    painted = _painted(connection, {alarm.session_id for alarm, _ in alarms})
    changes = _changes(connection, [alarm for alarm, _ in alarms])
    return AlarmHistory(
        connection.execute(count).scalar_one(),
        [
            PastAlarm(
                alarm,
                room or "",
                patient or "",
                painted.get(alarm.alarm_id),
                changes.get(alarm.alarm_id, ()),
            )
            for alarm, (room, patient) in alarms
        ],
    )


def _chosen(query: Select[Any], which: AlarmFilter) -> Select[Any]:
    wanted: list[ColumnElement[bool]] = [_ALARMS.c.raised_at.is_not(None)]
    if which.since is not None:
        wanted.append(_ALARMS.c.raised_at >= which.since)
    if which.until is not None:
        wanted.append(_ALARMS.c.raised_at < which.until)
    equal = {
        _ROOM_ID: which.room_id,
        _ALARMS.c.priority: which.priority,
        _ALARMS.c.type: which.type,
        _ALARMS.c.state: which.state,
    }
    wanted += [column == value for column, value in equal.items() if value is not None]
    return query.where(*wanted)


def _changes(connection: Connection, alarms: Sequence[AlarmChanged]) -> dict[str, list[Fact]]:
    """Alarm to its transitions, in the order of their commit."""
    alarm_id = func.json_extract(_FACTS.c.body, "$.alarm_id")
    query = select(alarm_id, *FACT_COLUMNS).where(
        _FACTS.c.session_id.in_({alarm.session_id for alarm in alarms}),
        _FACTS.c.kind == "alarm_changed",
        alarm_id.in_({alarm.alarm_id for alarm in alarms}),
    )
    found: dict[str, list[Fact]] = defaultdict(list)
    for alarm, *stored in connection.execute(query.order_by(_FACTS.c.id)):
        found[alarm].append(fact_from_row(*stored))
    return found


def _painted(connection: Connection, sessions: set[str]) -> dict[str, Instant]:
    """Alarm to the first moment at which a screen had it in sight, for the alarms of these sessions."""
    alarm = func.json_extract(_FACTS.c.body, "$.alarm_id")
    first = func.min(func.json_extract(_FACTS.c.body, "$.painted_at"))
    shown = select(alarm, first).where(
        _FACTS.c.session_id.in_(sessions), _FACTS.c.kind == "alarm_shown"
    )
    return {found: at for found, at in connection.execute(shown.group_by(alarm)) if at is not None}
