"""What opens a patient's record or takes it along, for the access log.

A page is noted each time that it is shown, within the app too. What belongs to it (figures, readings, whatever its
callbacks bring) is noted for itself only where somebody asks for it without the page. What was refused is not noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.dashboard import ids
from monitor.dashboard.asked import Asked
from monitor.dashboard.review import ids as review_ids
from monitor.dashboard.series import ids as series_ids
from monitor.dashboard.visit import Parts, Visit
from monitor.wire.orders import NoteAccess

_EXPORT = "/api/export/"
_API = "/api/"
_PROGRESS = "/progress"
_STORES = {
    (ids.SESSION_ID, "data"): ("session_id", "session"),
    (review_ids.SESSION, "data"): ("session_id", "review"),
    (series_ids.PATIENT, "data"): ("patient", "series"),
}
"""Where a page keeps whom it is about, and which page."""
_CHOSEN = (ids.ALARMS_TABLE, "selectedRows")


def note_page(visit: Visit, page: str, named: Mapping[str, Any]) -> None:
    """Note a page that is shown; ``named``: what its address names. Most open nothing."""
    session_id = _session(visit.parts, named)
    if session_id and not visit.is_locked:
        visit.parts.access_log.opened(visit.operator.name, session_id, page, is_page=True)


def note_route(
    parts: Parts, operator: str, path: str, named: Mapping[str, str], query: Mapping[str, str]
) -> None:
    """Note what a route answers with; ``named``: what its path names. A page's own address brings nothing yet."""
    session_id = _session(parts, named)
    if not session_id or not path.startswith(_API) or path.endswith(_PROGRESS):
        return
    if path.startswith(_EXPORT):
        _note_export(parts, operator, session_id, query)
    else:
        parts.access_log.opened(operator, session_id, "api", is_page=False)


def note_callback(parts: Parts, operator: str, asked: Asked) -> None:
    """Note what a callback brings of a session; the page that it belongs to was noted as it was shown."""
    for store, (name, page) in _STORES.items():
        if session_id := _session(parts, {name: asked.given.get(store)}):
            parts.access_log.opened(operator, session_id, page, is_page=False)
    chosen = asked.given.get(_CHOSEN)
    for row in chosen if isinstance(chosen, list) else []:
        if isinstance(row, dict) and (session_id := _session(parts, row)):
            parts.access_log.opened(operator, session_id, "api", is_page=False)


def _session(parts: Parts, named: Mapping[str, Any]) -> str:
    """The session that is opened; of a series its newest. Patients are not named in the log."""
    patient, session_id = named.get("patient"), named.get("session_id")
    if isinstance(session_id, str):
        return session_id if parts.records.session(session_id) is not None else ""
    of_patient = parts.records.sessions(patient=patient) if isinstance(patient, str) else []
    return of_patient[-1].id if of_patient else ""


def _note_export(parts: Parts, operator: str, session_id: str, query: Mapping[str, str]) -> None:
    detail = query.get("format", "")
    if query.get("deidentified", "").lower() in ("1", "true", "yes", "on"):
        detail += " deidentified"
    note = NoteAccess(what="record_exported", operator=operator, subject=session_id, detail=detail)
    parts.access_log.note(note)
