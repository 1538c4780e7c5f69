"""Ways to break the alarm system on purpose. A scenario that no longer passes has noticed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest

from monitor.domain.alarms import Occurrence
from monitor.domain.conditions import missing
from monitor.service.protocols import PROTOCOLS_DIRECTORY, Protocol, read_protocol

PRESET = "ketamine_iv.toml"


class Mutation(NamedTuple):
    """What is broken, how, and which scenarios must notice."""

    name: str
    noticed_by: tuple[str, ...]
    in_protocol: tuple[tuple[str, str], ...] = ()
    in_code: Callable[[pytest.MonkeyPatch], None] | None = None


def mutated(mutation: Mutation) -> dict[str, Protocol]:
    """The preset with this mutation's changes."""
    text = (PROTOCOLS_DIRECTORY / PRESET).read_text()
    for pattern, replacement in mutation.in_protocol:
        text, count = re.subn(pattern, replacement, text, count=1)
        assert count == 1, pattern
    protocol = read_protocol(text, PRESET)
    return {protocol.name: protocol}


def _limit(metric: str, which: str, key: str, was: str, becomes: str) -> tuple[str, str]:
    """One key of one limit: ``which`` is the line that tells it from the others of its metric."""
    head = rf'(\[\[limit\]\]\nmetric = "{metric}"\n(?:component = "\w+"\n)?{which}\n(?:.+\n)*?{key} = ){was}\n'
    return head, rf"\g<1>{becomes}\n"


def _value(metric: str, key: str, was: str, becomes: str) -> tuple[str, str]:
    head = rf'(\[\[limit\]\]\nmetric = "{metric}"\n(?:component = "systolic"\n)?{key} = ){was}\n'
    return head, rf"\g<1>{becomes}\n"


def _never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "conditions", lambda *_: [])


def _never_latched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Occurrence, "is_latching", property(lambda _: False))


def _one_rung_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Occurrence, "worsen_to", lambda *_: None)


MUTATIONS = (
    Mutation(
        "SpO2 medium limit 92 becomes 89", ("desaturation",), (_value("spo2", "below", "92", "89"),)
    ),
    Mutation(
        "SpO2 high at once 85 becomes 75", ("airway",), (_value("spo2", "below", "85", "75"),)
    ),
    Mutation(
        "SpO2 delay 15 s becomes 60 s",
        ("desaturation",),
        (_limit("spo2", "below = 92", "delay_s", "15", "60"),),
    ),
    Mutation(
        "SpO2 delay 15 s becomes none",
        ("motion",),
        (_limit("spo2", "below = 90", "delay_s", "15", "0"),),
    ),
    Mutation(
        "pulse medium limit 120 becomes 150",
        ("panic",),
        (_value("pulse_rate", "above", "120", "150"),),
    ),
    Mutation(
        "pulse high limit 40 becomes 30",
        ("vasovagal",),
        (_value("pulse_rate", "below", "40", "30"),),
    ),
    Mutation(
        "systolic 165 becomes 175",
        ("late_rise", "responder"),
        (_value("nibp", "at_or_above", "165", "175"), (r"\nby = 40\n", "\nby = 60\n")),
    ),
    Mutation("systolic low 80 becomes 70", ("vasovagal",), (_value("nibp", "below", "80", "70"),)),
    Mutation(
        "silence after 60 s instead of 10 s",
        ("stream_loss",),
        (
            (
                r"\nlow_s = 10\nmedium_s = 30\nhigh_s = 60",
                "\nlow_s = 60\nmedium_s = 120\nhigh_s = 180",
            ),
        ),
    ),
    Mutation("a silent feed is never said", ("stream_loss", "probe_off"), in_code=_never_silent),
    Mutation("high alarms do not latch", ("airway", "vasovagal"), in_code=_never_latched),
    Mutation(
        "a worse rung does not raise the priority",
        ("desaturation", "probe_off"),
        in_code=_one_rung_only,
    ),
)
