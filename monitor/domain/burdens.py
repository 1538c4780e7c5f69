"""How deep and how long together: what gathers beyond a limit, by the two rules of ``limits.Burden``."""

from __future__ import annotations

from typing import NamedTuple

from monitor.domain.limits import Burden, Limit
from monitor.domain.readings import MINUTE, SECOND, Instant

LONGEST_HOLD_MS = 3 * SECOND
"""A value stands for the time since the one before, but no longer than this."""
FIRST_HOLD_MS = SECOND
"""The first value stands for a second: continuous metrics come at 1 Hz."""
EXCURSIONS_IN_A_MINUTE = 3


class Load(NamedTuple):
    """What has gathered; ``excursions`` are the beginnings of the last minute's breaches."""

    amount: float = 0.0
    at: Instant | None = None
    beyond: bool = False
    excursions: tuple[Instant, ...] = ()


def gathered(load: Load | None, limit: Limit, burden: Burden, at: Instant, value: float) -> Load:
    """The load after one more value, in measured order."""
    known = load or Load()
    beyond = limit.is_crossed_by(value)
    if burden.rule == "sum":
        held_ms = FIRST_HOLD_MS if known.at is None else min(at - known.at, LONGEST_HOLD_MS)
        change = limit.distance(value) * held_ms / SECOND
    else:
        change = limit.distance(value) + 1 if beyond else -1
    excursions = tuple(begun for begun in known.excursions if at - begun < MINUTE)
    if beyond and not known.beyond:
        excursions = (*excursions, at)
    return Load(max(0.0, known.amount + change), at, beyond, excursions)


def is_full(load: Load, burden: Burden) -> bool:
    """Whether it is enough to be raised."""
    if burden.rule == "index" and len(load.excursions) >= EXCURSIONS_IN_A_MINUTE:
        return True
    return load.amount >= burden.setting
