"""What the plan knows of a session that is about to start, and the rarer fields of its dialog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, set_props

from monitor.dashboard import ids
from monitor.dashboard.plan_rows import number_text
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.readings import Instant
from monitor.domain.visits import Plan
from monitor.domain.visits import Visit as PlannedVisit

Known = Mapping[str, Any] | None
"""What the plan said when the dialog was opened: ``room``, ``visit``, ``patient``."""


def start_more(words: Words) -> list[Any]:
    """Why it starts otherwise than planned; and, folded away, when a session began that was kept on paper."""
    _ = words.gettext
    reason = dmc.TextInput(
        id=ids.START_DESPITE,
        label=_("Why it starts otherwise than planned"),
        value="",
        size="md",
        attributes={"input": {"autoComplete": "off", "maxLength": 500}},
    )
    times = [
        _plain_field(ids.START_PAPER_DATE, _("Began on"), "date"),
        _plain_field(ids.START_PAPER_TIME, _("at"), "text"),
    ]
    note = _("For a session that is over: nothing is watched in it. Times come from the paper.")
    return [
        html.Div(reason, id=ids.START_DESPITE_PLACE, hidden=True),
        html.Details(
            [
                html.Summary(_("It was kept on paper and is entered now")),
                html.P(note, className="dialog-text"),
                html.Div(times, className="pair-fields"),
            ],
            className="start-more",
        ),
    ]


def visit_of(known: Known, room: str, patient: str) -> str | None:
    """The visit that the plan has for this room, if it is this patient's."""
    if not known or known.get("room") != room or known.get("patient") != patient.strip():
        return None
    return str(known["visit"])


def planned_in(visit: Visit, request: Mapping[str, Any], now: Instant) -> PlannedVisit | None:
    """The visit that was asked for, or the one that has a claim on the room now."""
    plan = Plan(visit.parts.records.visits(open_only=True))
    if request.get("visit"):
        return plan.visits.get(request["visit"])
    rooms = {room.name: room.id for room in visit.parts.records.rooms() if not room.retired}
    here = plan.of_room(rooms.get(request["room"], ""), now)
    return min(here, key=lambda one: abs(one.planned_at - now), default=None)


def register_callbacks(app: Dash) -> None:
    """Filling in what the plan knows."""

    @app.callback(
        Output(ids.START_PLANNED, "data"),
        Input(ids.START_OPENING, "data"),
        State(ids.START_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def look_up(opening: dict[str, Any], request: dict[str, Any] | None) -> dict[str, Any]:
        # Opened for no room, nothing of the plan can be meant.
        return _look_up(current_visit(), opening, request) if request else {}

    app.clientside_callback(
        """function(planned) {
            if (planned && planned.texts) window.InfusionMonitor.dialogs.offer(planned);
            return window.dash_clientside.no_update;
        }""",
        Output(ids.START_OFFERED, "data", allow_duplicate=True),
        Input(ids.START_PLANNED, "data"),
        prevent_initial_call=True,
    )


def _look_up(
    visit: Visit, opening: Mapping[str, Any], request: Mapping[str, Any]
) -> dict[str, Any]:
    found = planned_in(visit, request, opening["at"])
    if found is None:
        return {}
    words, protocol = visit.words, visit.parts.protocols.get(found.protocol)
    text = words.gettext("Planned {time}: {patient}, {number}.").format(
        time=words.clock(found.planned_at),
        patient=found.patient,
        number=number_text(words, found.number, protocol),
    )
    set_props(ids.START_PLANNED_TEXT, {"children": text})
    set_props(ids.START_PROTOCOL, {"value": found.protocol})
    return {
        "entry": opening["entry"],
        "room": request["room"],
        "visit": found.id,
        "patient": found.patient,
        "texts": {ids.START_PATIENT: found.patient},
    }


def _plain_field(field_id: str, label: str, kind: str) -> Any:
    return dmc.TextInput(
        id=field_id,
        label=label,
        value="",
        size="md",
        attributes={"input": {"type": kind, "autoComplete": "off", "maxLength": 10}},
    )
