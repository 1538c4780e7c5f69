"""Whether the patient may leave: each criterion with its value, what blocks, and the earliest time. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.domain import infusion
from monitor.domain.chart import Chart
from monitor.domain.course import Course, Criterion
from monitor.domain.readings import MINUTE, Instant, Metric
from monitor.domain.sessions import Session

LONGEST_GAP_MINUTES = 3
"""A minute-by-minute value that has not come for longer than this proves nothing. Needs clinical sign-off."""
Values = dict[str, float | int | str | None]


class Judged(NamedTuple):
    """One criterion: met or not, a word for why with its values, and when it will be met if nothing changes."""

    criterion: Criterion
    met: bool
    code: str
    values: Values
    met_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All criteria. ``earliest_at`` is None while it cannot be told; ``blocking`` is what stands in the way longest."""

    judged: tuple[Judged, ...]
    now: Instant

    @property
    def met(self) -> bool:
        """Whether every criterion is met."""
        return all(known.met for known in self.judged)

    @property
    def earliest_at(self) -> Instant | None:
        """When all will be met if nothing changes; now when they are."""
        times = [self.now if known.met else known.met_at for known in self.judged]
        if None in times:
            return None
        return max((at for at in times if at is not None), default=self.now)

    @property
    def blocking(self) -> Judged | None:
        """Something a person must do comes before something that time will bring."""
        open_ones = [known for known in self.judged if not known.met]
        by_time = sorted(open_ones, key=lambda known: -(known.met_at or 0))
        return next((k for k in open_ones if k.met_at is None), by_time[0] if by_time else None)


@dataclass(frozen=True, slots=True)
class Record:
    """What a verdict is about. ``waiting`` counts the alarms that nobody has acknowledged."""

    session: Session
    chart: Chart
    course: Course
    waiting: int
    now: Instant
    cuff_may_be_old_ms: int = field(default=20 * MINUTE)
    """An older pressure says nothing about now: a cadence of the protocol plus its grace, or this."""


def verdict(record: Record) -> Verdict:
    """The verdict: a function of the record and of nothing else."""
    judged = (_JUDGES[known.kind](record, known) for known in record.course.discharge)
    return Verdict(tuple(judged), record.now)


def _within_baseline(record: Record, criterion: Criterion) -> Judged:
    name = criterion.component or criterion.metric
    rest = record.chart.baseline.get(name)
    if rest is None:
        return Judged(criterion, False, "no_baseline", {})
    margin = rest * criterion.percent / 100
    low, high = rest - margin, rest + margin
    series = _series(record, criterion)
    return _held(record, criterion, series, lambda a, b: low <= a and b <= high, {"rest": rest})


def _at_least(record: Record, criterion: Criterion) -> Judged:
    series = _series(record, criterion)
    wanted: Values = {"wanted": criterion.value}
    return _held(record, criterion, series, lambda low, _: low >= criterion.value, wanted)


class _Span(NamedTuple):
    """A stretch of time with the lowest and highest value in it."""

    since: Instant
    until: Instant
    low: float
    high: float


def _series(record: Record, criterion: Criterion) -> list[_Span]:
    """What was measured, as spans by time; a value of a moment is a span without length."""
    chart = record.chart
    if criterion.metric == Metric.NIBP:
        values = ((c.at, getattr(c, criterion.component)) for c in chart.cuffs())
        return [_Span(at, at, value, value) for at, value in values if value is not None]
    bands = chart.minutes.get(criterion.metric, {}).values()
    spans = [_Span(band.first, band.last, band.low, band.high) for band in bands]
    spans += [_Span(at, at, value, value) for at, value in chart.spots(criterion.metric)]
    return spans


