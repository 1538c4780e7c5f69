"""A day's timeline as elements: a lane for each room, bars placed in percent of the day."""

from __future__ import annotations

from datetime import date
from typing import Any

from dash import dcc, html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.day import midnight
from monitor.dashboard.timeline import Block, Lane, Segment, Timeline
from monitor.dashboard.words import Words


def timeline_view(words: Words, day: date, today: date, drawn: Timeline) -> list[Any]:
    """Heading with legend, warnings, hours and lanes."""
    return [
        _heading(words, day, today),
        *([_warnings(words, drawn.warnings)] if drawn.warnings else []),
        html.Div(
            [_hours(drawn), *[_lane(words, lane, drawn) for lane in drawn.lanes]],
            className="lanes",
        ),
    ]


def _heading(words: Words, day: date, today: date) -> Any:
    _ = words.gettext
    named = words.long_day(midnight(words, day))
    heading = _("Today, {day}").format(day=named) if day == today else named[:1].upper() + named[1:]
    keys = [
        ("planned", _("planned")),
        ("running", _("running")),
        ("done", _("over")),
    ]
    legend = [
        html.Span([html.I(className="lane-key", **attributes(data_state=state)), text])
        for state, text in keys
    ]
    return html.Div(
        [
            html.H2(heading, className="panel-title"),
            html.Div(legend, className="lane-legend", **attributes(aria_hidden="true")),
        ],
        className="lane-heading",
    )


def _warnings(words: Words, warnings: list[str]) -> Any:
    _ = words.gettext
    return html.Div(
        [
            html.H3(_("Ends that come together"), className="visually-hidden"),
            html.Ul([html.Li(text) for text in warnings]),
        ],
        className="plan-warnings",
        role="status",
    )


def _hours(drawn: Timeline) -> Any:
    marks = [
        html.Span(text, className="lane-hour", style={"left": f"{place}%"})
        for place, text in drawn.hours[:-1]
    ]
    return html.Div(
        [html.Span(className="lane-room"), html.Div(marks, className="lane-track lane-hours")],
        className="lane",
        **attributes(aria_hidden="true"),
    )


def _lane(words: Words, lane: Lane, drawn: Timeline) -> Any:
    lines = [
        html.Span(className="lane-line", style={"left": f"{place}%"})
        for place, _text in drawn.hours
    ]
    now = (
        [html.Span(className="lane-now", style={"left": f"{drawn.now}%"})]
        if drawn.now is not None
        else []
    )
    blocks = [_block(words, block) for block in lane.blocks]
    track = html.Div(
        [*lines, *now, *blocks],
        className="lane-track",
        style={"--rows": str(lane.rows)},
    )
    return html.Div([html.H3(lane.room, className="lane-room"), track], className="lane")


def _block(words: Words, block: Block) -> Any:
    label = [
        html.Strong(block.title),
        html.Span(block.ends, className="lane-ends"),
        *([_clash_mark(words)] if block.clashes else []),
    ]
    return html.Div(
        [
            html.Div([_segment(block, one) for one in block.segments], className="lane-bar"),
            dcc.Link(label, href=block.href, className="lane-label")
            if block.href
            else html.Div(label, className="lane-label"),
        ],
        className="lane-block",
        style={"left": f"{block.left}%", "width": f"{block.width}%", "--row": str(block.row)},
        **attributes(
            data_clash="true" if block.clashes else None,
            data_late="true" if block.is_late else None,
            data_block=block.key,
        ),
    )


def _segment(block: Block, one: Segment) -> Any:
    share = 100 * one.width / block.width if block.width else 100
    return html.Span(
        className="lane-segment",
        style={"width": f"{share:.3f}%"},
        title=one.name,
        **attributes(data_phase=one.phase.value, data_state=one.state),
    )


def _clash_mark(words: Words) -> Any:
    told = html.Span(words.gettext("ends with another one"), className="visually-hidden")
    return html.Span(["⚠", told], className="lane-clash")
