"""What stands on the page of a session that is not there: nobody is to look for long for one that was erased."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from monitor.dashboard.visit import Visit


def missing_session(visit: Visit, session_id: str, unknown: str) -> Any:
    """A plain sentence; ``unknown`` for one that never was."""
    _ = visit.words.gettext
    erased = visit.parts.records.erased_session(session_id)
    lead = ""
    if erased is not None:
        unknown = _("Session {id} was erased on {day} by {by} and {second}").format(
            id=session_id,
            day=visit.words.day(erased.at),
            by=erased.by,
            second=erased.second,
        )
        lead = _(
            "Its patient, readings and entries are gone for good; that it was erased stays on record."
        )
    said = [html.H1(unknown, className="page-title"), html.P(lead, className="page-lead")]
    link = dcc.Link(_("All sessions"), href="/sessions", className="button primary")
    return html.Div(html.Section([*said, link], className="panel missing"), className="plain-page")
