"""Phases and cancelling: one question, and a reason where one is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, set_props
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from monitor.dashboard import ids
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
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import (
    next_phase,
    refusal_text,
    start_phase_text,
    unreachable_text,
)
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.sessions import Phase
from monitor.wire.orders import CancelSession, EnterPhase

_GATES = frozenset({"alarms_waiting", "gate"})
"""Refusals that a reason may override."""
_PLAN = Plan(
    sent=ids.DECISION_SENT,
    told=ids.DECISION_TOLD,
    texts={"reason": ids.DECISION_REASON},
    resets={
        # Nothing can be confirmed before the question about the session as it now is has come.
        ids.DECISION_SUBMIT: {"disabled": True},
        ids.DECISION_TITLE: {"children": ""},
        ids.DECISION_TEXT: {"children": ""},
        ids.DECISION_REASON_PLACE: {"hidden": True},
    },
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the dialog goes on."""

    is_done: bool = False
    sentence: str = ""
    wants_reason: bool = False


def decision_dialog(words: Words) -> Any:
    """The dialog, closed."""
    _ = words.gettext
    submit = button(
        ids.DECISION_SUBMIT,
        _("Confirm"),
        kind="primary",
        sends=ids.DECISION_DIALOG,
        disabled=True,
    )
    return dialog(
        ids.DECISION_DIALOG,
        html.Span(id=ids.DECISION_TITLE),
        _("Close"),
        [
            html.P(id=ids.DECISION_TEXT, className="dialog-text"),
            html.Div(
                dmc.Textarea(
                    id=ids.DECISION_REASON, label=_("Reason"), value="", autosize=True, minRows=2
                ),
                id=ids.DECISION_REASON_PLACE,
                hidden=True,
            ),
            error_place(),
            actions(close_button(_("Back")), submit),
            dcc.Store(id=ids.DECISION),
        ],
        _PLAN,
        width=480,
    )


def make_order(decision: dict[str, str], reason: str) -> EnterPhase | CancelSession:
    """The order that a confirmed decision means. Raises ValidationError for a missing reason to cancel."""
    if decision["phase"] == Phase.CANCELLED:
        return CancelSession(session=decision["session"], reason=reason)
    return EnterPhase.model_validate(
        {"session": decision["session"], "phase": decision["phase"], "override": reason or None}
    )


async def decide(visit: Visit, decision: dict[str, str], reason: str) -> Outcome:
    """Send the decision; a refusal that a reason may override asks for one."""
    try:
        result = await visit.send(make_order(decision, reason.strip()))
    except ValidationError:
        return Outcome(sentence=visit.words.gettext("A reason is needed."), wants_reason=True)
    except GatewayUnreachableError as error:
        return Outcome(sentence=unreachable_text(visit.words, error), wants_reason=bool(reason))
    if result.ok:
        return Outcome(is_done=True)
    can_override = result.code in _GATES or result.field == "override"
    return Outcome(
        sentence=refusal_text(visit.words, result), wants_reason=can_override or bool(reason)
    )


def register_callbacks(app: Dash) -> None:
    """Asking and deciding."""
    register_dialog(app, _PLAN)

    @app.callback(
        Output(ids.DECISION, "data"),
        Input(ids.NEXT_PHASE, "n_clicks"),
        Input(ids.CANCEL_SESSION, "n_clicks"),
        State(ids.SESSION_ID, "data"),
        prevent_initial_call=True,
    )
    def ask(_next: int | None, _cancel: int | None, session_id: str) -> dict[str, str]:
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        cancel = ctx.triggered_id == ids.CANCEL_SESSION
        return _ask(current_visit(), session_id, cancel=cancel)

    @app.callback(
        Output(ids.DECISION_TOLD, "data"),
        Output(ids.SESSION_CHANGED, "data", allow_duplicate=True),
        Input(ids.DECISION_SENT, "data"),
        State(ids.DECISION, "data"),
        prevent_initial_call=True,
    )
    async def confirm(sent: dict[str, Any], decision: dict[str, str]) -> tuple[Any, int]:
        outcome = await decide(current_visit(), decision, sent["values"]["reason"])
        set_props(ids.DECISION_REASON_PLACE, {"hidden": not outcome.wants_reason})
        told = answer_told(sent["entry"], done=outcome.is_done, sentence=outcome.sentence)
        return told, sent["at"]


def _ask(visit: Visit, session_id: str, *, cancel: bool) -> dict[str, str]:
    """Put the question for the session as it now is into the dialog, and return the decision it is about."""
    session = visit.parts.records.session(session_id)
    following = None if session is None else next_phase(session)
    if session is None or (following is None and not cancel):
        raise PreventUpdate
    phase = Phase.CANCELLED if cancel else (following or session.phase)
    _ = visit.words.gettext
    title = _("Cancel session") if cancel else start_phase_text(visit.words, phase)
    rooms = {room.id: room.name for room in visit.parts.records.rooms()}
    text = _("Room {room} · {patient}").format(
        room=rooms.get(session.room_id, ""), patient=session.patient
    )
    set_props(ids.DECISION_TITLE, {"children": f"{title}?"})
    set_props(ids.DECISION_TEXT, {"children": text})
    set_props(ids.DECISION_REASON_PLACE, {"hidden": not cancel})
    set_props(ids.DECISION_SUBMIT, {"children": title, "disabled": False})
    return {"session": session_id, "phase": str(phase)}
