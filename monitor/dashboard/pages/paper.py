"""The sheet of a protocol for a day without the network: one page of A4, to be printed before it is needed."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.paper_sheet import Check, LimitLine, Sheet, SheetRow, sheet_of
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words

_BOX = "☐"


def title(**_variables: str) -> str:
    """The words in the browser's tab, and the name of a printed file."""
    _ = current_visit().words.gettext
    return _("Downtime sheet - Infusion monitor")


def layout(protocol_name: str = "", **_query: str) -> Any:
    """The sheet, and above it what is not printed."""
    visit = current_visit()
    _ = visit.words.gettext
    protocol = visit.parts.protocols.get(protocol_name)
    if protocol is None:
        return _unknown(visit.words)
    sheet = sheet_of(visit.words, visit.phrases, protocol)
    return html.Div([_tools(visit), paper(visit, sheet)], className="paper-page")


def sheet_links(visit: Visit) -> list[Any]:
    """A link to the sheet of each protocol."""
    return [
        dcc.Link(visit.words.gettext(protocol.title), href=f"/paper/{name}", className="button")
        for name, protocol in visit.parts.protocols.items()
    ]


def paper(visit: Visit, sheet: Sheet) -> Any:
    """The sheet itself."""
    words, _ = visit.words, visit.words.gettext
    return html.Article(
        [
            _head(visit, sheet),
            _section(f"1 {sheet.before}", [_checks(sheet.checks, "paper-checks")]),
            _section(_("Must be no"), [_checks(sheet.exclusions, "paper-checks")]),
            _section(
                _("2 Resting pressure and dose"),
                [
                    html.P(_baseline(words), className="paper-line"),
                    *[html.P(line, className="paper-line") for line in (sheet.gate, *sheet.dose)],
                ],
            ),
            _section(
                _("3 Course"),
                [html.P(_times(words, sheet), className="paper-line"), _grid(words, sheet.rows)],
            ),
            html.Div(
                [
                    _section(
                        _("Alarm limits: nothing watches them but you"), [_limits(sheet.limits)]
                    ),
                    _section(_("4 May leave when"), [_discharge(words, sheet.discharge)]),
                ],
                className="paper-pair",
            ),
            html.P(_afterwards(words), className="paper-foot"),
        ],
        className="paper",
        lang=words.language,
    )


def _head(visit: Visit, sheet: Sheet) -> Any:
    _ = visit.words.gettext
    fields = [_("Patient reference"), _("Room"), _("Date"), _("Nurse"), _("Clinician")]
    marks = (
        [
            html.Strong(
                _("SIMULATED DATA"), className="paper-mark", **attributes(data_simulated="true")
            )
        ]
        if visit.parts.settings.simulated
        else []
    )
    return html.Header(
        [
            html.Div(
                [
                    html.H1([_("Downtime sheet"), " · ", sheet.title]),
                    *marks,
                    html.Span(sheet.edition, className="paper-edition"),
                ],
                className="paper-title",
            ),
            html.Div(
                [html.Div(field, className="paper-field") for field in fields],
                className="paper-fields",
            ),
        ]
    )


def _section(heading: str, children: list[Any]) -> Any:
    return html.Section([html.H2(heading), *children])


def _checks(checks: list[Check], class_name: str) -> Any:
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(check.text, className="paper-asked"),
                    html.Span(
                        [html.Span(f"{_BOX} {answer}") for answer in check.answers],
                        className="paper-answers",
                    ),
                ]
            )
            for check in checks
        ],
        className=class_name,
    )


def _baseline(words: Words) -> str:
    _ = words.gettext
    return _(
        "Baseline: BP ______ / ______   pulse ______   SpO₂ ______   confirmed at ____ : ____ by __________"
    )


def _times(words: Words, sheet: Sheet) -> str:
    _ = words.gettext
    times = [_("Started ____ : ____")]
    if sheet.by_pump:
        times.append(_("paused ____ : ____ to ____ : ____, why __________"))
    times += [_("ended ____ : ____"), _("stopped early, why __________")]
    return "   ".join(times)


def _grid(words: Words, rows: list[SheetRow]) -> Any:
    _ = words.gettext
    heads = [
        _("Phase"),
        _("Min"),
        _("Clock"),
        _("Pulse"),
        _("SpO₂"),
        _("BP"),
        _("Scores due"),
        _("Event, drug, action; initials"),
    ]
    body = [
        html.Tr(
            [
                html.Th(row.phase, className="paper-phase"),
                html.Td(row.minute, className="paper-minute"),
                *[html.Td() for _column in range(4)],
                html.Td(row.scores, className="paper-scores"),
                html.Td(),
            ]
        )
        for row in rows
    ]
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, **attributes(scope="col")) for head in heads])),
            html.Tbody(body),
        ],
        className="paper-grid",
    )


def _limits(lines: list[LimitLine]) -> Any:
    return html.Dl(
        [
            part
            for line in lines
            for part in (
                html.Dt(line.metric),
                html.Dd(
                    [
                        html.Span([html.B(text), f" ({source})"], className="paper-limit")
                        for text, source in line.limits
                    ]
                ),
            )
        ],
        className="paper-limits",
    )


def _discharge(words: Words, criteria: list[str]) -> Any:
    _ = words.gettext
    signed = _("Left at ____ : ____   signed __________")
    lines = [html.Li(f"{_BOX} {text}") for text in criteria]
    return html.Div(
        [html.Ul(lines, className="paper-leave"), html.P(signed, className="paper-line")]
    )


def _afterwards(words: Words) -> str:
    _ = words.gettext
    return _(
        "Afterwards: start the session in its room as one that was kept on paper, with the time it began; enter each"
        " phase, value, score, event and drug with the time written here; then sign the discharge. Keep this sheet."
    )


def _tools(visit: Visit) -> Any:
    _ = visit.words.gettext
    return html.Div(
        [
            html.P(
                _(
                    "Print this before it is needed: one page for each session, when the network is gone."
                ),
                className="page-lead",
            ),
            html.Button(
                _("Print"),
                type="button",
                className="button primary",
                **attributes(data_prints="true"),
            ),
            dcc.Link(_("Back to the plan"), href="/plan", className="button"),
        ],
        className="paper-tools",
    )


def _unknown(words: Words) -> Any:
    _ = words.gettext
    return html.Div(
        [
            html.H1(_("There is no such protocol."), className="page-title"),
            dcc.Link(_("Back to the plan"), href="/plan", className="button"),
        ],
        className="plain-page",
    )
