"""What staff enter in a session: vital signs, scores, events, medication, interventions, notes; corrected or voided.

Entries are prepared first and taken in then, so that a correction is refused whole or done whole.
"""

from __future__ import annotations

from typing import Any

from monitor.domain import facts
from monitor.domain.chart import EntryFact, has_pressure
from monitor.domain.session_state import Score
from monitor.domain.sessions import Phase, Session
from monitor.service.entry_bodies import Prepared, manual_readings, prepare
from monitor.service.given import Given
from monitor.service.known_sessions import remembered_session
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward
from monitor.service.withdrawn import take_off_screens
from monitor.wire.base import moment_of
from monitor.wire.course_orders import AnyEntry


def enter(ward: Ward, given: Given) -> dict[str, Any]:
    """Any entry; one that was sent before changes nothing."""
    entry = str(given.order.entry)
    if entry in ward.entries:
        return {"entry": entry, "repeated": True}
    session = remembered_session(ward, given.order.session)
    if session.phase is Phase.CANCELLED:
        raise OrderRefusedError("session_closed", f"session {session.id} is cancelled", "session")
    _take(ward, given, session, prepare(ward, given.order, session, given.at))
    return {"entry": entry, "repeated": False}


def void_entry(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, remembered_session(ward, given.order.session)
    entry = str(order.entry)
    if entry_voided(ward, session, entry):
        return {"entry": entry, "repeated": True}
    _void(ward, given, session, entry, None)
    return {"entry": entry, "repeated": False}


def correct_entry(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, remembered_session(ward, given.order.session)
    entry, replacement = str(order.entry), str(order.replacement.entry)
    if _is_corrected(ward, session, entry, replacement):
        return {"entry": replacement, "repeated": True}
    if replacement in ward.entries:
        raise OrderRefusedError("entry_known", "a correction has an id of its own", "entry")
    if order.replacement.session != session.id:
        raise OrderRefusedError("other_session", "the correction is of another session", "session")
    if entry_voided(ward, session, entry):
        raise OrderRefusedError("voided", "this entry was voided before", "entry")
    original = ward.chart(session).entries[entry].body
    prepared = prepare(ward, _of_its_time(order.replacement, original), session, given.at)
    if type(prepared.body) is not type(original):
        raise OrderRefusedError("other_kind", "an entry is corrected by one of its kind", "entry")
    _void(ward, given, session, entry, prepared.body)
    _take(ward, given, session, prepared)
    return {"entry": replacement, "repeated": False}


def _is_corrected(ward: Ward, session: Session, entry: str, replacement: str) -> bool:
    known = ward.chart(session).entries.get(entry)
    voided = None if known is None else known.voided
    return voided is not None and voided.replaced_by == replacement


def _of_its_time(replacement: AnyEntry, original: EntryFact) -> AnyEntry:
    """A correction that names no time is about the moment of what it corrects."""
    if replacement.measured_at is not None:
        return replacement
    return replacement.model_copy(update={"measured_at": moment_of(original.measured_at)})


def entry_voided(ward: Ward, session: Session, entry: str) -> bool:
    """Whether an entry of the session was voided. Raises OrderRefusedError for one that is not there."""
    known = ward.chart(session).entries.get(entry)
    if known is None:
        raise OrderRefusedError("unknown_entry", "there is no such entry in this session", "entry")
    return known.voided is not None


def _take(ward: Ward, given: Given, session: Session, prepared: Prepared) -> None:
    ward.note(prepared.body, at=given.at, by=given.by, session_id=session.id)
    ward.entries.add(prepared.body.entry)
    prepared.take_in()


def _void(
    ward: Ward, given: Given, session: Session, entry: str, replacement: EntryFact | None
) -> None:
    replaced_by = None if replacement is None else replacement.entry
    body = facts.EntryVoided(session.id, entry, given.order.reason, replaced_by)
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    voided = ward.chart(session).entries[entry].body
    if isinstance(voided, facts.VitalsEntered):
        _withdraw_vitals(ward, session, voided, replacement, given)
    elif isinstance(voided, facts.ScoreEntered):
        _withdraw_score(ward, session, voided, given)


def _withdraw_vitals(
    ward: Ward,
    session: Session,
    voided: facts.VitalsEntered,
    replacement: EntryFact | None,
    given: Given,
) -> None:
    chart, alarms = ward.chart(session), ward.alarms.touch(session.id)
    readings = manual_readings(voided, chart.entries[voided.entry].at)
    if alarms is not None:
        times = [cuff.at for cuff in chart.watched_cuffs()]
        if isinstance(replacement, facts.VitalsEntered) and has_pressure(replacement):
            # It follows at once: no cuff is overdue for the moment in between.
            times.append(replacement.measured_at)
        newest = max(times, default=None)
        alarms.withdraw(readings, newest, given.by, given.at)
        ward.must_checkpoint[session.id] = None
    take_off_screens(ward, session, readings)


def _withdraw_score(ward: Ward, session: Session, voided: facts.ScoreEntered, given: Given) -> None:
    alarms = ward.alarms.touch(session.id)
    if alarms is None:
        return
    left = ward.chart(session).scores(voided.score)
    newest = Score(*left[-1]) if left else None
    alarms.withdraw_score(voided.score, newest, given.by, given.at)
    ward.must_checkpoint[session.id] = None
