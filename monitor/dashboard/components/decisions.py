"""The next phase: what stands in its way is said before it is asked for, and a reason passes it for those who may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, set_props
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from monitor.dashboard import ids
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
from monitor.dashboard.course_orders import paper_moment
from monitor.dashboard.course_reading import blocks, course_of, may_override
from monitor.dashboard.course_words import block_text, who_may_text
from monitor.dashboard.day import start_warnings
from monitor.dashboard.order_forms import WrongFieldError
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import (
    next_phase,
    refusal_text,
    start_phase_text,
    unreachable_text,
)
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.course import Course
from monitor.domain.readings import Instant
from monitor.domain.sessions import Phase, Session
from monitor.wire.orders import EnterPhase

_GATES = frozenset({"alarms_waiting", "gate"})
"""Refusals that a reason may override."""
_PLAN = Plan(
    sent=ids.DECISION_SENT,
    told=ids.DECISION_TOLD,
    opening=ids.DECISION_OPENING,
    texts={
        "reason": ids.DECISION_REASON,
        "date": ids.DECISION_DATE,
        "time": ids.DECISION_TIME,
    },
    resets={
        # Nothing can be confirmed before the question about the session as it now is has come.
        ids.DECISION: {"data": None},
        ids.DECISION_SUBMIT: {"disabled": True},
        ids.DECISION_TITLE: {"children": ""},
        ids.DECISION_TEXT: {"children": ""},
        ids.DECISION_BLOCKS: {"children": []},
        ids.DECISION_REASON_PLACE: {"hidden": True},
        ids.DECISION_PAPER: {"hidden": True},
    },
)

_SUBMIT_LOOK = """function(decision, reason, isHidden) {
    const wants = Boolean(decision && decision.wants_reason) || !isHidden;
    const isOpen = decision && !decision.barred && (!wants || (reason || "").trim());
    return [!isOpen, wants || (decision && decision.barred) ? "button warning" : "button primary"];
}"""
"""The button waits for the server's question, then for the reason; passing a block does not look like a clean pass."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the dialog goes on. ``blocks``: what the gateway says is in the way."""

    is_done: bool = False
    sentence: str = ""
    wants_reason: bool = False
    blocks: Sequence[Mapping[str, Any]] = ()


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
    reason = dmc.Textarea(
        id=ids.DECISION_REASON, label=_("Reason"), value="", autosize=True, minRows=2
    )
    return dialog(
        ids.DECISION_DIALOG,
        html.Span(id=ids.DECISION_TITLE),
        _("Close"),
        [
            html.P(id=ids.DECISION_TEXT, className="dialog-text"),
            html.Div(id=ids.DECISION_BLOCKS, **attributes(role="status")),
            html.Div(
                [
                    _paper_field(ids.DECISION_DATE, _("Date on the paper"), "date"),
                    _paper_field(ids.DECISION_TIME, _("Time on the paper"), "text"),
                ],
                id=ids.DECISION_PAPER,
                className="pair-fields",
                hidden=True,
            ),
            html.Div(reason, id=ids.DECISION_REASON_PLACE, hidden=True),
            error_place(),
            actions(close_button(_("Back")), submit),
            dcc.Store(id=ids.DECISION),
        ],
        _PLAN,
        width=560,
    )


def blocks_list(words: Words, course: Course, found: Iterable[Mapping[str, Any]]) -> list[Any]:
    """What is in the way, and who may pass it; empty for nothing."""
    lines = [html.Li(block_text(words, course, block)) for block in found]
    if not lines:
        return []
    return [
        html.P(words.gettext("Still in the way:"), className="blocks-title"),
        html.Ul(lines, className="blocks"),
        html.P(who_may_text(words, course), className="dialog-note"),
    ]


async def decide(
    visit: Visit, decision: Mapping[str, Any], reason: str, paper_at: str | None = None
) -> Outcome:
    """Send the decision; a refusal that a reason may override asks for one."""
    try:
        order = EnterPhase.model_validate(
            {
                "session": decision["session"],
                "phase": decision["phase"],
                "override": reason.strip() or None,
                "at": paper_at,
            }
        )
        result = await visit.send(order)
    except ValidationError:
        return Outcome(sentence=visit.words.gettext("This is not possible."), wants_reason=True)
    except GatewayUnreachableError as error:
        return Outcome(sentence=unreachable_text(visit.words, error), wants_reason=bool(reason))
    if result.ok:
        return Outcome(is_done=True)
    can_override = result.code in _GATES or result.field == "override"
    return Outcome(
        sentence=refusal_text(visit.words, result),
        wants_reason=can_override or bool(reason),
        blocks=result.result.get("blocks", ()),
    )


