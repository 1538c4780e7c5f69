"""The review of one session: what mattered in it, at a glance and at every second, and what leaves with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import ALL, Dash, Input, Output, ctx, dcc, html
from dash.exceptions import PreventUpdate

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.missing import missing_session
from monitor.dashboard.review import ids, parts, signing
from monitor.dashboard.review.cards import absence, cards
from monitor.dashboard.review.head import head
from monitor.dashboard.review.opening import Opened, full_record, open_session
from monitor.dashboard.review.side import Teller
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain.review.figures import figures_of

_IDS = html.Div(
    [
        *(html.Div(id=one) for one in (ids.CARDS, ids.STANDING, ids.COMMENTS, ids.TOLD)),
        html.Div(id=ids.SIGN_PLACE),
        html.Button(id=ids.COMMENT_SEND),
        *signing.places(),
        dcc.Textarea(id=ids.COMMENT),
        dcc.Store(id=ids.SESSION),
    ]
)
"""What Dash finds when it looks at the page for its ids."""


def title(session_id: str = "", **_query: str) -> str:
    """The words in the browser's tab."""
    visit = current_visit()
    product = visit.words.gettext("Review - Infusion monitor")
    session = visit.parts.records.session(session_id) if session_id else None
    return product if session is None else f"{session.patient} · {product}"


def layout(session_id: str = "", **_query: str) -> Any:
    """The page of a session, whether it has ended or not; a plain sentence for one that does not exist."""
    if not session_id:
        return _IDS
    visit = current_visit()
    session = visit.parts.records.session(session_id)
    if session is None:
        unknown = visit.words.gettext("There is no session {id}").format(id=session_id)
        return missing_session(visit, session_id, unknown)
    opened = open_session(visit.parts, session)
    teller = Teller(visit.words, visit.phrases, opened)
    return html.Div(
        [
            head(visit, teller, _room(visit, opened), signing.sign_button(visit, teller)),
            html.Div(parts.skeleton_cards(), id=ids.CARDS, className="review-cards"),
            html.Div(
                [
                    parts.toolbar(visit.words),
                    # Drawn by the script, which may have asked for the trace before this page was pressed.
                    html.Div(id=ids.TRACE, className="review-trace"),
                    html.Div(id=ids.OVERVIEW),
                ],
                className="review-chart",
            ),
            parts.side(visit, teller, opened.minutes, signing.comment_form(visit, session)),
            dcc.Store(id=ids.SESSION, data=session.id),
            signing.sign_dialog(visit.words),
        ],
        id=ids.PAGE,
        className="review",
        **attributes(data_session=session.id),
    )


def register_callbacks(app: Dash) -> None:
    """The cards, which need every value: they come after the trace, so that it need not wait; what reviewers add."""
    signing.register_callbacks(app)

    @app.callback(
        Output(ids.CARDS, "children"),
        Output({"type": ids.WORST, "alarm": ALL}, "children"),
        Input(ids.SESSION, "data"),
    )
    def tell(session_id: str) -> tuple[list[Any], list[str]]:
        visit = current_visit()
        session = visit.parts.records.session(session_id)
        if session is None:
            raise PreventUpdate
        record = full_record(visit.parts, session)
        opened = replace(open_session(visit.parts, session), record=record)
        alarms = [place["id"]["alarm"] for place in ctx.outputs_list[1]]
        return _cards(visit, opened), _worst_values(visit, opened, alarms)


def _cards(visit: Visit, opened: Opened) -> list[Any]:
    figures = figures_of(opened.record)
    boxes = parts.card_boxes(cards(visit.words, figures, opened.origin), opened.minutes)
    return [*parts.absence_note(absence(visit.words, figures)), *boxes]


def _worst_values(visit: Visit, opened: Opened, alarms: list[str]) -> list[str]:
    worst = Teller(visit.words, visit.phrases, opened).worst_values()
    return [f" · {worst[alarm]}" if alarm in worst else "" for alarm in alarms]


def _room(visit: Visit, opened: Opened) -> str:
    rooms = {room.id: room.name for room in visit.parts.records.rooms()}
    return rooms.get(opened.session.room_id, opened.session.room_id)
