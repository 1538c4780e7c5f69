"""What was done at the desk, as a scenario file: rooms as they were started, and what was done to them by hand."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import tomli_w
from pydantic import ValidationError

from simulators.desk.asked import NotDoneError
from simulators.desk.kept import Kept
from simulators.desk.names import plain_name
from simulators.desk.room import DeskRoom
from simulators.rooms import find_scenario
from simulators.scenarios.model import Scenario
from simulators.scenarios.persons import PatientSpec
from simulators.scenarios.refusals import refusal
from simulators.scenarios.room import Room
from simulators.scenarios.times import clock

_LONGEST_MIN = 600
_HEAD = """\
# Recorded at the simulator desk: the rooms as they were started, and what was done to them by hand.
# Expected and forbidden alarms are for you to add: `infusion-simulate check FILE` lists what alarmed.
"""


def recorded(title: str, rooms: Sequence[DeskRoom]) -> dict[str, Any]:
    """The scenario file of these rooms, with its name and what is in it. Raises NotDoneError."""
    # What was done in the second that comes next happens before the file's end.
    lived_min = max(room.bed.bedside.second for room in rooms) // 60 + 1
    minutes = min(lived_min, _LONGEST_MIN)
    written = {
        "title": title,
        "minutes": minutes,
        "room": [_room(room, minutes * 60) for room in rooms],
    }
    try:
        Scenario.model_validate(written)
    except ValidationError as error:
        raise NotDoneError(f"this makes no scenario: {refusal(error, written)}", "rooms") from None
    return {
        "name": f"{plain_name(title).lower()}.toml",
        "toml": "".join([_HEAD, *map(_pace, rooms), "\n", tomli_w.dumps(written)]),
        "rooms": len(rooms),
        "events": sum(len(room.kept.done) for room in rooms),
    }


def _pace(room: DeskRoom) -> str:
    if room.kept.speed == 1:
        return ""
    return f"# Room {plain_name(room.kept.room)} lived {room.kept.speed} times as fast: its times are the patient's.\n"


def _room(room: DeskRoom, end: int) -> dict[str, Any]:
    kept = room.kept
    scenario = find_scenario(kept.scenario)
    spec = scenario.room[kept.place % len(scenario.room)]
    minutes = spec.into_infusion_min if kept.into_infusion_min is None else kept.into_infusion_min
    written = {
        "name": plain_name(kept.room),
        "seed": kept.seed,
        "into_infusion_min": minutes,
        "phase": spec.phase_at(kept.into_infusion_min),
        "baseline": spec.baseline,
        "patient": _patient(scenario, spec.patient).model_dump(exclude_defaults=True),
        "devices": spec.devices.model_dump(exclude_defaults=True),
        "event": _events(spec, kept, end),
    }
    return {name: value for name, value in written.items() if value not in (None, {}, [])}


def _events(spec: Room, kept: Kept, end: int) -> list[dict[str, Any]]:
    """The file's own before the end and those of a hand by their times; in one second the file's come first."""
    happened = [(one.at, one.what) for one in spec.event if one.at < end]
    happened += [(done.second, done.event) for done in kept.done]
    return [
        {"at": clock(at), "do": what.do, **what.model_dump(exclude_defaults=True)}
        for at, what in sorted(happened, key=itemgetter(0))
    ]


def _patient(scenario: Scenario, spec: PatientSpec) -> PatientSpec:
    """The same person without the room that the file gave the person's name to."""
    if spec.same_as is None:
        return spec
    names = [scenario.room_name(place) for place in range(len(scenario.room))]
    earlier = _patient(scenario, scenario.room[names.index(spec.same_as)].patient)
    said = earlier.model_dump(exclude_none=True) | spec.model_dump(exclude_none=True)
    drawn_as = {"drawn_as": earlier.drawn_as or spec.same_as} if earlier.draw else {}
    return PatientSpec.model_validate({**said, **drawn_as, "same_as": None})
