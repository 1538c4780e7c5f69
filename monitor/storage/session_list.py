"""Sessions with their figures as a list: chosen, ordered and cut into pages by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, RowMapping, Select, case, func, select

from monitor.domain.sessions import Phase
from monitor.domain.sign_off import SignOff
from monitor.service.review_ports import (
    Alarmed,
    SessionFigures,
    SessionFilter,
    SessionPage,
    SessionRow,
)
from monitor.storage import tables
from monitor.storage.figures import COUNTS
from monitor.storage.queries import number_in_series, numbered_in_series
from monitor.storage.scarce import few_values

_SESSIONS, _FIGURES, _ROOMS = tables.sessions, tables.session_figures, tables.rooms

STATE: ColumnElement[str] = case(
    (_SESSIONS.c.ended_at.is_(None), SignOff.OPEN.value),
    (_FIGURES.c.signed_batch.is_(None), SignOff.UNSIGNED.value),
    # What was committed together with the signature had not been seen by who signed.
    (_FIGURES.c.changed_batch >= _FIGURES.c.signed_batch, SignOff.CHANGED.value),
    else_=SignOff.SIGNED.value,
)
_NUMBERS = 1_000_000
"""More than there are alarms of a priority in one session."""


def _worst_first(kind: str) -> ColumnElement[int]:
    high, medium, low = (_FIGURES.c[f"{kind}_{name}"] for name in ("high", "medium", "low"))
    return (high * _NUMBERS + medium) * _NUMBERS + low


_PHYSIOLOGICAL, _TECHNICAL = _worst_first("physiological"), _worst_first("technical")
_ALARMED: dict[Alarmed, ColumnElement[bool]] = {
    Alarmed.HIGH: _FIGURES.c.physiological_high > 0,
    Alarmed.MEDIUM: _FIGURES.c.physiological_high + _FIGURES.c.physiological_medium > 0,
    Alarmed.PATIENT: _PHYSIOLOGICAL > 0,
    Alarmed.TECHNICAL: _TECHNICAL > 0,
    Alarmed.NONE: _PHYSIOLOGICAL + _TECHNICAL == 0,
}
_PHASES = {phase.value: place for place, phase in enumerate(Phase)}
_STATES = {state.value: place for place, state in enumerate(SignOff)}
_NUMBER = number_in_series()
_NUMBERED = numbered_in_series().subquery("numbered")
_ORDERS: dict[str, ColumnElement[Any]] = {
    "started_at": _SESSIONS.c.started_at,
    "ended_at": _SESSIONS.c.ended_at,
    "patient": _SESSIONS.c.patient,
    "room": _ROOMS.c.name,
    "protocol": _SESSIONS.c.protocol,
    "number": _NUMBERED.c.number,
    "phase": case(_PHASES, value=_SESSIONS.c.phase),
    "baseline": _FIGURES.c.baseline_systolic,
    "peak": _FIGURES.c.peak_systolic,
    "lowest_spo2": _FIGURES.c.lowest_spo2,
    "physiological": _PHYSIOLOGICAL,
    "technical": _TECHNICAL,
    "state": case(_STATES, value=STATE),
    "signed_at": _FIGURES.c.signed_at,
}
_JOINED = _SESSIONS.join(_FIGURES, _FIGURES.c.session == _SESSIONS.c.key).outerjoin(
    _ROOMS, _ROOMS.c.id == _SESSIONS.c.room_id
)
_DETAILS = select(
    _SESSIONS.c.id,
    _SESSIONS.c.patient,
    _SESSIONS.c.protocol,
    _SESSIONS.c.started_at,
    _SESSIONS.c.ended_at,
    _SESSIONS.c.phase,
    _ROOMS.c.name.label("room"),
    _NUMBER.label("number"),
    STATE.label("state"),
    _FIGURES,
).select_from(_JOINED)


def read_page(
    connection: Connection,
    which: SessionFilter,
    *,
    order_by: str,
    descending: bool,
    offset: int,
    limit: int,
) -> SessionPage:
    """One page. Raises KeyError for an order that there is none of."""
    wanted = _wanted(connection, which)
    page = page_query(wanted, order_by=order_by, descending=descending)
    keys = connection.execute(page.offset(offset).limit(limit)).scalars().all()
    found = connection.execute(_DETAILS.where(_SESSIONS.c.key.in_(keys))).mappings().all()
    few = few_values(connection, found)
    rows = {row["session"]: _row(row, few.get(row["session"])) for row in found}
    asks_figures = which.states or which.alarms is not None or which.peak_from is not None
    counted: FromClause = _JOINED if asks_figures else _SESSIONS
    total = select(func.count()).select_from(counted).where(*wanted)
    return SessionPage(connection.execute(total).scalar_one(), [rows[key] for key in keys])


def page_query(
    wanted: list[ColumnElement[bool]], *, order_by: str, descending: bool
) -> Select[tuple[int]]:
    """The keys in their order, the newest first of those that are equal.

    Keys alone: while it sorts, the database works out every column of every row, of all pages.
    """
    chosen = _ORDERS[order_by]
    order = chosen.desc() if descending else chosen.asc()
    if chosen is not _SESSIONS.c.started_at:
        # The start is never missing, and this would keep its index from being used.
        order = order.nulls_last()
    newest = _SESSIONS.c.key.desc() if descending else _SESSIONS.c.key.asc()
    joined = _JOINED
    if order_by == "number":
        joined = joined.join(_NUMBERED, _NUMBERED.c.key == _SESSIONS.c.key)
    return select(_SESSIONS.c.key).select_from(joined).where(*wanted).order_by(order, newest)


def _wanted(connection: Connection, which: SessionFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.patient:
        wanted.append(_SESSIONS.c.patient.icontains(which.patient, autoescape=True))
    if which.protocol:
        wanted.append(_SESSIONS.c.protocol.icontains(which.protocol, autoescape=True))
    if which.room:
        wanted.append(_SESSIONS.c.room_id.in_(_rooms_called(connection, which.room)))
    if which.states:
        wanted.append(STATE.in_([state.value for state in which.states]))
    if which.alarms is not None:
        wanted.append(_ALARMED[which.alarms])
    if which.peak_from is not None:
        wanted.append(_FIGURES.c.peak_systolic >= round(which.peak_from * 1000))
    if which.since is not None:
        wanted.append(_SESSIONS.c.started_at >= which.since)
    if which.until is not None:
        wanted.append(_SESSIONS.c.started_at < which.until)
    return wanted


def _rooms_called(connection: Connection, text: str) -> list[str]:
    """Rooms are few, and the database knows no case beyond ASCII."""
    rooms = connection.execute(select(_ROOMS.c.id, _ROOMS.c.name))
    return [room_id for room_id, name in rooms if text.casefold() in name.casefold()]


def _row(row: RowMapping, few: int | None) -> SessionRow:
    return SessionRow(
        id=row["id"],
        room=row["room"] or "",
        patient=row["patient"],
        protocol=row["protocol"],
        number=row["number"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        phase=Phase(row["phase"]),
        figures=figures_from(row),
        state=SignOff(row["state"]),
        signed_by=row["signed_by"],
        signed_at=row["signed_at"],
        few=few,
    )


def figures_from(row: RowMapping) -> SessionFigures:
    """The columns of ``session_figures`` as they are read."""
    return SessionFigures(
        baseline_systolic=_units(row["baseline_systolic"]),
        baseline_diastolic=_units(row["baseline_diastolic"]),
        peak_systolic=_units(row["peak_systolic"]),
        peak_diastolic=_units(row["peak_diastolic"]),
        peak_at=row["peak_at"],
        lowest_spo2=_units(row["lowest_spo2"]),
        lowest_spo2_at=row["lowest_spo2_at"],
        alarms={which: row[column] for which, column in COUNTS.items()},
    )


def _units(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / 1000
