"""The doctor's page, for administrators: how the system itself stands, each line well or with what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from dash import Dash, Input, Output, dcc, html

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import button
from monitor.dashboard.examining import NotExaminedError
from monitor.dashboard.visit import Visit, current_visit
from monitor.service.findings import Finding, told

RUNNING = version("infusion-monitor")
"""This dashboard's own: another one may have been installed since it was started."""


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    return current_visit().words.gettext("Condition of the system - Infusion monitor")


def layout(**_query: str) -> Any:
    """The findings come a moment later: they are looked for when the page is opened."""
    _ = current_visit().words.gettext
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Condition of the system"), className="page-title"),
                    html.Span(
                        _("This dashboard: version {version}.").format(version=RUNNING),
                        className="page-lead",
                    ),
                    dcc.Link(_("Settings"), href="/settings", className="course-link"),
                ],
                className="page-head",
            ),
            html.Section(
                [
                    html.Div(
                        html.P(_("Looking …"), className="page-lead"),
                        id=ids.DOCTOR_FINDINGS,
                        **attributes(role="status"),
                    ),
                    button(ids.DOCTOR_AGAIN, _("Look again")),
                ],
                className="panel wide",
            ),
        ],
        className="plain-page",
    )


def register_callbacks(app: Dash) -> None:
    """Looking, at first and again."""

    @app.callback(
        Output(ids.DOCTOR_FINDINGS, "children"),
        Input(ids.DOCTOR_AGAIN, "n_clicks"),
        running=[(Output(ids.DOCTOR_AGAIN, "disabled"), True, False)],
    )
    async def look(_clicks: int | None) -> list[Any]:
        return await findings(current_visit())


async def findings(visit: Visit) -> list[Any]:
    """What is found now; that nothing could be found is said as plainly."""
    _ = visit.words.gettext
    examiner = visit.parts.examiner
    if examiner is None:
        return _nobody_looked(visit, _("this dashboard does not know its data directory"))
    try:
        found = await examiner.examine()
    except NotExaminedError as error:
        return _nobody_looked(visit, str(error))
    return [html.P(_summary(visit, found), className="page-lead"), _list(visit, found)]


def _nobody_looked(visit: Visit, why: str) -> list[Any]:
    said = visit.words.gettext("Nobody could look: {why}").format(why=why)
    return [html.P(said, className="finding-failed", **attributes(role="alert"))]


def _summary(visit: Visit, found: Sequence[Finding]) -> str:
    words = visit.words
    wanting = sum(not one.is_well for one in found)
    if not wanting:
        return words.gettext("All is well.")
    text = words.ngettext("{n} line wants attention.", "{n} lines want attention.", wanting)
    return text.format(n=wanting)


def _list(visit: Visit, found: Sequence[Finding]) -> Any:
    ordered = sorted(found, key=lambda one: one.is_well)
    return html.Ul([_line(visit, one) for one in ordered], className="findings")


def _line(visit: Visit, finding: Finding) -> Any:
    _ = visit.words.gettext
    words = told(finding, _)
    mark = _("ok") if finding.is_well else _("attention")
    return html.Li(
        [
            html.Span(mark, className="finding-mark"),
            html.Strong(words.what, className="finding-what"),
            html.Span(
                [html.Span(words.said), *([html.Em(words.do)] if words.do else [])],
                className="finding-said",
            ),
        ],
        className="finding",
        **attributes(data_well="true" if finding.is_well else "false", data_code=finding.code),
    )
