"""Readings of nobody on their page: spans to give to a session, proposals that wait for a second signature."""

from __future__ import annotations

import json
from typing import Any

from dash import Dash, Input, Output, html

from monitor.dashboard import assigning, ids
from monitor.dashboard.assigning import GAP_MS, Offer, plausible
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.control_fills import fill_nothing
from monitor.dashboard.components.fields import button, dialog_part, register_dialog
from monitor.dashboard.components.forms import (
    Form,
    filled_of,
    form_dialog,
    text_field,
    told,
)
from monitor.dashboard.course_log import span_text
from monitor.dashboard.order_forms import send_filled
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.assignments import Assignment
from monitor.domain.sessions import Session
from monitor.service.plan_ports import UnassignedSpan

PROPOSE = Form(
    name="assign",
    make=assigning.propose_order,
    fill=fill_nothing,
    presses={"propose": "propose"},
    texts=("reason", "first_at", "last_at"),
)
CONFIRM = Form(
    name="assign-confirm",
    make=assigning.confirm_order,
    fill=fill_nothing,
    presses={"confirm": "confirm"},
)
WITHDRAW = Form(
    name="assign-withdraw",
    make=assigning.withdraw_order,
    fill=fill_nothing,
    presses={"withdraw": "withdraw"},
    texts=("reason",),
)
FORMS = (PROPOSE, CONFIRM, WITHDRAW)


def assigning_dialogs(words: Words) -> list[Any]:
    """Every dialog, closed."""
    return [_proposing(words), _confirming(words), _withdrawing(words)]


def assigning_lists(visit: Visit) -> list[Any]:
    """What waits for a second signature, and what has no session."""
    records, _ = visit.parts.records, visit.words.gettext
    waiting = records.assignments(open_only=True)
    spans = records.unassigned_spans(GAP_MS)
    lists = []
    if waiting:
        rows = [_waiting(visit, assignment) for assignment in waiting]
        lists += [
            html.H2(_("Waiting for a second signature"), className="section-title"),
            html.Ul(rows, className="assign-list"),
        ]
    if spans:
        rows = [_span(visit, span) for span in spans]
        lists += [
            html.H2(_("By device and time"), className="section-title"),
            html.Ul(rows, className="assign-list"),
        ]
    return lists


def register_callbacks(app: Dash) -> None:
    """Sending; the script opens and closes, and the lists are drawn anew when something was done."""
    for form in FORMS:
        register_dialog(app, form.plan({}))
        _register_sending(app, form)


def _register_sending(app: Dash, form: Form) -> None:
    @app.callback(
        Output(form.part("told"), "data"),
        Output(ids.UNASSIGNED_LISTS, "children", allow_duplicate=True),
        Input(form.part("sent"), "data"),
        prevent_initial_call=True,
    )
    async def submit(sent: dict[str, Any]) -> tuple[Any, Any]:
        visit, filled = current_visit(), filled_of(form, sent, "", ())
        answer = await send_filled(visit, form.make, filled, form.fields)
        return told(form, filled.entry, answer), assigning_lists(visit)


def _proposing(words: Words) -> Any:
    _ = words.gettext
    reason = text_field(PROPOSE, "reason", _("Why they belong there"), is_first=True)
    body = [
        dialog_part("amended", "amended-text"),
        reason,
        html.Div(
            [
                text_field(PROPOSE, "first_at", _("From")),
                text_field(PROPOSE, "last_at", _("To")),
            ],
            className="pair-fields",
        ),
        html.P(_("Another operator confirms it. Until then nothing changes.")),
    ]
    send = [button(PROPOSE.part("propose"), _("Propose"), kind="primary", sends=PROPOSE.dialog)]
    return form_dialog(words, PROPOSE, _("Give readings to a session"), body, send, width=600)


def _confirming(words: Words) -> Any:
    _ = words.gettext
    body = [
        dialog_part("amended", "amended-text"),
        html.P(_("The readings count as the session's from then on, marked as late.")),
    ]
    send = [
        button(
            CONFIRM.part("confirm"),
            _("Confirm"),
            kind="primary",
            sends=CONFIRM.dialog,
            is_first=True,
        )
    ]
    return form_dialog(words, CONFIRM, _("Second signature"), body, send, width=600)