def register_callbacks(app: Dash) -> None:
    """Asking and deciding."""
    register_dialog(app, _PLAN)
    app.clientside_callback(
        _SUBMIT_LOOK,
        Output(ids.DECISION_SUBMIT, "disabled"),
        Output(ids.DECISION_SUBMIT, "className"),
        Input(ids.DECISION, "data"),
        Input(ids.DECISION_REASON, "value"),
        Input(ids.DECISION_REASON_PLACE, "hidden"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.DECISION, "data"),
        Input(ids.DECISION_OPENING, "data"),
        State(ids.SESSION_ID, "data"),
        prevent_initial_call=True,
    )
    def ask(opening: dict[str, Any], session_id: str) -> dict[str, Any]:
        return _ask(current_visit(), session_id, opening["at"])

    @app.callback(
        Output(ids.DECISION_TOLD, "data"),
        Output(ids.SESSION_CHANGED, "data", allow_duplicate=True),
        Input(ids.DECISION_SENT, "data"),
        State(ids.DECISION, "data"),
        prevent_initial_call=True,
    )
    async def confirm(sent: dict[str, Any], decision: dict[str, Any]) -> tuple[Any, int]:
        return await _confirm(current_visit(), sent, decision), sent["at"]


async def _confirm(visit: Visit, sent: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
    values = sent["values"]
    try:
        at = paper_moment(visit.words, values["date"], values["time"])
    except WrongFieldError as error:
        places = {"date": ids.DECISION_DATE, "time": ids.DECISION_TIME}
        text = visit.words.gettext("This is not a time.")
        return answer_told(sent["entry"], done=False, errors={places[error.args[0]]: text})
    outcome = await decide(visit, decision, values["reason"], at)
    session = visit.parts.records.session(decision["session"])
    if outcome.blocks and session is not None:
        told = blocks_list(visit.words, course_of(visit, session), outcome.blocks)
        set_props(ids.DECISION_BLOCKS, {"children": told})
    set_props(ids.DECISION_REASON_PLACE, {"hidden": not outcome.wants_reason})
    return answer_told(sent["entry"], done=outcome.is_done, sentence=outcome.sentence)


def _ask(visit: Visit, session_id: str, now: Instant) -> dict[str, Any]:
    """Put the question for the session as it now is into the dialog, and return the decision it is about."""
    session = visit.parts.records.session(session_id)
    phase = None if session is None else next_phase(session)
    if session is None or phase is None:
        raise PreventUpdate
    course = course_of(visit, session)
    found = [block._asdict() for block in blocks(visit, session, phase, now)]
    title = start_phase_text(visit.words, phase, course)
    told = [*blocks_list(visit.words, course, found), *_warned(visit, session, phase, now)]
    mine = may_override(visit, course)
    set_props(ids.DECISION_TITLE, {"children": f"{title}?"})
    set_props(ids.DECISION_TEXT, {"children": _where(visit, session)})
    set_props(ids.DECISION_BLOCKS, {"children": told})
    set_props(ids.DECISION_REASON_PLACE, {"hidden": not (found and mine)})
    set_props(ids.DECISION_PAPER, {"hidden": not session.paper})
    submit = visit.words.gettext("Pass this and go on") if found else title
    set_props(ids.DECISION_SUBMIT, {"children": submit})
    return {
        "session": session_id,
        "phase": str(phase),
        "barred": bool(found) and not mine,
        "wants_reason": bool(found),
    }


def _warned(visit: Visit, session: Session, phase: Phase, now: Instant) -> list[Any]:
    """Two infusions that would end together are told before the second one begins."""
    if phase is not Phase.INFUSION or session.paper:
        return []
    return [
        html.P(f"! {text}", className="next-warning")
        for text in start_warnings(visit, session, now)
    ]


def _where(visit: Visit, session: Session) -> str:
    rooms = {room.id: room.name for room in visit.parts.records.rooms()}
    text = visit.words.gettext("Room {room} · {patient}")
    return text.format(room=rooms.get(session.room_id, ""), patient=session.patient)


def _paper_field(field_id: str, label: str, kind: str) -> Any:
    return dmc.TextInput(
        id=field_id,
        label=label,
        value="",
        size="md",
        attributes={"input": {"type": kind, "autoComplete": "off", "maxLength": 10}},
    )
