"""What one session adds to its patient's series: the dose, and how far each score went. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from monitor.domain.chart import Chart

FURTHEST: dict[str, Callable[[Iterable[int]], int]] = {
    "cadss6": max,
    "dissociation": max,
    "moaas": min,
}
"""Score to which of its values says most: MOAA/S falls with sedation, the others rise with dissociation."""


class GivenDose(NamedTuple):
    """A dose that was planned and begun; ``mg_per_kg`` None where the protocol does not dose by weight."""

    mg: float
    mg_per_kg: float | None
    minutes: float
    is_whole: bool
    """Whether the infusion was not stopped early: of one that was, less was given than this."""


def dose_given(chart: Chart, *, began: bool) -> GivenDose | None:
    """The dose of a session whose infusion ``began``; None without an infusion or a plan."""
    plan = chart.plan
    if plan is None or not began:
        return None
    return GivenDose(plan.dose_mg, plan.dose_mg_per_kg, plan.minutes, chart.stopped is None)


def furthest_scores(chart: Chart) -> Mapping[str, int]:
    """Score to its highest value, of MOAA/S to its lowest; scores that nobody took are left out."""
    taken = {score: [value for _at, value in chart.scores(score)] for score in FURTHEST}
    return {score: FURTHEST[score](values) for score, values in taken.items() if values}
