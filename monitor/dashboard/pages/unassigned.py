"""Readings that belong to no session: listed, never drawn on anybody, and given to a session by two people."""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from monitor.dashboard import ids
from monitor.dashboard.components import assigning
from monitor.dashboard.components.tables import table
from monitor.dashboard.presenters import unassigned_rows
from monitor.dashboard.visit import current_visit

_SHOWN = 1000


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Unassigned readings - Infusion monitor")


def layout(**_query: str) -> Any:
    """The newest unassigned readings, with how many there are in all."""
    visit = current_visit()
    words, records = visit.words, visit.parts.records
    _ = words.gettext
    count = records.unassigned_count()
    names = {device.id: device.name for device in records.devices()}
    rows = unassigned_rows(words, visit.phrases, records.unassigned(limit=_SHOWN), names)
    lead = words.ngettext(
        "{n} reading came while no session was open in the device's room.",
        "{n} readings came while no session was open in the device's room.",
        count,
    ).format(n=words.number(count))
    if count > _SHOWN:
        lead += " " + _("The newest {n} are shown.").format(n=words.number(_SHOWN))
    columns = [
        {"field": "measured", "headerName": _("Measured"), "minWidth": 170},
        {"field": "seconds", "headerName": _("Time")},
        {"field": "received", "headerName": _("Received")},
        {"field": "device", "headerName": _("Device"), "minWidth": 140},
        {"field": "reading", "headerName": _("Reading"), "minWidth": 200},
    ]
    return html.Div(
        [
            html.H1(_("Unassigned readings"), className="page-title"),
            html.P(lead, className="page-lead"),
            html.Div(
                assigning.assigning_lists(visit), id=ids.UNASSIGNED_LISTS, className="assign-lists"
            ),
            table(words, ids.UNASSIGNED_TABLE, columns, rows, empty=_("There are none.")),
            *assigning.assigning_dialogs(words),
        ],
        className="plain-page",
    )


def register_callbacks(app: Dash) -> None:
    """Giving readings to a session."""
    assigning.register_callbacks(app)
