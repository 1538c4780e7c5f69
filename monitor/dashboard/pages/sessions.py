"""All sessions, newest first."""

from __future__ import annotations

from typing import Any

from dash import html

from monitor.dashboard import ids
from monitor.dashboard.components.tables import table
from monitor.dashboard.presenters import session_rows
from monitor.dashboard.visit import current_visit


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Sessions - Infusion monitor")


def layout(**_query: str) -> Any:
    """The table of sessions; each leads to its page."""
    visit = current_visit()
    _ = visit.words.gettext
    records = visit.parts.records
    rows = session_rows(visit.words, records.sessions(), records.rooms(), records.alarms())
    for row in rows:
        row["link"] = f"[{row['started']}]({_address(row)})"
    columns = [
        {"field": "link", "headerName": _("Start"), "cellRenderer": "markdown", "minWidth": 210},
        {"field": "room", "headerName": _("Room")},
        {"field": "patient", "headerName": _("Patient"), "minWidth": 110},
        {"field": "number", "headerName": _("Session no."), "type": "numericColumn"},
        {"field": "phase", "headerName": _("Phase"), "minWidth": 120},
        {"field": "duration", "headerName": _("Duration"), "type": "rightAligned"},
        {"field": "high", "headerName": _("!!! high"), "type": "numericColumn"},
        {"field": "medium", "headerName": _("!! medium"), "type": "numericColumn"},
        {"field": "low", "headerName": _("! low"), "type": "numericColumn"},
    ]
    return html.Div(
        [
            html.H1(_("Sessions"), className="page-title"),
            table(
                visit.words,
                ids.SESSIONS_TABLE,
                columns,
                rows,
                empty=_("There are no sessions yet."),
            ),
        ],
        className="plain-page",
    )


def _address(row: dict[str, Any]) -> str:
    """An open session is watched, one that has ended is reviewed."""
    return f"/session/{row['id']}" if row["open"] else f"/review/{row['id']}"
