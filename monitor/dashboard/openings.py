"""Which requests open a patient's record or take it along, for the access log.

A page is noted each time that it is brought, within the app too; figures and readings belong to their page, and are
noted for themselves only where somebody asks for them without it.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitor.dashboard import ids
from monitor.dashboard.asked import ROUTER, Asked
from monitor.dashboard.doors import Doors
from monitor.dashboard.review.downloads import FORMATS
from monitor.dashboard.visit import Parts
from monitor.wire.orders import NoteAccess

_EXPORT = "/api/export/"
_PROGRESS = "/progress"


def note_access(
    parts: Parts,
    doors: Doors,
    operator: str,
    path: str,
    query: Mapping[str, str],
    asked: Asked | None,
) -> None:
    """Note what a request that was let through opens; most open nothing."""
    is_page = asked is not None
    if asked is not None:
        if asked.output != ROUTER:
            return
        path = asked.given[ids.LOCATION, "pathname"]
    if path.endswith(_PROGRESS):
        return
    session_id = _session(parts, doors.names(path))
    if path.startswith(_EXPORT) and session_id:
        _note_export(parts, operator, session_id, query)
    elif session_id and (is_page or path.startswith("/api/")):
        parts.access_log.opened(operator, session_id, path.split("/")[1], is_page=is_page)


def _session(parts: Parts, named: dict[str, str]) -> str:
    """The session that is opened; of a series its newest. Patients are not named in the log."""
    if "patient" in named:
        of_patient = parts.records.sessions(patient=named["patient"])
        return of_patient[-1].id if of_patient else ""
    session_id = named.get("session_id", "")
    return session_id if session_id and parts.records.session(session_id) is not None else ""


def _note_export(parts: Parts, operator: str, session_id: str, query: Mapping[str, str]) -> None:
    detail = query.get("format", "")
    if detail not in FORMATS:
        # It is refused: nothing leaves.
        return
    if query.get("deidentified", "").lower() in ("1", "true", "yes", "on"):
        detail += " deidentified"
    note = NoteAccess(what="record_exported", operator=operator, subject=session_id, detail=detail)
    parts.access_log.note(note)
