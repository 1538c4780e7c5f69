"""The rooms of one run: which token is which room's, read from a file so that no token is in the process list."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from simulators.scenarios.bed import Bed, build_bed
from simulators.scenarios.library import library, path_of, read_scenario
from simulators.scenarios.model import Scenario


class RoomsError(ValueError):
    """The tokens file cannot be used; one sentence."""


class SimulatedRoom(BaseModel):
    """One room: its device's token, and what differs from the run's scenario and seed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    room: Annotated[str, Field(min_length=1)]
    token: Annotated[str, Field(min_length=1)]
    phase_offset_min: float | None = None
    """Minutes into the infusion at the start of the run; negative before the infusion."""
    scenario: str | None = None
    device: str | None = None
    """Names the queue; with it the queue outlives a change of the token."""


_ROOMS: TypeAdapter[list[SimulatedRoom]] = TypeAdapter(
    Annotated[list[SimulatedRoom], Field(min_length=1)]
)


def read_rooms(path: Path) -> list[SimulatedRoom]:
    """The rooms of a tokens file (JSON list, mode 0600). Raises RoomsError and OSError."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise RoomsError(f"{path} holds tokens and others may read it: chmod 600 it first")
    try:
        return _ROOMS.validate_json(path.read_bytes())
    except ValidationError as error:
        # Never the input: it has tokens in it.
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RoomsError(f"{path}: {where + ': ' if where else ''}{first['msg']}") from None


def build_room(room: SimulatedRoom, scenario: str, seed: int, place: int) -> Bed:
    """The bed of one room. Its name and the seed make its patient, so a run with other rooms leaves it as it is.

    Raises ScenarioError for a scenario that does not exist.
    """
    return build_bed(
        find_scenario(room.scenario or scenario),
        place,
        seed=seed,
        name=room.room,
        into_infusion_min=room.phase_offset_min,
    )


def find_scenario(name: str) -> Scenario:
    """A scenario of the library, or one in a file. Raises ScenarioError."""
    return library().get(name) or read_scenario(path_of(name))
