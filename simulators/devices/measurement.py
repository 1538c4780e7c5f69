"""What a device says, before it becomes a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Measurement(NamedTuple):
    """One value of a metric, or the absence of one with a status that says why.

    A cuff has ``systolic``, ``diastolic`` and ``mean`` (mmHg) instead of ``value``.
    """

    metric: str
    value: float | None = None
    systolic: float | None = None
    diastolic: float | None = None
    mean: float | None = None
    status: str = "ok"


class Source(Protocol):
    """Whatever measures: a device at a simulated patient, or a recording.

    ``metrics`` tells each metric's usual interval in seconds, as the hello message does. ``position`` marks how far
    a source that ends has come; None for one that never ends.
    """

    model: str
    metrics: Mapping[str, float]

    @property
    def position(self) -> str | None: ...

    def due(self) -> float | None:
        """Seconds since the start at which the next measurements come; None when there will be no more."""

    def take(self) -> Sequence[Measurement]:
        """The measurements that are due next."""
