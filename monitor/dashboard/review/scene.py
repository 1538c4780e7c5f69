"""What the review's figure shows, and how its parts are written down. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.dashboard.marks import PhaseSpan
from monitor.dashboard.review.channels import Recorded
from monitor.dashboard.review.opening import minutes_from
from monitor.dashboard.review.shapes import AlarmSpan
from monitor.dashboard.theme import Palette
from monitor.domain.readings import Instant
from monitor.domain.review.in_force import InForce

CLOCK, CLOCKS = "%{customdata|%H:%M:%S}", "%{customdata[0]|%H:%M:%S}"
"""The clinic's time of a point, from the one number that it has beside its own, or the first of several."""


class EventMark(NamedTuple):
    """Something that happened, as a sign under the axis. ``tone`` is a priority, ``event`` or ``phase``."""

    at: Instant
    tone: str
    text: str
    alarm: str = ""
    """Its id, for the mark of an alarm."""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What the figure shows. ``origin`` is minute 0, ``shift_ms`` leads from an instant to the clinic's wall clock.

    ``names`` has words for the metrics, ``mean``, ``manual``, ``late`` and ``limit``.
    """

    session_id: str
    recorded: Recorded
    spans: Sequence[InForce]
    whole: tuple[Instant, Instant]
    origin: Instant
    shift_ms: int
    names: Mapping[str, str]
    palette: Palette
    phases: Sequence[PhaseSpan] = field(default_factory=tuple)
    alarms: Sequence[AlarmSpan] = field(default_factory=tuple)
    marks: Sequence[EventMark] = field(default_factory=tuple)

    def minutes(self, at: Instant) -> float:
        """A moment on the axis."""
        return minutes_from(self.origin, at)


def packed(values: NDArray[np.float64]) -> dict[str, str]:
    """Numbers as Plotly reads them without parsing each."""
    return {"dtype": "f8", "bdata": base64.b64encode(values.astype("<f8").tobytes()).decode()}


def marker(colour: str, *, by_hand: bool) -> dict[str, Any]:
    """What a person read has another shape, not only another colour."""
    return {
        "symbol": "diamond" if by_hand else "circle",
        "size": 10 if by_hand else 7,
        "color": colour,
    }


def hover(value: str) -> str:
    """What is told of a point: when, and what it says."""
    return f"{CLOCK} · %{{x:.1f}} min<br>{value}"
