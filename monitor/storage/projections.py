"""What each fact changes in the tables that say how things stand now: one row per fact class.

The tables can be made anew from the facts at any time, and ``verify`` does so to see that nobody edited them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, update
from sqlalchemy.sql.base import Executable

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.storage.alarm_projections import project_alarm
from monitor.storage.plan_projections import PLAN_STATEMENTS
from monitor.storage.review_projections import REVIEW_STATEMENTS
from monitor.storage.session_projections import SESSION_STATEMENTS
from monitor.storage.tables import (
    alarm_rungs,
    alarms,
    assignments,
    device_bindings,
    devices,
    erased_sessions,
    operators,
    outcomes,
    rooms,
    session_phases,
    session_stays,
    sessions,
    visits,
)

PROJECTED = (
    rooms,
    devices,
    device_bindings,
    operators,
    sessions,
    session_phases,
    session_stays,
    visits,
    assignments,
    alarms,
    alarm_rungs,
    outcomes,
    erased_sessions,
)

Statements = tuple[Executable, ...]


def project(connection: Connection, fact: Fact) -> None:
    """Bring the tables up to date with one fact; facts without a row here change none."""
    if isinstance(fact.body, facts.AlarmChanged):
        project_alarm(connection, fact.body, fact)
    statements = _STATEMENTS.get(type(fact.body))
    if statements is not None:
        for statement in statements(fact.body, fact):
            connection.execute(statement)


def _room(room_id: str, **values: Any) -> Statements:
    return (update(rooms).where(rooms.c.id == room_id).values(**values),)


def _device(device_id: str, **values: Any) -> Statements:
    return (update(devices).where(devices.c.id == device_id).values(**values),)


def _operator(name: str, **values: Any) -> Statements:
    return (update(operators).where(operators.c.name == name).values(**values),)


def _binding(device_id: str, room_id: str, at: int) -> Executable:
    return insert(device_bindings).values(device_id=device_id, room_id=room_id, since=at)


def _device_added(body: facts.DeviceAdded, fact: Fact) -> Statements:
    device = insert(devices).values(
        id=body.device_id,
        name=body.name,
        simulated=body.simulated,
        token_hash=body.token_hash,
        revoked=False,
    )
    return device, _binding(body.device_id, body.room_id, fact.at)


def _operator_added(body: facts.OperatorAdded, _fact: Fact) -> Statements:
    return (insert(operators).values(**asdict(body), disabled=False, language="en"),)


def _patient_erased(body: facts.PatientErased, fact: Fact) -> Statements:
    said = {"erased_at": fact.at, "erased_by": fact.by, "second": body.second}
    return tuple(
        insert(erased_sessions).values(id=session_id, key=key, **said)
        for session_id, key in body.sessions.items()
    )


_STATEMENTS: dict[type[Any], Callable[[Any, Fact], Statements]] = {
    facts.RoomAdded: lambda body, _: (
        insert(rooms).values(id=body.room_id, name=body.name, retired=False),
    ),
    facts.RoomRenamed: lambda body, _: _room(body.room_id, name=body.name),
    facts.RoomRetired: lambda body, _: _room(body.room_id, retired=True),
    facts.DeviceAdded: _device_added,
    facts.DeviceMoved: lambda body, fact: (_binding(body.device_id, body.room_id, fact.at),),
    facts.TokenRotated: lambda body, _: _device(body.device_id, token_hash=body.token_hash),
    facts.DeviceRevoked: lambda body, _: _device(body.device_id, revoked=True),
    facts.OperatorAdded: _operator_added,
    facts.RoleChanged: lambda body, _: _operator(body.name, role=body.role),
    facts.PasswordChanged: lambda body, _: _operator(body.name, password_hash=body.password_hash),
    facts.OperatorDisabled: lambda body, _: _operator(body.name, disabled=True),
    facts.LanguageChosen: lambda body, _: _operator(body.name, language=body.language),
    facts.PatientErased: _patient_erased,
    **SESSION_STATEMENTS,
    **PLAN_STATEMENTS,
    **REVIEW_STATEMENTS,
}
