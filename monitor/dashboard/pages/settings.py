"""What is in force: alarm limits with their sources, rooms and devices. To be read; commands change it."""

from __future__ import annotations

from typing import Any

from dash import html

from monitor.dashboard.components.tables import plain_table
from monitor.dashboard.rule_rows import limit_rows, rule_rows
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.registry import Binding, Device, Room
from monitor.service.protocols import Protocol


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Settings - Infusion monitor")


def layout(**_query: str) -> Any:
    """Protocols, then rooms and devices."""
    visit = current_visit()
    _ = visit.words.gettext
    protocols = [_protocol(visit, protocol) for protocol in visit.parts.protocols.values()]
    return html.Div(
        [
            html.H1(_("Settings"), className="page-title"),
            html.P(
                _("Language and theme are in your own menu, at the top right."),
                className="page-lead",
            ),
            html.Div([*protocols, _devices(visit)], className="panels"),
        ],
        className="plain-page",
    )


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
            html.H2(_(protocol.title), className="panel-title"),
            plain_table(limits, limit_rows(words, visit.phrases, protocol.alarms.limits)),
            plain_table(rules, rule_rows(words, visit.phrases, protocol.alarms)),
        ],
        className="panel",
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
        className="panel",
    )
