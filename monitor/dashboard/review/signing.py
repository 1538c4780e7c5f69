"""What a reviewer adds: a comment, and the signature under a record that was read. Both stand there once durable."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import button
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.review import ids
from monitor.dashboard.review.cards import absence
from monitor.dashboard.review.opening import full_record
from monitor.dashboard.review.parts import comment_list, standing
from monitor.dashboard.review.side import teller_of
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain.permissions import may_order
from monitor.domain.review.figures import figures_of
from monitor.domain.sessions import Session
from monitor.wire.orders import CommentReview, SignReview


def sign_button(visit: Visit, session: Session) -> Any:
    """Signs the whole record; not there for who may not, and while the session goes on. It may ask first."""
    text = visit.words.gettext("Sign off")
    shown = not session.is_open and _may(visit, "sign_review")
    return html.Div(
        [
            html.P(id=ids.SIGN_TOLD, className="review-sign-told", role="alert"),
            button(ids.SIGN, text, kind="primary", hidden=not shown),
            dcc.Store(id=ids.SIGN_WARNED, data=False),
        ],
        className="review-signing",
    )


def comment_form(visit: Visit, session: Session) -> Any:
    """A field for what a reviewer thinks."""
    _ = visit.words.gettext
    shown = not session.is_open and _may(visit, "comment_review")
    field = dmc.Textarea(
        id=ids.COMMENT,
        value="",
        placeholder=_("What the next reader should know"),
        autosize=True,
        minRows=2,
        maxRows=6,
        **attributes(aria_label=_("Comment")),
    )
    return html.Div(
        [field, button(ids.COMMENT_SEND, _("Add comment"))],
        className="review-comment-form",
        hidden=not shown,
    )


def register_callbacks(app: Dash) -> None:
    """Sending either, and showing the record as it is then."""

    @app.callback(
        Output(ids.STANDING, "children"),
        Output(ids.COMMENTS, "children"),
        Output(ids.COMMENT, "value"),
        Output(ids.TOLD, "children"),
        Output(ids.SIGN_TOLD, "children"),
        Output(ids.SIGN_WARNED, "data"),
        Input(ids.SIGN, "n_clicks"),
        Input(ids.COMMENT_SEND, "n_clicks"),
        State(ids.COMMENT, "value"),
        State(ids.SESSION, "data"),
        State(ids.SIGN_WARNED, "data"),
        prevent_initial_call=True,
    )
    async def add(
        sign: int, comment: int, text: str, session_id: str, warned: bool
    ) -> tuple[Any, ...]:
        if not (sign or comment):
            raise PreventUpdate
        visit, signs = current_visit(), ctx.triggered_id == ids.SIGN
        if signs and not warned and (first := told_first(visit, session_id)):
            return (*[no_update] * 4, first, True)
        return (*await added(visit, session_id, None if signs else text), "", False)


def told_first(visit: Visit, session_id: str) -> str:
    """What somebody must know before signing for a record that has nothing in it, or next to nothing; else empty."""
    session = visit.parts.records.session(session_id)
    known = visit.parts.records.figures(session_id)
    is_measured = known and known.peak_systolic is not None and known.lowest_spo2 is not None
    if session is None or is_measured:
        return ""
    lack = absence(visit.words, figures_of(full_record(visit.parts, session)))
    return " ".join([lack, visit.words.gettext("Press again to sign it as it is.")]) if lack else ""


async def added(visit: Visit, session_id: str, text: str | None) -> tuple[Any, ...]:
    """Standing, comments, what stays in the field, and why it was refused; ``text`` None signs."""
    told = await _send(visit, session_id, text)
    session = visit.parts.records.session(session_id)
    if session is None:
        raise PreventUpdate
    teller = teller_of(visit, session)
    kept = text if told and text is not None else ""
    return standing(visit.words, teller), comment_list(teller.comments()), kept, told


async def _send(visit: Visit, session_id: str, text: str | None) -> str:
    try:
        if text is None:
            result = await visit.send(SignReview(session=session_id))
        else:
            result = await visit.send(CommentReview(session=session_id, text=text.strip()))
    except ValidationError:
        return visit.words.gettext("A comment has some words, and at most 2,000 characters.")
    except GatewayUnreachableError as error:
        return unreachable_text(visit.words, error)
    if result.ok:
        return ""
    return _refusals(visit).get(result.code) or refusal_text(visit.words, result)


def _refusals(visit: Visit) -> dict[str, str]:
    _ = visit.words.gettext
    return {
        "signed": _("You have signed this record, and nothing has changed in it since."),
        "changed_now": _("The record has changed this moment: read it again, then sign."),
        "session_open": _("The session goes on: it can be reviewed when it has ended."),
    }


def _may(visit: Visit, order: str) -> bool:
    simulated = visit.parts.settings.simulated
    return not visit.is_locked and may_order(visit.operator.role, order, simulated=simulated)
