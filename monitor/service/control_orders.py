"""Orders that change what a session's alarms do: pauses, alarms off, limits, holder, help, test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from monitor.domain import facts
from monitor.domain.controls import LONGEST_ALARM_PAUSE_MS, Controls, Ending, SwitchedOff
from monitor.domain.limits import Limit, Priority, Side, limits_in_force
from monitor.domain.permissions import PRESCRIBERS
from monitor.domain.readings import HARD_RANGES, MINUTE, SECOND
from monitor.domain.session_alarms import SessionAlarms
from monitor.domain.sessions import Session
from monitor.service.given import Given
from monitor.service.known_sessions import open_session
from monitor.service.office_orders import known_room
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward


def pause_audio(ward: Ward, given: Given) -> dict[str, Any]:
    session = _session_in(ward, given.order.room)
    length_ms = given.order.seconds * SECOND

    def change(controls: Controls) -> None:
        controls.begin_audio_pause(length_ms, given.by, given.at)

    _set(ward, session, given, change)
    until = given.at + length_ms
    _note(ward, session, given, facts.AudioPaused(session.id, until))
    return {"until": until}


def resume_audio(ward: Ward, given: Given) -> dict[str, Any]:
    session = _session_in(ward, given.order.room)
    _set(ward, session, given, lambda controls: controls.end_audio_pause("resumed", given.at))
    return {"room": given.order.room}


def pause_alarms(ward: Ward, given: Given) -> dict[str, Any]:
    session, length_ms = open_session(ward, given.order.session), given.order.minutes * MINUTE
    if length_ms > LONGEST_ALARM_PAUSE_MS:
        raise OrderRefusedError(
            "too_long", "alarms can be paused for ten minutes at most", "minutes"
        )

    def change(controls: Controls) -> None:
        controls.begin_alarm_pause(length_ms, given.by, given.order.reason, given.at)

    _set(ward, session, given, change)
    until = given.at + length_ms
    _note(ward, session, given, facts.AlarmsPaused(session.id, until, given.order.reason))
    return {"until": until}


def resume_alarms(ward: Ward, given: Given) -> dict[str, Any]:
    session = open_session(ward, given.order.session)
    _set(ward, session, given, lambda controls: controls.end_alarm_pause("resumed", given.at))
    return {"session": session.id}


def switch_alarms(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, open_session(ward, given.order.session)

    def change(controls: Controls) -> None:
        if order.on:
            controls.switched_off.pop(order.metric, None)
        else:
            controls.switched_off[order.metric] = SwitchedOff(given.at, given.by, order.reason)

    _set(ward, session, given, change)
    body = facts.AlarmsSwitched(session.id, order.metric, order.on, order.reason)
    _note(ward, session, given, body)
    return {"metric": order.metric, "on": order.on}


def change_limit(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, open_session(ward, given.order.session)
    _refuse_bad_limit(ward, session, order.limit, order.value)
    _refuse_to_quiet(_of_protocol(ward, session, order.limit), given)

    def change(controls: Controls) -> None:
        if order.value == _of_protocol(ward, session, order.limit).limit:
            controls.own_limits.pop(order.limit, None)
        else:
            controls.own_limits[order.limit] = order.value

    _set(ward, session, given, change)
    body = facts.LimitChanged(session.id, order.limit, order.value, order.reason)
    _note(ward, session, given, body)
    return {"limit": order.limit, "value": order.value}


def offer_handover(ward: Ward, given: Given) -> dict[str, Any]:
    session, to = open_session(ward, given.order.session), given.order.to
    operator = ward.registry.operators.get(to)
    if operator is None or operator.disabled:
        raise OrderRefusedError("unknown_operator", f"there is no operator {to}", "to")

    def change(controls: Controls) -> None:
        controls.offered_to = to

    _set(ward, session, given, change)
    _note(ward, session, given, facts.HandoverOffered(session.id, to))
    return {"to": to}


def accept_handover(ward: Ward, given: Given) -> dict[str, Any]:
    session = open_session(ward, given.order.session)
    if _alarms(ward, session).state.controls.offered_to != given.by:
        raise OrderRefusedError(
            "not_offered", f"session {session.id} was not offered to {given.by}"
        )

    def change(controls: Controls) -> None:
        controls.holder, controls.offered_to = given.by, None

    _set(ward, session, given, change)
    _note(ward, session, given, facts.HolderChanged(session.id, given.by))
    return {"holder": given.by}


def call_help(ward: Ward, given: Given) -> dict[str, Any]:
    session = _session_in(ward, given.order.room)
    _alarms(ward, session).call_help(given.at)
    _note(ward, session, given, facts.HelpCalled(session.id))
    return {"room": given.order.room}


def test_alarms(ward: Ward, given: Given) -> dict[str, Any]:
    ward.outbox.alarm_test = True
    ward.alarms_tested_at = given.at
    ward.note(facts.AlarmsTested(), at=given.at, by=given.by)
    return {}


def _set(
    ward: Ward, session: Session, given: Given, change: Callable[[Controls], Ending | None]
) -> None:
    _alarms(ward, session).set_controls(change, given.at)
    ward.must_checkpoint[session.id] = None
    ward.outbox.rooms[session.room_id] = None


def _note(ward: Ward, session: Session, given: Given, body: facts.FactBody) -> None:
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    ward.must_checkpoint[session.id] = None


def _alarms(ward: Ward, session: Session) -> SessionAlarms:
    alarms = ward.alarms.touch(session.id)
    if alarms is None:
        raise OrderRefusedError("session_closed", f"session {session.id} is not watched", "session")
    return alarms


def _session_in(ward: Ward, room_name: str) -> Session:
    session = ward.open_session(known_room(ward, room_name).id)
    if session is None:
        raise OrderRefusedError("no_session", f"room {room_name} has no open session", "room")
    return session


def _refuse_to_quiet(limit: Limit, given: Given) -> None:
    """A limit taken out, or a high one widened, is an alarm off for some: not for everybody to do."""
    value = given.order.value
    if given.role in PRESCRIBERS:
        return
    if value is None:
        raise OrderRefusedError("not_allowed", "only a clinician may take a limit out", "value")
    wider = value < limit.limit if limit.side is Side.BELOW else value > limit.limit
    if wider and limit.priority is Priority.HIGH:
        message = f"only a clinician may widen the limit of a high alarm beyond {limit.limit:g}"
        raise OrderRefusedError("not_allowed", message, "value")


def _of_protocol(ward: Ward, session: Session, limit_id: str) -> Limit:
    for known in ward.alarm_settings(session).limits:
        if known.id == limit_id:
            return known
    raise OrderRefusedError("unknown_limit", f"there is no limit {limit_id}", "limit")


def _refuse_bad_limit(ward: Ward, session: Session, limit_id: str, value: float | None) -> None:
    """A limit must be one that a reading can cross; one below stays below every one above it of its component."""
    limit = _of_protocol(ward, session, limit_id)
    if value is None:
        return
    name = limit.component if limit.component != "value" else str(limit.metric)
    least, most = HARD_RANGES[name]
    if not least < value < most:
        message = f"a limit of {name} lies between {least:g} and {most:g}"
        raise OrderRefusedError("out_of_range", message, "value")
    state = _alarms(ward, session).state
    own = {**state.controls.own_limits, limit_id: value}
    settings = ward.alarm_settings(session)
    in_force = limits_in_force(settings, state.phase, {}, own)[limit.metric]
    of_component = [known for known in in_force if known.component == limit.component]
    below = [known.limit for known in of_component if known.side is Side.BELOW]
    above = [known.limit for known in of_component if known.side is Side.ABOVE]
    if below and above and max(below) >= min(above):
        message = f"low limit {max(below):g} must be below high limit {min(above):g}"
        raise OrderRefusedError("contradictory", message, "value")
