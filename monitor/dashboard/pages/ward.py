"""The ward: places for what the page's script paints live, and the dialog that starts a session."""

from __future__ import annotations

from typing import Any

from dash import html

from monitor.dashboard import ids
from monitor.dashboard.visit import current_visit


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Ward - Infusion monitor")


def layout(**_query: str) -> Any:
    """The empty ward; its tiles are built by the script from the gateway's snapshot."""
    _ = current_visit().words.gettext
    blocks = [
        (_("Active alarms"), ids.ALARM_LIST),
        (_("Due"), ids.DUE_LIST),
        (_("Acknowledged"), ids.ACKNOWLEDGED_LIST),
        (_("Not watched now"), ids.NOT_WATCHED_LIST),
    ]
    return html.Div(
        className="ward",
        children=[
            html.H1(_("Ward"), className="visually-hidden"),
            html.Div(id=ids.WARD_GRID, className="ward-grid"),
            html.Aside(
                id=ids.WARD_SIDE,
                className="ward-side",
                children=html.Div(
                    [
                        html.Div(id=ids.WARD_ORDER, className="ward-order"),
                        *(_block(heading, block) for heading, block in blocks),
                        html.Div(id=ids.UNASSIGNED_NOTE, className="unassigned-note"),
                    ],
                    className="ward-side-body",
                ),
            ),
        ],
    )


def _block(heading: str, block: str) -> Any:
    return html.Section(
        [html.H2(heading, className="side-title"), html.Div(id=block, className="side-list")],
        className="side-block",
    )
