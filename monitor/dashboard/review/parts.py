"""What Dash draws of a review below its head: the cards, the row above the trace, the right column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.review import ids
from monitor.dashboard.review.alarm_lines import AlarmLine
from monitor.dashboard.review.cards import Card
from monitor.dashboard.review.downloads import FORMATS, format_name
from monitor.dashboard.review.shapes import Minutes
from monitor.dashboard.review.side import Comment, EventLine, Teller
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.sessions import Session


def review_link(words: Words, session: Session) -> list[Any]:
    """The way to the review of a session that has ended."""
    if session.is_open:
        return []
    return [dcc.Link(words.gettext("Review"), href=f"/review/{session.id}", className="button")]


def skeleton_cards() -> list[Any]:
    """In the place of the cards while their figures are worked out."""
    return [
        html.Div(className="review-card waiting", **attributes(aria_hidden="true"))
        for _place in range(7)
    ]


def absence_note(text: str) -> list[Any]:
    """Above the cards: that there is nothing, or next to nothing, to make figures of."""
    return [html.P(text, className="review-absence", role="status")] if text else []


def card_boxes(found: Sequence[Card], minutes: Minutes) -> list[Any]:
    """The cards; one that speaks of a moment leads to it. ``minutes`` puts an instant on the axis."""
    boxes: list[Any] = []
    for card in found:
        inside = [
            html.Span(card.title, className="review-card-title"),
            html.Span(card.value, className="review-card-value"),
            html.Span(card.note, className="review-card-note"),
        ]
        if card.at is None:
            boxes.append(
                html.Div(inside, className="review-card", **attributes(data_card=card.name))
            )
            continue
        at = minutes(card.at)
        marks = attributes(
            data_card=card.name, data_zoom_from=str(at - 5), data_zoom_to=str(at + 5)
        )
        boxes.append(html.Button(inside, type="button", className="review-card", **marks))
    return boxes


def toolbar(words: Words) -> Any:
    """What the colours are, what may be laid behind the trace, and the way back to the whole session."""
    _ = words.gettext
    return html.Div(
        [
            _key("this", _("this session")),
            _switch("own", _("own earlier sessions")),
            _switch("published", _("published response")),
            _switch("limit", _("limits in force"), pressed=True),
            html.Span(id=ids.EXPECTED_NOTES, className="review-notes", role="status"),
            html.Button(
                [_("Whole session"), html.Kbd("W")],
                id=ids.WHOLE,
                type="button",
                className="button review-whole",
                **attributes(data_key="w", data_zoom="whole"),
            ),
        ],
        className="review-bar",
    )


def side(visit: Visit, teller: Teller, minutes: Minutes, comment_form: Any) -> Any:
    """Alarms, events, comments, and what may be taken along."""
    _ = visit.words.gettext
    alarms = teller.alarms()
    parts = [
        _section(_("Alarms"), _alarm_list(visit.words, alarms, minutes), len(alarms)),
        _section(_("Events and entries"), _event_list(visit.words, teller.events())),
        _section(
            _("Comments"),
            html.Div(
                [
                    html.Div(comment_list(teller.comments()), id=ids.COMMENTS),
                    comment_form,
                    html.P(id=ids.TOLD, className="review-told", role="alert"),
                ]
            ),
        ),
    ]
    # In sight however long the findings are.
    foot = _section(_("Take along"), _downloads(visit.words, teller.opened.session.id))
    return html.Aside(
        [
            html.Div(parts, className="review-findings"),
            html.Div(foot, className="review-foot"),
        ],
        className="review-side",
        **attributes(aria_label=_("Findings")),
    )


def _key(name: str, text: str) -> Any:
    return html.Span([html.I(className=f"review-key {name}"), text], className="review-legend")


def _switch(name: str, text: str, *, pressed: bool = False) -> Any:
    return html.Button(
        [html.I(className=f"review-key {name}"), text],
        type="button",
        className="review-legend review-switch",
        **attributes(data_shows=name, aria_pressed="true" if pressed else "false"),
    )


def _section(title: str, body: Any, count: int | None = None) -> Any:
    heading = title if count is None else f"{title} · {count}"
    return html.Section([html.H2(heading, className="side-title"), body], className="review-part")


def _alarm_list(words: Words, alarms: Sequence[AlarmLine], minutes: Minutes) -> Any:
    if not alarms:
        return html.P(words.gettext("No alarm was raised."), className="review-none")
    return html.Ol(
        [
            html.Li(
                html.Button(
                    [
                        html.Span(alarm.title, className="review-alarm-title"),
                        html.Span(
                            [alarm.told, html.Span(id={"type": ids.WORST, "alarm": alarm.id})],
                            className="review-alarm-told",
                        ),
                    ],
                    type="button",
                    className="review-alarm",
                    **attributes(
                        data_tone=alarm.priority,
                        data_review_alarm=alarm.id,
                        data_zoom_from=str(minutes(alarm.shown[0])),
                        data_zoom_to=str(minutes(alarm.shown[1])),
                    ),
                )
            )
            for alarm in alarms
        ],
        className="review-alarms",
    )


def _event_list(words: Words, events: Sequence[EventLine]) -> Any:
    if not events:
        return html.P(words.gettext("Nothing was entered."), className="review-none")
    lines = []
    for event in events:
        said = html.Del(event.text) if event.fate else html.Span(event.text)
        tail = [event.by] if event.by else []
        tail += [event.fate] if event.fate else []
        small = html.Span(" · ".join(tail), className="review-event-by")
        lines.append(
            html.Li(
                [html.B(event.when), html.Span([said, " ", small])],
                className="review-event",
                **attributes(data_voided="true" if event.fate else None),
            )
        )
    return html.Ol(lines, className="review-events")


def comment_list(comments: Sequence[Comment]) -> Any:
    """What reviewers have written, oldest first."""
    return html.Ol(
        [
            html.Li(
                [
                    html.P(comment.text),
                    html.Span(f"{comment.by} · {comment.when}", className="review-event-by"),
                ],
                className="review-comment",
            )
            for comment in comments
        ],
        className="review-comments",
    )


def _downloads(words: Words, session_id: str) -> Any:
    """Links that work by themselves; the script says beside them how far a file is."""
    _ = words.gettext
    links = [
        html.A(
            format_name(words, name),
            href=f"/api/export/{session_id}?format={name}",
            className="button",
            **attributes(download="", data_format=name),
        )
        for name in FORMATS
    ]
    nameless = html.Button(
        _("Without names"),
        type="button",
        className="button button-quiet review-nameless",
        title=_("For research: dates shifted, references replaced, no names, no free text"),
        **attributes(data_nameless="", aria_pressed="false"),
    )
    making = html.P(id=ids.MAKING, className="review-making", role="status")
    return html.Div([html.Div([*links, nameless], className="review-downloads"), making])
