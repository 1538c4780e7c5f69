"""What the desk keeps on disk, so that the rooms go on when its process was killed and started again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from simulators.desk.asked import Happening
from simulators.rooms import SimulatedRoom


class Done(BaseModel):
    """Something that was done by hand: in which second of the bed, and when on the ward's clock (ms since 1970)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    second: int
    at_ms: int
    event: Happening


class Kept(BaseModel):
    """One room as it was started, and what has been done in it since.

    ``began_at_ms`` is the ward's clock in the bed's second 0, None until the gateway has welcomed the device.
    ``stopped_because`` is None while the room runs.
    """

    model_config = ConfigDict(extra="forbid")

    room: str
    device: str
    token: str
    scenario: str
    place: int
    seed: int
    speed: int = 1
    into_infusion_min: float | None = None
    began_at_ms: int | None = None
    done: list[Done] = []
    stopped_because: str | None = None
    refused: bool = False


def first_rooms(rooms: Sequence[SimulatedRoom], scenario: str, seed: int) -> list[Kept]:
    """The rooms of a tokens file as they begin: each has the scenario's room at its own place."""
    return [
        Kept(
            room=room.room,
            device=room.device or room.room,
            token=room.token,
            scenario=room.scenario or scenario,
            place=place,
            seed=seed,
            into_infusion_min=room.phase_offset_min,
        )
        for place, room in enumerate(rooms)
    ]


_ROOMS: TypeAdapter[list[Kept]] = TypeAdapter(list[Kept])


class KeptError(RuntimeError):
    """What an earlier desk has left cannot be used, or another has it; one sentence."""


def read_kept(path: Path) -> list[Kept] | None:
    """The rooms of an earlier process, None where none has left any. Raises KeptError."""
    try:
        return _ROOMS.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        # Never the input: it has tokens in it.
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise KeptError(f"{path}: {reason}; remove it to begin without rooms") from None


def write_kept(path: Path, rooms: list[Kept]) -> None:
    """Keep the rooms: readers see the old ones or the new ones. The file holds tokens, so it is ours alone."""
    write_privately(path, _ROOMS.dump_json(rooms))


def write_privately(path: Path, content: bytes) -> None:
    """Replace a file whole; nobody else may ever read it."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    fresh.replace(path)
