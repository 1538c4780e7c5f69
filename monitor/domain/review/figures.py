"""The figures of a session at a glance: baseline, peak, lowest, time outside, return, cadence, responses. Pure.

Every figure that cannot be told is None; none is ever guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from monitor.domain import facts, infusion
from monitor.domain.chart import Cuff
from monitor.domain.readings import MINUTE, Instant, Metric
from monitor.domain.review.alarm_life import AlarmLife
from monitor.domain.review.cadence import Cadence, cuffs_kept
from monitor.domain.review.in_force import InForce, limits_over_time
from monitor.domain.review.outside import Judged, Stretch, judge, total_ms
from monitor.domain.review.record import SessionRecord

PERCENT_OF_BASELINE = 20.0
"""Back to baseline: within this much of it, where the protocol has no criterion of its own (clinical sign-off)."""


class Peak(NamedTuple):
    """The highest systolic pressure; ``minutes`` from the infusion's beginning, None without one."""

    at: Instant
    systolic: float
    diastolic: float | None
    source: str
    minutes: float | None
    rise: float | None
    """Over the confirmed baseline."""


class Lowest(NamedTuple):
    """The lowest saturation, and how long the dip below the limit was in which it lies; None: no limit crossed.

    ``is_judged``: whether a limit was in force at all.
    """

    at: Instant
    value: float
    source: str
    below_ms: int | None
    is_judged: bool


class Responses(NamedTuple):
    """Medians over the alarms that were painted or acknowledged, in ms, and how many those are.

    Painted counts from the first raising; acknowledged from when the alarm was as bad as it became.
    """

    painted_ms: float | None
    painted: int
    acknowledged_ms: float | None
    acknowledged: int


