"""Orders of reviewers: a session that has ended is commented and signed; outcome scores are entered and voided.

A session of last year is reviewed as well as one of today, so none of this asks for a remembered one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor.domain import facts
from monitor.domain.outcomes import SCALES
from monitor.domain.readings import Instant
from monitor.domain.sign_off import is_change
from monitor.service.bedside_orders import refuse_bad_reference
from monitor.service.given import Given
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward

_EARLIEST_ZONE = timedelta(hours=14)
"""Somewhere it is this much later than UTC: a day that has begun there has begun."""


def comment_review(ward: Ward, given: Given) -> dict[str, Any]:
    session_id = _ended_session(ward, given.order.session)
    body = facts.ReviewCommented(session_id, given.order.text)
    ward.note(body, at=given.at, by=given.by, session_id=session_id)
    return {"session": session_id}


def sign_review(ward: Ward, given: Given) -> dict[str, Any]:
    session_id = _ended_session(ward, given.order.session)
    if _is_changing(ward, session_id):
        message = "this session has changed just now: read it again before signing"
        raise OrderRefusedError("changed_now", message, "session")
    signers = ward.signers.setdefault(session_id, set())
    if given.by in signers:
        message = "you have signed this session, and nothing has changed in it since"
        raise OrderRefusedError("signed", message, "session")
    signers.add(given.by)
    ward.note(facts.ReviewSigned(session_id), at=given.at, by=given.by, session_id=session_id)
    return {"session": session_id}


def enter_outcome(ward: Ward, given: Given) -> dict[str, Any]:
    order, entry = given.order, str(given.order.entry)
    if entry in ward.outcomes:
        return {"entry": entry, "repeated": True}
    refuse_bad_reference(order.patient)
    lowest, highest = SCALES[order.scale]
    if not lowest <= order.value <= highest:
        message = f"{order.scale} is from {lowest} to {highest}"
        raise OrderRefusedError("out_of_range", message, "value")
    if order.on > _newest_day(given.at):
        raise OrderRefusedError("future_time", "this day has not come yet", "on")
    note = (order.note or "").strip() or None
    body = facts.OutcomeEntered(
        entry, order.patient, order.scale, order.value, order.on.isoformat(), note
    )
    ward.note(body, at=given.at, by=given.by)
    ward.outcomes[entry] = True
    return {"entry": entry, "repeated": False}


def void_outcome(ward: Ward, given: Given) -> dict[str, Any]:
    entry = str(given.order.entry)
    counts = ward.outcomes.get(entry)
    if counts is None:
        raise OrderRefusedError("unknown_entry", "there is no such outcome score", "entry")
    if counts:
        ward.note(facts.OutcomeVoided(entry, given.order.reason), at=given.at, by=given.by)
        ward.outcomes[entry] = False
    return {"entry": entry, "repeated": not counts}


def _ended_session(ward: Ward, session_id: str) -> str:
    """The id, of a session that has ended. Raises OrderRefusedError."""
    session = ward.sessions.get(session_id)
    if session is not None and session.is_open:
        message = f"session {session_id} is still open; it is reviewed when it has ended"
        raise OrderRefusedError("session_open", message, "session")
    if session is None and not _was_given(ward, session_id):
        raise OrderRefusedError("unknown_session", f"there is no session {session_id}", "session")
    return session_id


def _was_given(ward: Ward, session_id: str) -> bool:
    """Whether the id was given to a session once; one that is not remembered has ended long ago."""
    number = session_id[1:]
    known = ward.counters.get("session", 0)
    return number.isdecimal() and session_id == f"s{int(number)}" and 1 <= int(number) <= known


def _is_changing(ward: Ward, session_id: str) -> bool:
    """Whether something is to be committed together with a signature, whose giver cannot have seen it."""
    given = [known for known in ward.assignments.values() if known.session_id == session_id]
    return any(
        stored.session_id == session_id
        or (stored.session_id is None and any(known.gives(stored.reading) for known in given))
        for stored in ward.pending.readings
    ) or any(fact.session_id == session_id and is_change(fact.body) for fact in ward.pending.facts)


def _newest_day(now: Instant) -> date:
    return (datetime.fromtimestamp(now / 1000, UTC) + _EARLIEST_ZONE).date()
