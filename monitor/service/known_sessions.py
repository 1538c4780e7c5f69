"""The session that an order is about, and the time that it speaks of."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.readings import SECOND, Instant
from monitor.domain.sessions import Phase, Session
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import PAPER_MAY_BE_OLD_MS, Ward
from monitor.wire.base import milliseconds

_CLOCKS_MAY_DIFFER_MS = 60 * SECOND


def open_session(ward: Ward, session_id: str) -> Session:
    """The open session of that id. Raises OrderRefusedError."""
    session = remembered_session(ward, session_id)
    if not session.is_open:
        raise OrderRefusedError(
            "session_closed", f"session {session_id} is {session.phase}", "session"
        )
    return session


def remembered_session(ward: Ward, session_id: str) -> Session:
    """The session of that id, an ended one of the last day too: what is said of it now is an amendment."""
    session = ward.sessions.get(session_id)
    if session is None:
        raise OrderRefusedError("unknown_session", f"there is no session {session_id}", "session")
    return session


def infusing_session(ward: Ward, session_id: str) -> Session:
    """The session of that id, in which an infusion runs or stands still. Raises OrderRefusedError."""
    session = open_session(ward, session_id)
    if session.phase is not Phase.INFUSION:
        message = f"no infusion runs: the session is in {session.phase}"
        raise OrderRefusedError("no_infusion", message, "session")
    if session.paper:
        message = "on paper: enter when the next phase began, and say the rest in a note"
        raise OrderRefusedError("on_paper", message, "session")
    return session


def entered_time(measured_at: datetime | None, session: Session, now: Instant) -> Instant:
    """When an entry was measured: now, or the time set back. Raises OrderRefusedError.

    Of a session that has ended, or was kept on paper, nothing is measured now.
    """
    ended_at = session.ended_at
    if measured_at is None and (ended_at is not None or session.paper):
        raise OrderRefusedError("time_wanted", "say when it was", "measured_at")
    at = now if measured_at is None else milliseconds(measured_at)
    if at > now + _CLOCKS_MAY_DIFFER_MS:
        raise OrderRefusedError("future_time", "this time has not come yet", "measured_at")
    if at < session.started_at:
        raise OrderRefusedError("too_old", "this was before the session began", "measured_at")
    if ended_at is not None and at > ended_at:
        raise OrderRefusedError("too_late", "this was after the session ended", "measured_at")
    return min(at, now)


def paper_time(moment: datetime, now: Instant, *, not_before: Instant = 0) -> Instant:
    """When something of a session that was kept on paper was. Raises OrderRefusedError."""
    at = milliseconds(moment)
    if at > now:
        raise OrderRefusedError("future_time", "this time has not come yet", "at")
    if at < now - PAPER_MAY_BE_OLD_MS:
        raise OrderRefusedError("too_old", "paper is entered within a week", "at")
    if at < not_before:
        raise OrderRefusedError("too_old", "this was before the phase before it", "at")
    return at
