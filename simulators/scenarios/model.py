"""A scenario file as data. The JSON Schema beside the library is made from these models."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from simulators.scenarios.checks import first_contradiction
from simulators.scenarios.parts import Part
from simulators.scenarios.room import Room


def _lasts(minutes: float) -> float:
    if round(minutes * 60) == 0:
        raise ValueError(f"{minutes:g} minutes are not one second")
    return minutes


class Scenario(Part):
    """A scenario file."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    minutes: Annotated[float, Field(gt=0, le=600), AfterValidator(_lasts)]
    """How long it is checked for; ``run`` goes on until it is stopped."""
    seed: int = 1
    room: Annotated[tuple[Room, ...], Field(min_length=1, max_length=1000)]

    @property
    def seconds(self) -> int:
        """Its length."""
        return round(self.minutes * 60)

    def room_name(self, place: int) -> str:
        """The name of the room at this place of the file."""
        return self.room[place].name or str(place + 1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [self.room_name(place) for place in range(len(self.room))]
        if found := first_contradiction(names, self.room, self.seconds):
            raise ValueError(found)
        return self
