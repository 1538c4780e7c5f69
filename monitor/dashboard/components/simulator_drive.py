"""What can be done to a simulated patient, their device and their network, as buttons: each has its event in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from dash import html

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.words import Words

UNTIL_ENDED_S = 86_400
"""Lasts until the opposite button is pressed: a day is the longest that a fault can last."""


class Deed(NamedTuple):
    """A button. ``holds`` is the part of a room's state, and its value, that shows the deed to be in force."""

    label: str
    event: Mapping[str, Any]
    holds: tuple[str, str] | None = None


def deed_groups(words: Words) -> list[Any]:
    """The three groups."""
    _ = words.gettext
    cuff_says = html.Div(id=ids.SIMULATOR_CUFF, className="cuff-says")
    return [
        _group(_("Patient"), patient_deeds(words)),
        _group(_("Device"), device_deeds(words), cuff_says),
        _group(_("Network and clock"), network_deeds(words)),
    ]


def patient_deeds(words: Words) -> list[Deed]:
    """What happens to a body, and what staff do about it."""
    _ = words.gettext
    return [
        Deed(_("Airway closes"), {"do": "airway", "hold_s": 120}),
        Deed(_("Faint"), {"do": "vasovagal"}),
        Deed(_("Panic"), {"do": "panic"}),
        Deed(_("Speak, lift the chin"), {"do": "stimulate"}),
        Deed(_("Reassure"), {"do": "reassure"}),
        Deed(_("Oxygen 2 l/min"), {"do": "oxygen", "l_per_min": 2}),
        Deed(_("Oxygen off"), {"do": "oxygen", "l_per_min": 0}),
        Deed(_("Labetalol 10 mg"), {"do": "labetalol", "mg": 10}),
        Deed(_("Pump off"), {"do": "pump", "rate": 0}),
        Deed(_("Pump on"), {"do": "pump", "rate": 1}),
    ]


def device_deeds(words: Words) -> list[Deed]:
    """Faults of oximeter, cuff and battery."""
    _ = words.gettext
    return [
        Deed(_("Probe off"), {"do": "sensor_off", "for_s": UNTIL_ENDED_S}, ("probe", "off")),
        Deed(_("Probe on"), {"do": "sensor_on"}),
        Deed(_("Freeze"), {"do": "freeze", "for_s": UNTIL_ENDED_S}, ("frozen", "true")),
        Deed(_("Thaw"), {"do": "thaw"}),
        Deed(_("Motion 20 s"), {"do": "motion", "for_s": 20}),
        Deed(_("Motion, unmarked"), {"do": "motion", "for_s": 20, "marked": False}),
        Deed(_("SpO₂ stuck 5 min"), {"do": "stuck", "metric": "spo2", "for_s": 300}),
        Deed(_("Battery 5 %"), {"do": "battery", "percent": 5}),
        Deed(_("Cuff now"), {"do": "cuff_now"}),
        Deed(_("Next cuff fails"), {"do": "cuff_fails", "times": 1}),
        Deed(_("Device well again"), {"do": "device_well"}),
    ]


def network_deeds(words: Words) -> list[Deed]:
    """What happens on the way to the gateway, and to the device's idea of the time."""
    _ = words.gettext
    return [
        Deed(_("Cut the network"), {"do": "network_cut"}, ("network", "cut")),
        Deed(_("Restore it"), {"do": "network_back"}),
        Deed(_("Frames 5 s late"), {"do": "delay", "delay_s": 5, "for_s": 60}),
        Deed(_("Frames twice"), {"do": "duplicates", "for_s": 60}),
        Deed(_("Frames out of order"), {"do": "reorder", "for_s": 60}),
        Deed(_("Garbage"), {"do": "garbage", "for_s": 60}),
        Deed(_("Clock +10 s"), {"do": "skew", "offset_s": 10}, ("clock", "10000")),
        Deed(_("Clock −10 s"), {"do": "skew", "offset_s": -10}, ("clock", "-10000")),
        Deed(_("Clock right"), {"do": "skew", "offset_s": 0}),
        Deed(_("Network well again"), {"do": "network_well"}),
    ]


def _group(heading: str, deeds: list[Deed], *more: Any) -> Any:
    buttons = [
        html.Button(
            deed.label,
            type="button",
            className="button deed",
            **attributes(
                data_event=json.dumps(deed.event),
                data_holds="=".join(deed.holds) if deed.holds else None,
            ),
        )
        for deed in deeds
    ]
    return html.Section(
        [
            html.H3(heading, className="side-title"),
            html.Div(buttons, className="deeds"),
            *more,
        ],
        className="deed-group",
    )