def _held(
    record: Record,
    criterion: Criterion,
    series: list[_Span],
    inside: Callable[[float, float], bool],
    values: Values,
) -> Judged:
    """Whether the newest values have been inside for long enough, without a gap that hides something."""
    longest_ms = _may_be_old_ms(record, criterion)
    series = sorted(span for span in series if span.since <= record.now)
    last_at = max((span.until for span in series), default=None)
    if last_at is None or record.now - last_at > longest_ms:
        return Judged(criterion, False, "no_value", {**values, "since": last_at})
    # What a person reads and what a device measures meanwhile: the worse of them counts.
    newest = [span for span in series if span.until >= series[-1].since]
    beyond = [span for span in newest if not inside(span.low, span.high)]
    shown = (beyond or newest)[-1]
    values = {**values, "value": shown.low if shown.low == shown.high else round(shown.low)}
    if beyond:
        return Judged(criterion, False, "outside", values)
    since = _inside_since(series, inside, longest_ms)
    return _by_time(record, criterion, since + criterion.for_ms, "held", values)


def _inside_since(
    series: list[_Span], inside: Callable[[float, float], bool], longest_ms: int
) -> Instant:
    """Since when the values, of which the newest is inside, have been inside without too long a gap."""
    since = series[-1].since
    for span in reversed(series):
        if since - span.until > longest_ms:
            break
        if not inside(span.low, span.high):
            return min(known.since for known in series if known.since > span.until)
        since = span.since
    return since


def _may_be_old_ms(record: Record, criterion: Criterion) -> int:
    if criterion.metric == Metric.NIBP:
        return record.cuff_may_be_old_ms
    return LONGEST_GAP_MINUTES * MINUTE


def _by_time(
    record: Record, criterion: Criterion, met_at: Instant, code: str, values: Values
) -> Judged:
    left_ms = met_at - record.now
    if left_ms <= 0:
        return Judged(criterion, True, code, values)
    return Judged(criterion, False, "in", {**values, "minutes": -(-left_ms // MINUTE)}, met_at)


def _score(record: Record, criterion: Criterion) -> Judged:
    """The newest score that was taken since the infusion ended; an earlier one says nothing about now."""
    ended = infusion.ended_at(record.session)
    taken = record.chart.scores(criterion.score)
    after = [known for known in taken if ended is not None and ended <= known[0] <= record.now]
    values: Values = {"wanted": criterion.value}
    if not after:
        return Judged(criterion, False, "not_scored", values)
    newest_at = max(at for at, _ in after)
    # Of two scores of one moment the worse counts: which of them came first says nothing.
    of_newest = [value for at, value in after if at == newest_at]
    if criterion.kind == "score_at_most":
        value = max(of_newest)
        met = value <= criterion.value
    else:
        value = min(of_newest)
        met = value >= criterion.value
    return Judged(criterion, met, "score" if met else "outside", {**values, "value": value})


def _after(record: Record, criterion: Criterion) -> Judged:
    moments = {"after_end": infusion.ended_at, "after_start": infusion.began_at}
    since = moments[criterion.kind](record.session)
    if since is None:
        return Judged(criterion, False, "not_yet", {})
    return _by_time(record, criterion, since + criterion.for_ms, "passed", {})


def _checked(record: Record, criterion: Criterion) -> Judged:
    item, answer = record.course.check(criterion.item), record.chart.checks.get(criterion.item)
    if answer is None or item is None:
        return Judged(criterion, False, "not_checked", {})
    met = answer.answer == item.wanted or (item.may_not_apply and answer.answer == "not_applicable")
    return Judged(criterion, met, "checked" if met else "answered_otherwise", {"by": answer.by})


def _alarms(record: Record, criterion: Criterion) -> Judged:
    met = record.waiting == 0
    return Judged(criterion, met, "no_alarms" if met else "alarms", {"n": record.waiting})


_JUDGES: dict[str, Callable[[Record, Criterion], Judged]] = {
    "within_baseline": _within_baseline,
    "at_least": _at_least,
    "score_at_least": _score,
    "score_at_most": _score,
    "after_end": _after,
    "after_start": _after,
    "checked": _checked,
    "alarms": _alarms,
}
