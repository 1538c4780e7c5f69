"""Erasing a patient: who may order it, what stands in its way, and for whom it is time."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import NamedTuple

from monitor.domain.permissions import CONFIRM_ERASURE, ERASE_PATIENT, may_do
from monitor.domain.readings import HOUR, Instant
from monitor.domain.registry import Operator, is_same_name, operator_as_typed
from monitor.domain.sessions import Session
from monitor.service.ports import Records
from monitor.service.refusals import OrderRefusedError

DAY = 24 * HOUR
_YEAR = 365.2425 * DAY
AT_REST_MS = DAY
"""After a session's end: devices may still bring readings of it."""


class ErasureAsked(NamedTuple):
    """As it was typed."""

    reference: str
    by: str
    second: str
    reason: str


class DuePatient(NamedTuple):
    """Whose last session ended long ago."""

    reference: str
    sessions: int
    last_ended_at: Instant


def checked_erasure(
    records: Records, asked: ErasureAsked, now: Instant, *, simulated: bool
) -> ErasureAsked:
    """With the names as the operators are called. Raises OrderRefusedError with what stands in the way."""
    by = _who(records, asked.by, "by")
    second = _who(records, asked.second, "second")
    if is_same_name(by.name, second.name):
        raise OrderRefusedError(
            "same_person", "the second person is another than the first", "second"
        )
    for who, action in ((by, ERASE_PATIENT), (second, CONFIRM_ERASURE)):
        if not may_do(who.role, action, simulated=simulated):
            what = action.replace("_", " ")
            raise OrderRefusedError("not_allowed", f"{who.name} is a {who.role} and may not {what}")
    reason = asked.reason.strip()
    if not reason:
        raise OrderRefusedError("no_reason", "say why, it stays on record", "reason")
    if asked.reference.casefold() in reason.casefold():
        raise OrderRefusedError(
            "names_the_patient", "the reason stays on record and names the patient", "reason"
        )
    refuse_unfinished(records, asked.reference, now)
    return ErasureAsked(asked.reference, by.name, second.name, reason)


def refuse_unfinished(records: Records, reference: str, now: Instant) -> None:
    """Raises OrderRefusedError for a patient who is in a session, was lately, or is to come again."""
    for session in records.sessions(patient=reference):
        if session.is_open:
            raise OrderRefusedError("open_session", f"session {session.id} of {reference} is open")
        if session.ended_at is not None and session.ended_at > now - AT_REST_MS:
            raise OrderRefusedError(
                "too_soon", f"session {session.id} of {reference} ended less than a day ago"
            )
    for visit in records.visits(open_only=True, patient=reference):
        if visit.planned_at > now - AT_REST_MS:
            raise OrderRefusedError(
                "visit_to_come", f"{reference} is expected for visit {visit.id}: cancel it first"
            )


def why_missing(records: Records, session_id: str) -> str:
    """What to say of a session that is not there."""
    erased = records.erased_session(session_id)
    if erased is None:
        return f"there is no session {session_id}"
    day = datetime.fromtimestamp(erased.at / 1000, UTC).date()
    return f"session {session_id} was erased on {day} by {erased.by} and {erased.second}"


def due_patients(records: Records, years: int, now: Instant) -> list[DuePatient]:
    """Whose last session ended so many years ago or earlier, and who is in no plan; the longest ago first."""
    before = now - round(years * _YEAR)
    of_patient: defaultdict[str, list[Session]] = defaultdict(list)
    for session in records.sessions():
        of_patient[session.patient].append(session)
    expected = {visit.patient for visit in records.visits(open_only=True)}
    due = [
        DuePatient(reference, len(sessions), max(session.ended_at or now for session in sessions))
        for reference, sessions in of_patient.items()
        if reference not in expected
    ]
    return sorted(
        (one for one in due if one.last_ended_at <= before), key=lambda one: one.last_ended_at
    )


def _who(records: Records, name: str, field: str) -> Operator:
    found = operator_as_typed(records.operators(), name)
    if found is None:
        raise OrderRefusedError("unknown_operator", f"there is no operator {name}", field)
    return found
