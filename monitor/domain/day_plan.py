"""The infusions of a day, planned and running, and where two of them would end together. Pure.

Two ends at once are two patients who need a nurse at the same moment: that is told before the second one starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from monitor.domain.chart import Pause
from monitor.domain.readings import MINUTE, Instant

CLASH_WITHIN = 2 * MINUTE
"""Ends that are closer than this come together."""


@dataclass(frozen=True, slots=True)
class PlannedInfusion:
    """An infusion with its planned end. ``key`` is the id of its visit or session, ``room_id`` None without a room."""

    key: str
    room_id: str | None
    patient: str
    begins_at: Instant
    ends_at: Instant
    is_running: bool = False


class Clash(NamedTuple):
    """Two infusions whose planned ends are less than the asked-for time apart; the earlier end comes first."""

    first: PlannedInfusion
    second: PlannedInfusion


def infusion_end(
    began_at: Instant, length_ms: int, pauses: Iterable[Pause], now: Instant
) -> Instant:
    """When an infusion of this length is through: the time of every pause comes on top, of one that lasts up to now.

    Pauses do not overlap.
    """
    ends_at = began_at + length_ms
    for pause in sorted(pauses):
        until = max(now, pause.since) if pause.until is None else pause.until
        if pause.since < ends_at:
            ends_at += max(0, until - max(pause.since, began_at))
    return ends_at


def clashes(
    infusions: Iterable[PlannedInfusion], now: Instant, within_ms: int = CLASH_WITHIN
) -> list[Clash]:
    """Every pair that would end less than ``within_ms`` apart, by time; what has ended clashes with nothing.

    One patient never clashes with themselves: a plan and its session are one infusion.
    """
    to_come = sorted(
        (one for one in infusions if one.ends_at > now), key=lambda one: (one.ends_at, one.key)
    )
    return [
        Clash(first, second)
        for first, second in combinations(to_come, 2)
        if second.ends_at - first.ends_at < within_ms and first.patient != second.patient
    ]


def clashes_with(
    infusion: PlannedInfusion,
    others: Sequence[PlannedInfusion],
    now: Instant,
    within_ms: int = CLASH_WITHIN,
) -> list[Clash]:
    """The clashes that this infusion would bring, if it ran as given; one of the same key among the others is it."""
    beside = [other for other in others if other.key != infusion.key]
    return [pair for pair in clashes([*beside, infusion], now, within_ms) if infusion in pair]
