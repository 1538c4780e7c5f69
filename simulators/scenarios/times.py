"""Times in a scenario: seconds, or minutes and seconds as a clock shows them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

_CLOCK = re.compile(r"^(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)$")
_PATTERN = r"^(\d{1,2}:)?\d{1,3}:[0-5]\d$"


def _seconds(written: object) -> object:
    if isinstance(written, int) and not isinstance(written, bool):
        return written
    match = _CLOCK.match(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError('a time is whole seconds, "MM:SS" or "H:MM:SS"')
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)


At = Annotated[
    int,
    BeforeValidator(_seconds),
    Field(ge=0, le=86_400),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 86_400},
                {"type": "string", "pattern": _PATTERN},
            ],
            "description": "Since the scenario's start: seconds, or MM:SS, or H:MM:SS.",
        }
    ),
]


def _in_order(window: tuple[int, int]) -> tuple[int, int]:
    if window[1] < window[0]:
        raise ValueError(f"{clock(window[1])} is before {clock(window[0])}: from and until")
    return window


Window = Annotated[
    tuple[At, At], AfterValidator(_in_order), Field(description="From and until, both included.")
]


def clock(second: float) -> str:
    """Seconds as MM:SS."""
    minutes, seconds = divmod(round(second), 60)
    return f"{minutes:02d}:{seconds:02d}"
