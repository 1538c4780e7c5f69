"""Labels at the ends of lines, none on top of another. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def spread(values: Sequence[float], least: float) -> list[float]:
    """The values, moved until they are at least so far apart; their order and their middle stay."""
    places = sorted(range(len(values)), key=lambda place: (values[place], place))
    moved = list(values)
    for before, after in pairwise(places):
        moved[after] = max(moved[after], moved[before] + least)
    shift = (sum(moved) - sum(values)) / max(1, len(values))
    return [value - shift for value in moved]


def halo(colour: str) -> str:
    """A shadow in the colour of the ground: words over lines stay words."""
    return ", ".join(f"{x}px {y}px 2px {colour}" for x in (-1, 1) for y in (-1, 1))