class Measured(NamedTuple):
    """How much there is to go by.

    ``values``: how many readings and entries have one, voided ones left out. ``ms``: the part of the session in which
    any of them counted (see ``counting``); ``judged_ms``: the part of that in which a limit was in force for it.
    ``by_metric`` leaves out what was never measured.
    """

    values: int
    ms: int
    judged_ms: int
    by_metric: Mapping[Metric, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """See the module. Times in ms, pressures in mmHg, saturations in percent."""

    began_at: Instant | None
    """When the infusion began."""
    infusion_ms: int | None
    """How long it ran, pauses left out."""
    observation_ms: int | None
    watched_ms: int
    """The whole session."""
    measured: Measured
    baseline: Mapping[str, float]
    peak: Peak | None
    earlier_peak: Peak | None
    """A pressure before the infusion, where it was higher than any since."""
    lowest: Lowest | None
    outside: Mapping[Metric, Sequence[Stretch]]
    """When each was beyond its limits; metrics that never were are left out."""
    outside_ms: int | None
    """Beyond any limit, what overlaps counted once; None where no value was judged by any."""
    back_after_ms: int | None
    """From the infusion's end to the first pressure from which on all were near the baseline; None: not seen."""
    cuffs: Cadence
    alarms: Mapping[tuple[str, str], int]
    """Type and worst priority to how many were raised."""
    responses: Responses


def figures_of(record: SessionRecord) -> Figures:
    """The figures: a function of the record and of nothing else."""
    spans = limits_over_time(record)
    judged = judge(record, spans)
    measured = _measured(record, judged)
    outside = [stretch for known in judged.values() for stretch in known.outside]
    began, ended = infusion.began_at(record.session), infusion.ended_at(record.session)
    return Figures(
        began_at=began,
        infusion_ms=_infusion_ms(record, began),
        observation_ms=None if ended is None else record.until - ended,
        watched_ms=record.until - record.session.started_at,
        measured=measured,
        baseline=dict(record.chart.baseline),
        peak=_peak(record, began),
        earlier_peak=_earlier_peak(record, began),
        lowest=_lowest(record, judged.get(Metric.SPO2)),
        outside={metric: known.outside for metric, known in judged.items() if known.outside},
        outside_ms=total_ms(outside) if measured.judged_ms else None,
        back_after_ms=_back_after_ms(record, ended),
        cuffs=cuffs_kept(record),
        alarms=Counter((alarm.newest.type, alarm.worst.priority) for alarm in record.alarms),
        responses=_responses(record),
    )


def _measured(record: SessionRecord, judged: Mapping[Metric, Judged]) -> Measured:
    return Measured(
        values=sum(map(len, record.values.values())) + len(record.chart.cuffs()),
        ms=total_ms(stretch for known in judged.values() for stretch in known.measured),
        judged_ms=total_ms(stretch for known in judged.values() for stretch in known.judged),
        by_metric={metric: total_ms(known.measured) for metric, known in judged.items()},
    )


def innermost(spans: Iterable[InForce], metric: Metric) -> list[InForce]:
    """The same stretches with the limits of one metric only, joined where nothing changed for it."""
    found: list[InForce] = []
    for span in spans:
        of_metric = {metric: span.limits[metric]}
        if found and found[-1].limits == of_metric and found[-1].until == span.since:
            found[-1] = found[-1]._replace(until=span.until)
        else:
            found.append(InForce(span.since, span.until, of_metric))
    return found


def _infusion_ms(record: SessionRecord, began: Instant | None) -> int | None:
    return None if began is None else infusion.ran_ms(record.session, record.chart, record.until)


def _peak(record: SessionRecord, began: Instant | None) -> Peak | None:
    """Of the infusion and what follows it; of the whole session where there was none."""
    return _highest(record, [c for c in _pressures(record) if c.at >= (began or 0)], began)


def _earlier_peak(record: SessionRecord, began: Instant | None) -> Peak | None:
    if began is None:
        return None
    earlier = _highest(record, [cuff for cuff in _pressures(record) if cuff.at < began], began)
    since = _peak(record, began)
    if earlier is None or (since is not None and since.systolic >= earlier.systolic):
        return None
    return earlier


def _pressures(record: SessionRecord) -> list[Cuff]:
    return [cuff for cuff in record.chart.cuffs() if cuff.systolic is not None]


def _highest(record: SessionRecord, cuffs: Sequence[Cuff], began: Instant | None) -> Peak | None:
    if not cuffs:
        return None
    highest = max(cuffs, key=_systolic)
    systolic, rest = _systolic(highest), record.chart.baseline.get("systolic")
    return Peak(
        at=highest.at,
        systolic=systolic,
        diastolic=highest.diastolic,
        source=highest.source,
        minutes=None if began is None else (highest.at - began) / MINUTE,
        rise=None if rest is None else systolic - rest,
    )


def _systolic(cuff: Cuff) -> float:
    return cuff.systolic or 0.0


def _lowest(record: SessionRecord, known: Judged | None) -> Lowest | None:
    values = record.values[Metric.SPO2]
    if not values:
        return None
    at, value, source = min(values, key=lambda known: known.value)
    judged, outside = ((), ()) if known is None else (known.judged, known.outside)
    dips = [stretch.ms for stretch in outside if stretch.since <= at < stretch.until]
    is_judged = any(stretch.since <= at < stretch.until for stretch in judged)
    return Lowest(at, value, source, dips[0] if dips else None, is_judged)


def _back_after_ms(record: SessionRecord, ended: Instant | None) -> int | None:
    rest = record.chart.baseline.get("systolic")
    if ended is None or rest is None:
        return None
    margin = rest * _percent(record) / 100
    back: Instant | None = None
    for cuff in record.chart.cuffs():
        if cuff.at < ended or cuff.systolic is None:
            continue
        if abs(cuff.systolic - rest) > margin:
            back = None
        elif back is None:
            back = cuff.at
    return None if back is None else back - ended


def _percent(record: SessionRecord) -> float:
    """What the protocol's own criterion of discharge calls near."""
    near = (
        known.percent
        for known in record.course.discharge
        if known.kind == "within_baseline" and known.component == "systolic"
    )
    return next(near, PERCENT_OF_BASELINE)


def _responses(record: SessionRecord) -> Responses:
    painted_at: dict[str, Instant] = {}
    for fact in record.facts:
        if isinstance(fact.body, facts.AlarmShown) and fact.body.painted_at is not None:
            painted_at.setdefault(fact.body.alarm_id, fact.body.painted_at)
    painted = _each(record.alarms, lambda alarm: _painted_after(alarm, painted_at.get(alarm.id)))
    acknowledged = _each(record.alarms, lambda alarm: alarm.worst.answered_after)
    return Responses(_middle(painted), len(painted), _middle(acknowledged), len(acknowledged))


def _painted_after(alarm: AlarmLife, painted_at: Instant | None) -> int | None:
    return None if painted_at is None else painted_at - alarm.raised_at


def _each(alarms: Iterable[AlarmLife], after: Callable[[AlarmLife], int | None]) -> list[int]:
    return [ms for alarm in alarms if (ms := after(alarm)) is not None]


def _middle(times: Sequence[int]) -> float | None:
    return median(times) if times else None
