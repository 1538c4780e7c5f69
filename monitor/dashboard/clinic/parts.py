"""What Dash draws of the clinic's rates: cards and tables, each interval as a bar with a dot beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from monitor.dashboard.clinic.rows import Card, Cell, Row
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.words import Words


def card_boxes(found: Sequence[Card]) -> list[Any]:
    """The figures at a glance."""
    return [
        html.Div(
            [
                html.Span(card.title, className="review-card-title"),
                html.Span(card.value, className="review-card-value"),
                html.Span(card.note, className="review-card-note"),
            ],
            className="review-card",
        )
        for card in found
    ]


def event_table(words: Words, heads: Sequence[str], rows: Sequence[Row]) -> Any:
    """Adverse events: a line for each, a cell for each severity."""
    _ = words.gettext
    if not rows:
        return html.P(_("No adverse event was entered."), className="review-none")
    bars = html.Span(_("Interval"), className="visually-hidden")
    lines = [
        html.Tr(
            [
                html.Th(row.name, **attributes(scope="row")),
                html.Td(_bar(row.cells[0]), className="clinic-bar-cell"),
                *(html.Td(_stacked(cell)) for cell in row.cells),
            ]
        )
        for row in rows
    ]
    return _table([_("Event"), bars, *heads], lines)


def load_table(words: Words, rows: Sequence[Row]) -> Any:
    """Alarms per room-hour."""
    _ = words.gettext
    bars = html.Span(_("Interval"), className="visually-hidden")
    heads = [_("Priority and type"), bars, _("Alarms"), _("Per room-hour"), _("95 % interval")]
    lines = [
        html.Tr(
            [
                html.Th(row.name, className=f"tone-{row.tone}", **attributes(scope="row")),
                html.Td(_bar(cell), className="clinic-bar-cell"),
                html.Td(_number(words, cell)),
                html.Td(html.B(cell.rate)),
                html.Td(cell.interval),
            ]
        )
        for row in rows
        for cell in row.cells
    ]
    return _table(heads, lines)


def response_table(words: Words, rows: Sequence[Row]) -> Any:
    """Response times: median, 90th percentile and number, to the screen and to the acknowledgement."""
    _ = words.gettext
    each = [_("median"), _("90th percentile"), _("n")]
    kinds = (_("On a screen"), _("Acknowledged"))
    top = html.Tr(
        [
            html.Th(_("Priority"), rowSpan=2, **attributes(scope="col")),
            *(html.Th(kind, colSpan=3, **attributes(scope="colgroup")) for kind in kinds),
        ]
    )
    below = html.Tr([html.Th(text, **attributes(scope="col")) for _kind in kinds for text in each])
    lines = [
        html.Tr(
            [
                html.Th(row.name, className=f"tone-{row.tone}", **attributes(scope="row")),
                *(
                    html.Td(told)
                    for cell in row.cells
                    for told in (html.B(cell.rate), cell.interval, _number(words, cell))
                ),
            ]
        )
        for row in rows
    ]
    return html.Table([html.Thead([top, below]), html.Tbody(lines)], className="plain-table")


def _table(heads: Sequence[Any], lines: Sequence[Any]) -> Any:
    head = html.Tr([html.Th(text, **attributes(scope="col")) for text in heads])
    return html.Table([html.Thead(head), html.Tbody(lines)], className="plain-table")


def _stacked(cell: Cell) -> list[Any]:
    return [
        html.Span([html.B(cell.rate), " · ", cell.number], className="clinic-rate"),
        html.Span(cell.interval, className="clinic-interval"),
    ]


def _number(words: Words, cell: Cell) -> list[Any]:
    few = html.Span(words.gettext("few"), className="clinic-few")
    return [cell.number, *([" ", few] if cell.is_few else [])]


def _bar(cell: Cell) -> Any:
    if cell.span is None:
        return None
    value, low, high = (round(min(1.0, part) * 100, 2) for part in cell.span)
    return html.Div(
        [
            html.I(className="clinic-span", style={"left": f"{low}%", "width": f"{high - low}%"}),
            html.I(className="clinic-dot", style={"left": f"{value}%"}),
        ],
        className="clinic-bar",
        **attributes(aria_hidden="true"),
    )
