"""How long, how fast and how full: the settings of a soak, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

_HOUR_S = 3600.0
_WEEK_HOURS = 168.0
_WARM_UP = 0.25
_LONGEST_WARM_UP_S = 1800.0


@dataclass(frozen=True)
class Plan:
    """``seconds`` are real ones. ``turnover_minutes`` of the clinic's clock after which a room's session gives way."""

    name: str
    seconds: float
    rooms: int = 12
    speed: float = 1.0
    every_s: float = 30.0
    turnover_minutes: float = 100.0

    @property
    def warm_up_s(self) -> float:
        """How much of the beginning says nothing: caches fill, code is compiled, pages draw their first hour."""
        return min(_LONGEST_WARM_UP_S, _WARM_UP * self.seconds)

    def lasting(self, seconds: float) -> Self:
        """The same of another length: what a run that was ended early was."""
        return replace(self, seconds=seconds)


def planned(environment: Mapping[str, str]) -> Plan:
    """HOURS real hours of ROOMS rooms at SPEED, or with WEEK a simulated week at SPEED. Raises ValueError."""
    week = bool(environment.get("WEEK"))
    speed = float(environment.get("SPEED", "60" if week else "1"))
    hours = float(environment.get("HOURS", _WEEK_HOURS / speed if week else 2.0))
    rooms = int(environment.get("ROOMS", "12"))
    every_s = float(environment.get("EVERY_S", "30"))
    if hours <= 0 or rooms < 1 or speed < 1 or every_s <= 0:
        raise ValueError("HOURS, ROOMS and EVERY_S are more than 0, SPEED is 1 or more")
    return Plan("fast" if speed > 1 else "clock", hours * _HOUR_S, rooms, speed, every_s)
