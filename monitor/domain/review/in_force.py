"""Which limits were in force when: by phase, the confirmed baseline, and what staff set for this patient. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from monitor.domain import facts
from monitor.domain.limits import Limit, limits_in_force
from monitor.domain.readings import Instant, Metric
from monitor.domain.review.record import SessionRecord


class InForce(NamedTuple):
    """From ``since`` up to ``until`` these limits held; lower side first, milder before worse."""

    since: Instant
    until: Instant
    limits: Mapping[Metric, tuple[Limit, ...]]


def limits_over_time(record: SessionRecord) -> list[InForce]:
    """The whole session in stretches with one set of limits each, without gaps."""
    spans: list[InForce] = []
    for since, limits in _sets(record):
        if spans:
            spans[-1] = spans[-1]._replace(until=since)
        spans.append(InForce(since, record.until, limits))
    return [span for span in spans if span.since < span.until]


def _sets(record: SessionRecord) -> Iterator[tuple[Instant, Mapping[Metric, tuple[Limit, ...]]]]:
    phase, baseline = "", dict[str, float]()
    own, off = dict[str, float | None](), set[Metric]()
    for at, change in _changes(record):
        match change:
            case str():
                phase = change
            case facts.BaselineConfirmed(_, values):
                baseline = dict(values)
            case facts.LimitChanged(_, limit, value):
                own[limit] = value
            case facts.AlarmsSwitched(_, metric, on):
                (off.discard if on else off.add)(Metric(metric))
        yield at, limits_in_force(record.settings, phase, baseline, own, frozenset(off))


Change = str | facts.BaselineConfirmed | facts.LimitChanged | facts.AlarmsSwitched


def _changes(record: SessionRecord) -> list[tuple[Instant, Change]]:
    """Phases and what changes limits, by time; a phase before what was set in its first instant."""
    phases: list[tuple[Instant, Change]] = [
        (entry.at, str(entry.phase)) for entry in record.session.phases
    ]
    changed: list[tuple[Instant, Change]] = [
        (fact.at, fact.body)
        for fact in record.facts
        if isinstance(
            fact.body, facts.BaselineConfirmed | facts.LimitChanged | facts.AlarmsSwitched
        )
    ]
    return sorted([*phases, *changed], key=lambda change: change[0])
