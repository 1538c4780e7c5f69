"""What a reviewer adds: a comment, and the signature under a record that was read. Both stand there once durable."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import (
    Plan,
    actions,
    answer_told,
    button,
    close_button,
    dialog,
    error_place,
    register_dialog,
)
from monitor.dashboard.ids import of_form
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.review import ids
from monitor.dashboard.review.alarm_lines import MARKS
from monitor.dashboard.review.cards import absence
from monitor.dashboard.review.head import standing
from monitor.dashboard.review.opening import full_record
from monitor.dashboard.review.parts import comment_list
from monitor.dashboard.review.side import Teller, teller_of
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.permissions import may_order
from monitor.domain.review.figures import figures_of
from monitor.domain.sessions import Session
from monitor.domain.sign_off import SignOff
from monitor.wire.orders import CommentReview, Order, SignReview

FORM = "review-sign"
_DIALOG, _SUMMARY, _CONFIRM = (of_form(FORM, part) for part in ("dialog", "summary", "confirm"))
_PLAN = Plan(
    sent=of_form(FORM, "sent"),
    told=of_form(FORM, "told"),
    opening=of_form(FORM, "opening"),
)


def places() -> list[Any]:
    """What Dash finds of the dialog when it looks for its ids."""
    stores = [dcc.Store(id=name) for name in (_PLAN.sent, _PLAN.told, _PLAN.opening)]
    return [*stores, html.Div(id=_SUMMARY), html.Button(id=_CONFIRM)]


def sign_button(visit: Visit, teller: Teller) -> list[Any]:
    """Opens the question; none for who may not, while the session goes on, and where a signature would add nothing."""
    _, review = visit.words.gettext, teller.opened.review
    if review.state is SignOff.OPEN or not _may(visit, "sign_review"):
        return []
    if review.state is SignOff.SIGNED:
        since = review.changed_at or 0
        if any(one.by == visit.operator.name for one in review.signatures if one.at >= since):
            return []
        return [button(ids.SIGN, _("Sign too"), opens=_DIALOG)]
    text = _("Sign again") if review.state is SignOff.CHANGED else _("Sign off")
    return [button(ids.SIGN, text, kind="primary", opens=_DIALOG)]


def sign_dialog(words: Words) -> Any:
    """What is signed for, and the question: until the one is there, the other has no answer."""
    _ = words.gettext
    close = _("Close")
    body = [
        html.Div(id=_SUMMARY, className="sign-summary", role="status"),
        html.P(
            _(
                "You sign that you have read this record. What changes later is said beside your name."
            ),
            className="dialog-text",
        ),
        error_place(),
        actions(
            close_button(close),
            button(_CONFIRM, _("Sign this record"), kind="primary", sends=_DIALOG, disabled=True),
        ),
    ]
    waiting: dict[str, dict[str, Any]] = {
        _SUMMARY: {"children": _("Loading...")},
        _CONFIRM: {"disabled": True},
    }
    plan = replace(_PLAN, resets=waiting)
    return dialog(_DIALOG, _("Sign off"), close, body, plan, width=480)


def summary(visit: Visit, session: Session) -> list[Any]:
    """A record in few lines, as it is now: what is missing in it first."""
    words, teller = visit.words, teller_of(visit, session)
    _ = words.gettext
    alarms = Counter(alarm.priority for alarm in teller.alarms())
    raised = " · ".join(f"{mark} {alarms[name]}" for name, mark in MARKS.items() if alarms[name])
    comments = len(teller.comments())
    lines = [
        f"{session.patient} · {words.day_and_clock(session.started_at)}",
        _("Alarms: {counts}").format(counts=raised) if raised else _("No alarm was raised."),
        words.ngettext("{n} comment", "{n} comments", comments).format(n=words.number(comments))
        if comments
        else _("No comment was written."),
    ]
    missing = absence(words, figures_of(full_record(visit.parts, session)))
    warned = [html.P(missing, className="sign-missing")] if missing else []
    return [*warned, html.Ul([html.Li(line) for line in lines])]


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
    register_dialog(app, _PLAN)
    _register_signing(app)

    @app.callback(
        Output(ids.COMMENTS, "children"),
        Output(ids.COMMENT, "value"),
        Output(ids.TOLD, "children"),
        Input(ids.COMMENT_SEND, "n_clicks"),
        State(ids.COMMENT, "value"),
        State(ids.SESSION, "data"),
        prevent_initial_call=True,
    )
    async def add(pressed: int, text: str, session_id: str) -> tuple[Any, ...]:
        if not pressed:
            raise PreventUpdate
        return await commented(current_visit(), session_id, text)


def _register_signing(app: Dash) -> None:
    @app.callback(
        Output(_SUMMARY, "children"),
        Output(_CONFIRM, "disabled"),
        Input(_PLAN.opening, "data"),
        State(ids.SESSION, "data"),
        prevent_initial_call=True,
    )
    def tell(_opening: dict[str, Any], session_id: str) -> tuple[Any, bool]:
        visit = current_visit()
        return summary(visit, _known(visit, session_id)), False

    @app.callback(
        Output(_PLAN.told, "data"),
        Output(ids.STANDING, "children"),
        Output(ids.SIGN_PLACE, "children"),
        Input(_PLAN.sent, "data"),
        State(ids.SESSION, "data"),
        prevent_initial_call=True,
    )
    async def sign(sent: dict[str, Any], session_id: str) -> tuple[Any, ...]:
        return await signed(current_visit(), session_id, sent["entry"])


async def signed(visit: Visit, session_id: str, entry: str) -> tuple[Any, ...]:
    """The answer for the dialog, where the record stands then, and the button that is left."""
    refusal = await _send(visit, SignReview(session=session_id))
    teller = teller_of(visit, _known(visit, session_id))
    answer = answer_told(entry, done=not refusal, sentence=refusal)
    return answer, standing(visit.words, teller), sign_button(visit, teller)


async def commented(visit: Visit, session_id: str, text: str) -> tuple[Any, ...]:
    """The comments, what stays in the field, and why it was refused."""
    try:
        refusal = await _send(visit, CommentReview(session=session_id, text=text.strip()))
    except ValidationError:
        refusal = visit.words.gettext("A comment has some words, and at most 2,000 characters.")
    teller = teller_of(visit, _known(visit, session_id))
    return comment_list(teller.comments()), text if refusal else "", refusal


def _known(visit: Visit, session_id: str) -> Session:
    session = visit.parts.records.session(session_id)
    if session is None:
        raise PreventUpdate
    return session


async def _send(visit: Visit, order: Order) -> str:
    try:
        result = await visit.send(order)
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
