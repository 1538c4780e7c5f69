"""What is in force: alarm rules with their sources, rooms and devices, to be read; and the test of the alarms."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, dcc, html

from monitor.dashboard import ids
from monitor.dashboard.components.access_panel import access_panel
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import button
from monitor.dashboard.components.own_sign_in import own_sign_in
from monitor.dashboard.components.own_sign_in import register_callbacks as own_sign_in_callbacks
from monitor.dashboard.components.tables import plain_table
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.permission_rows import permission_rows, role_heads
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.rule_rows import limit_rows, rule_rows
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.permissions import SEE_CONDITION, may_do
from monitor.domain.registry import Binding, Device, Room
from monitor.service.protocols import Protocol
from monitor.wire.orders import TestAlarms


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Settings - Infusion monitor")


def layout(**_query: str) -> Any:
    """The alarm test, rooms and devices, then protocols."""
    visit = current_visit()
    _ = visit.words.gettext
    protocols = [_protocol(visit, protocol) for protocol in visit.parts.protocols.values()]
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Settings"), className="page-title"),
                    html.Span(
                        _("Language and theme are in your own menu, at the top right."),
                        className="page-lead",
                    ),
                    *_condition_link(visit),
                ],
                className="page-head",
            ),
            html.Div(
                [
                    _alarm_test(visit),
                    own_sign_in(visit),
                    _devices(visit),
                    _permissions(visit),
                    *access_panel(visit),
                    *protocols,
                ],
                className="panels",
            ),
        ],
        className="plain-page",
    )


def _condition_link(visit: Visit) -> list[Any]:
    if not may_do(visit.operator.role, SEE_CONDITION, simulated=visit.parts.settings.simulated):
        return []
    text = visit.words.gettext("Condition of the system")
    return [dcc.Link(text, href="/settings/condition", className="course-link")]


def last_test(visit: Visit) -> str:
    """When the alarms were last tested, and by whom."""
    _ = visit.words.gettext
    fact = visit.parts.records.newest_fact("alarms_tested")
    if fact is None:
        return _("Never tested.")
    text = _("Last tested {when} by {who}.")
    return text.format(when=visit.words.day_and_clock(fact.at), who=fact.by)


async def order_alarm_test(visit: Visit) -> str:
    """Order a test; what became of it, in one sentence."""
    try:
        result = await visit.send(TestAlarms())
    except GatewayUnreachableError as error:
        return unreachable_text(visit.words, error)
    return last_test(visit) if result.ok else refusal_text(visit.words, result)


def register_callbacks(app: Dash) -> None:
    """The button that tests the alarms, and the reader's own sign-in."""
    own_sign_in_callbacks(app)

    @app.callback(
        Output(ids.ALARM_TEST_TOLD, "children"),
        Input(ids.ALARM_TEST, "n_clicks"),
        running=[(Output(ids.ALARM_TEST, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def order_test(_clicks: int | None) -> str:
        return await order_alarm_test(current_visit())


def device_rows(
    words: Words,
    rooms: list[Room],
    devices: list[Device],
    bindings: list[Binding],
    last_seen: dict[str, int],
) -> list[list[str]]:
    """Room, device, state and last arrival; rooms without a device too."""
    _ = words.gettext
    simulated = _("simulated")
    room_of = {binding.device_id: binding.room_id for binding in bindings}
    rows = []
    for room in rooms:
        if room.retired:
            continue
        here = [d for d in devices if room_of.get(d.id) == room.id and not d.revoked]
        rows += [
            [
                room.name,
                device.name + (f" · {simulated}" if device.simulated else ""),
                words.day_and_clock(last_seen[device.id]) if device.id in last_seen else _("never"),
            ]
            for device in here
        ] or [[room.name, _("no device"), ""]]
    return rows


def _protocol(visit: Visit, protocol: Protocol) -> Any:
    words = visit.words
    _ = words.gettext
    limits = [_("Alarm limit"), _("Value"), _("Raised"), _("Priority"), _("Phases"), _("Source")]
    rules = [_("Other rule"), _("Setting"), _("Priority"), _("Source")]
    return html.Section(
        [
            html.Div(
                [
                    html.H2(_(protocol.title), className="panel-title"),
                    dcc.Link(
                        _("Downtime sheet"), href=f"/paper/{protocol.name}", className="course-link"
                    ),
                ],
                className="page-head",
            ),
            plain_table(limits, limit_rows(words, visit.phrases, protocol)),
            plain_table(rules, rule_rows(words, visit.phrases, protocol)),
        ],
        className="panel wide",
    )


def _alarm_test(visit: Visit) -> Any:
    _ = visit.words.gettext
    return html.Section(
        [
            html.H2(_("Alarm test"), className="panel-title"),
            html.P(
                _("Every station shows and sounds a test alarm, marked as one."),
                className="page-lead",
            ),
            html.P(
                last_test(visit),
                id=ids.ALARM_TEST_TOLD,
                className="test-told",
                **attributes(role="status"),
            ),
            button(ids.ALARM_TEST, _("Test the alarms")),
        ],
        className="panel",
    )


def _permissions(visit: Visit) -> Any:
    words = visit.words
    _ = words.gettext
    rows = [
        [html.Ul([html.Li(text) for text in may], className="permitted"), *who]
        for may, who in permission_rows(words, simulated=visit.parts.settings.simulated)
    ]
    return html.Section(
        [
            html.H2(_("Who may do what"), className="panel-title"),
            html.P(
                _("Commands on the gateway's own machine have an administrator's rights."),
                className="page-lead",
            ),
            plain_table([_("What"), *role_heads(words)], rows),
        ],
        className="panel wide permissions",
    )


def _devices(visit: Visit) -> Any:
    records = visit.parts.records
    _ = visit.words.gettext
    rows = device_rows(
        visit.words, records.rooms(), records.devices(), records.bindings(), records.last_seen()
    )
    heads = [_("Room"), _("Device"), _("Last reading")]
    return html.Section(
        [html.H2(_("Rooms and devices"), className="panel-title"), plain_table(heads, rows)],
        className="panel wide",
    )