def _withdrawing(words: Words) -> Any:
    _ = words.gettext
    reason = text_field(WITHDRAW, "reason", _("Reason"), is_first=True)
    body = [
        dialog_part("amended", "amended-text"),
        reason,
        html.P(_("The readings stay without a session and can be proposed anew.")),
    ]
    withdraw = _("Withdraw the proposal")
    send = [button(WITHDRAW.part("withdraw"), withdraw, kind="danger", sends=WITHDRAW.dialog)]
    return form_dialog(words, WITHDRAW, withdraw, body, send, width=600)


def _waiting(visit: Visit, assignment: Assignment) -> Any:
    words, _ = visit.words, visit.words.gettext
    session = visit.parts.records.session(assignment.session_id)
    said = _("{device}, {span} → {session}").format(
        device=_device(visit, assignment.device_id),
        span=span_text(words, assignment.first_at, assignment.last_at),
        session=assignment.session_id if session is None else _session(visit, session),
    )
    by = _("Proposed by {name} at {time}: {reason}").format(
        name=assignment.proposed_by,
        time=words.clock(assignment.proposed_at),
        reason=assignment.reason,
    )
    own = assignment.proposed_by == visit.operator.name
    given = {"entry": assignment.id, "said": said}
    act: Any = html.Span(_("Somebody else must confirm."), className="assign-note")
    if not own:
        confirm = _("Confirm")
        act = _opener(confirm, f"{confirm}: {said}", {"dialog": CONFIRM.dialog, **given})
    withdraw = _("Withdraw")
    back = _opener(withdraw, f"{withdraw}: {said}", {"dialog": WITHDRAW.dialog, **given})
    return html.Li([_told(said, by), html.Div([act, back], className="assign-acts")])


def _span(visit: Visit, span: UnassignedSpan) -> Any:
    words, _ = visit.words, visit.words.gettext
    what = f"{_device(visit, span.device_id)}, {span_text(words, span.first_at, span.last_at)}"
    count = words.ngettext("{n} reading", "{n} readings", span.readings)
    acts = [_assign(visit, Offer(span, session), what) for session in plausible(visit, span)]
    none = html.Span(_("No session of about this time."), className="assign-note")
    told_count = count.format(n=words.number(span.readings))
    return html.Li([_told(what, told_count), html.Div(acts or none, className="assign-acts")])


def _assign(visit: Visit, offer: Offer, what: str) -> Any:
    words, _ = visit.words, visit.words.gettext
    session = _session(visit, offer.session)
    given = {
        "dialog": PROPOSE.dialog,
        "entry": offer.as_key(),
        "said": f"{what} → {session}",
        "texts": {
            "first_at": words.clock_seconds(offer.span.first_at),
            "last_at": words.clock_seconds(offer.span.last_at),
        },
    }
    text = _("Assign to {session}").format(session=session)
    return _opener(text, f"{text}: {what}", given)


def _session(visit: Visit, session: Session) -> str:
    words, _ = visit.words, visit.words.gettext
    rooms = {room.id: room.name for room in visit.parts.records.rooms()}
    until = _("open") if session.ended_at is None else words.clock(session.ended_at)
    room = _("room {room}").format(room=rooms.get(session.room_id, session.room_id))
    return f"{session.patient}, {room}, {words.clock(session.started_at)} – {until}"


def _device(visit: Visit, device_id: str) -> str:
    names = {device.id: device.name for device in visit.parts.records.devices()}
    return names.get(device_id, device_id)


def _told(text: str, note: str) -> Any:
    return html.Div(
        [html.Strong(text), html.Span(note, className="assign-note")], className="assign-told"
    )


def _opener(text: str, label: str, given: dict[str, Any]) -> Any:
    return html.Button(
        text,
        type="button",
        className="button",
        **attributes(data_amends=json.dumps(given), aria_label=label),
    )
