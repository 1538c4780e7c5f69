"""The limits that were in force, as lines with steps over the time in which they held. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.domain.limits import RANK, Limit, Priority, Side
from monitor.domain.readings import Instant, Metric
from monitor.domain.review.in_force import InForce


class Step(NamedTuple):
    """A limit held at ``limit`` from ``since`` up to ``until``."""

    since: Instant
    until: Instant
    limit: float


class StepLine(NamedTuple):
    """The innermost limit of one side, component and priority, over the session; steps by time, never overlapping."""

    metric: Metric
    component: str
    side: Side
    priority: Priority
    steps: tuple[Step, ...]


def step_lines(spans: Iterable[InForce]) -> list[StepLine]:
    """A line for each kind of limit that is worth one: low priority is told, not drawn."""
    found: dict[tuple[Metric, str, Side, Priority], list[Step]] = {}
    for span in spans:
        for metric, limits in span.limits.items():
            for limit in _drawn(limits):
                key = (metric, limit.component, limit.side, limit.priority)
                _append(found.setdefault(key, []), Step(span.since, span.until, limit.limit))
    return [StepLine(*key, tuple(steps)) for key, steps in found.items()]


def limits_at(spans: Sequence[InForce], metric: Metric, at: Instant) -> tuple[Limit, ...]:
    """What held for the metric at this moment; nothing outside the session."""
    held = (span.limits[metric] for span in spans if span.since <= at < span.until)
    return next(held, ())


def _drawn(limits: Iterable[Limit]) -> list[Limit]:
    """Of the limits on one metric the one of each side, component and priority that is crossed first."""
    innermost: dict[tuple[str, Side, Priority], Limit] = {}
    for limit in limits:
        if RANK[limit.priority] < RANK[Priority.MEDIUM]:
            continue
        key = (limit.component, limit.side, limit.priority)
        known = innermost.setdefault(key, limit)
        if limit.distance(known.limit) > 0:
            innermost[key] = limit
    return list(innermost.values())


def _append(steps: list[Step], step: Step) -> None:
    if steps and steps[-1].until == step.since and steps[-1].limit == step.limit:
        steps[-1] = steps[-1]._replace(until=step.until)
    else:
        steps.append(step)
