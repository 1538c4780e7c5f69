"""Staff who do what is due, so that what alarms is the patient or the equipment: phases in time, scores when due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from simulators.patients.patient import INFUSION_MIN, Patient
from simulators.scenarios.room import OrderAt, Room

PHASES = ("precheck", "baseline", "infusion", "observation")
OVERRIDE = "scenario"
_MINUTE = 60
_EVERY_MIN = {"infusion": 10, "observation": 15}
_ONCE_MIN = {"baseline": 5, "infusion": 40, "observation": 60}
_BASELINE_MIN = 10
"""How long before the pump starts the patient rests."""
_DISSOCIATION = ("dissociation", "cadss6")
AT_REST = {"moaas": 5, "dissociation": 0, "cadss6": 0}
"""The scores of a patient before the infusion."""
_MOST = {"dissociation": 10, "cadss6": 24}
_CADSS_MOST = 92
_DROWSY_CADSS = 25


class Phase(NamedTuple):
    """A phase that staff enter, at a second of the room."""

    name: str
    at: int


class Score(NamedTuple):
    """A score that staff take, at a second of the room."""

    name: str
    at: int


def phases(room: Room) -> list[Phase]:
    """When the phases after the first one are entered: with the pump, unless the file's own orders enter them."""
    if room.staff == "none" or any(_enters(order) for order in room.order):
        return []
    begins = round(-room.into_infusion_min * _MINUTE)
    ends = begins + round(INFUSION_MIN * _MINUTE)
    stands = PHASES.index(room.phase)
    resting = max(0, begins - _BASELINE_MIN * _MINUTE)
    planned = {"baseline": resting, "infusion": begins, "observation": ends}
    return [
        Phase(name, at) for name, at in planned.items() if PHASES.index(name) > stands and at >= 0
    ]


def scores(room: Room, until: int) -> list[Score]:
    """The scores that become due, a little before they do."""
    if room.staff == "none":
        return []
    ordered = [Phase(str(one.order["phase"]), one.at) for one in room.order if _enters(one)]
    return [score for score in _scores(room, ordered or phases(room), until) if score.at < until]


def _enters(order: OrderAt) -> bool:
    return order.order.get("kind") == "enter_phase" and order.refused is None


def _scores(room: Room, entered: list[Phase], until: int) -> Iterator[Score]:
    spans = [Phase(room.phase, 0), *entered]
    for span, following in zip(spans, [*spans[1:], Phase("", until)], strict=True):
        length = following.at - span.at
        if every := _EVERY_MIN.get(span.name):
            for after in range(every * _MINUTE, length + 1, every * _MINUTE):
                yield Score("moaas", span.at + after)
        if once := _ONCE_MIN.get(span.name):
            names = _DISSOCIATION if span.name != "baseline" else ("moaas", *_DISSOCIATION)
            for name in names:
                # Before the phase is left, even where that is early.
                yield Score(name, span.at + max(0, min(once * _MINUTE, length) - 1))


def value_of(score: str, patient: Patient) -> int:
    """What the patient would answer, or look like, now."""
    dissociation = patient.dissociation
    if score == "moaas":
        return 4 if dissociation > _DROWSY_CADSS else 5
    return round(_MOST[score] * dissociation / _CADSS_MOST)


def score_order(score: str, value: int, entry: UUID) -> dict[str, object]:
    """The order that enters it; ``session`` is filled in by whoever gives it."""
    return {"kind": "enter_score", "entry": str(entry), "score": score, "value": value}
