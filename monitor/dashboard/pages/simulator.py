"""The simulator: patients of scenarios, put into rooms and driven by hand; beside it what the monitor makes of them.

Dash draws the places and the buttons. Everything that lives is the script's, which asks the desk once a second.
"""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.simulator_drive import deed_groups
from monitor.dashboard.simulator_access import BarredError, desk_of
from monitor.dashboard.visit import Visit, current_visit


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Simulator - Infusion monitor")


def layout(**_query: str) -> Any:
    """Rooms on the left, the chosen one on the right; why there is no simulator for whom there is none."""
    visit = current_visit()
    try:
        desk_of(visit)
    except BarredError as barred:
        return _none_here(visit, str(barred))
    return html.Div([_rooms(visit), _drive(visit)], id=ids.SIMULATOR_PAGE, className="simulator")


def _none_here(visit: Visit, why: str) -> Any:
    _ = visit.words.gettext
    return html.Div(
        [
            html.H1(_("There is no simulator here"), className="page-title"),
            html.P(why, className="page-lead"),
            dcc.Link(_("Back to the ward"), href="/", className="button"),
        ],
        className="plain-page",
    )


def _rooms(visit: Visit) -> Any:
    _ = visit.words.gettext
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Simulator"), className="page-title"),
                    html.Span(id=ids.SIMULATOR_DESK, className="pill desk-pill", role="status"),
                ],
                className="simulator-title",
            ),
            html.Div(id=ids.SIMULATOR_START, className="simulator-start"),
            html.Ul(
                id=ids.SIMULATOR_ROOMS,
                className="simulator-rooms",
                **attributes(aria_label=_("Simulated rooms")),
            ),
            html.Div(id=ids.SIMULATOR_ENDS, className="simulator-ends"),
        ],
        className="simulator-side",
    )


def _drive(visit: Visit) -> Any:
    _ = visit.words.gettext
    return html.Div(
        [
            html.P(id=ids.SIMULATOR_NOBODY, className="simulator-nobody"),
            html.Div(
                [
                    html.Div(id=ids.SIMULATOR_HEAD, className="drive-head"),
                    html.Div(id=ids.SIMULATOR_SEEN, className="panel drive-seen"),
                    html.Div(id=ids.SIMULATOR_VITALS, className="panel drive-vitals"),
                    html.P(id=ids.SIMULATOR_TOLD, className="drive-told", role="alert"),
                    html.Div(
                        [
                            *deed_groups(visit.words),
                            html.Section(
                                [
                                    html.H3(_("Done by hand"), className="side-title"),
                                    html.Ol(id=ids.SIMULATOR_LOG, className="drive-log"),
                                ],
                                className="deed-group drive-done",
                            ),
                        ],
                        className="deed-groups",
                    ),
                ],
                id=ids.SIMULATOR_DRIVE,
                className="simulator-drive",
                hidden=True,
            ),
        ],
        className="simulator-main",
    )
