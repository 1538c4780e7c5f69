"""The chart of one session: what has been planned, checked, entered and measured, as its facts and readings have it.

Built by ``apply`` and ``observe`` alone, so the same record gives the same chart. Nothing is ever taken out: an
entry that was voided stays, marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from monitor.domain import course_facts as course
from monitor.domain import facts
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, Instant, Metric, Reading

ENTRIES = (
    facts.VitalsEntered,
    facts.ScoreEntered,
    course.EventEntered,
    course.MedicationEntered,
    course.InterventionEntered,
    course.NoteEntered,
)
"""The facts that are entries of staff: each has ``entry``, its id, and ``measured_at``."""
_OF_ALARMS = (
    facts.AlarmChanged,
    facts.WatchBegun,
    facts.WatchResumed,
    facts.FeedExpected,
    facts.FeedForgotten,
    facts.ClockCompared,
)
EntryFact = (
    facts.VitalsEntered
    | facts.ScoreEntered
    | course.EventEntered
    | course.MedicationEntered
    | course.InterventionEntered
    | course.NoteEntered
)


class Voided(NamedTuple):
    """Why an entry does not count."""

    at: Instant
    by: str
    reason: str
    replaced_by: str | None


@dataclass(slots=True)
class Entry:
    """What somebody entered; ``body`` is the fact as it was given."""

    at: Instant
    by: str
    body: EntryFact
    voided: Voided | None = None

    @property
    def measured_at(self) -> Instant:
        """When it was measured, seen or given."""
        return self.body.measured_at


class Cuff(NamedTuple):
    """A blood pressure; ``source`` is a device, or ``manual`` with the id of its entry."""

    at: Instant
    systolic: float | None
    diastolic: float | None
    mean: float | None
    source: str
    entry: str | None = None
    late: bool = False


class Band(NamedTuple):
    """A minute of a continuous metric, and when in it the first and the last value were measured."""

    low: float
    high: float
    total: float
    number: int
    first: Instant
    last: Instant


class Pause(NamedTuple):
    """The infusion stood still; ``until`` None while it does."""

    since: Instant
    until: Instant | None
    reason: str


class Answer(NamedTuple):
    """The newest answer to a check."""

    answer: str
    at: Instant
    by: str
    note: str | None


@dataclass(slots=True)
class Chart:
    """See the module. Times by the gateway's clock."""

    plan: course.InfusionPlanned | None = None
    planned_by: str = ""
    dose_checked_by: str = ""
    checks: dict[str, Answer] = field(default_factory=dict)
    pauses: list[Pause] = field(default_factory=list)
    stopped: str | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    baseline: dict[str, float] = field(default_factory=dict)
    device_cuffs: list[Cuff] = field(default_factory=list)
    given_spans: list[tuple[str, Instant, Instant]] = field(default_factory=list)
    """Devices and times of which readings of nobody were given to the session."""
    minutes: dict[str, dict[int, Band]] = field(default_factory=dict)
    """Metric to minutes since the epoch to what devices measured in each."""

    revision: int = 0
    """How many facts and cuffs were taken in: what was computed from another revision may be wrong."""

    def apply(self, fact: facts.Fact) -> None:
        """Take a fact of this session in; most change nothing but the revision.

        Alarms, and what they are made from, change nothing at all: screens are told of them as they happen.
        """
        body = fact.body
        if isinstance(body, _OF_ALARMS):
            return
        self.revision += 1
        if isinstance(body, ENTRIES):
            self.entries.setdefault(body.entry, Entry(fact.at, fact.by, body))
            return
        match body:
            case course.InfusionPlanned():
                self.plan, self.planned_by, self.dose_checked_by = body, fact.by, ""
            case course.DoseChecked():
                self.dose_checked_by = fact.by
            case course.CheckAnswered(_, item, answer, note):
                self.checks[item] = Answer(answer, fact.at, fact.by, note)
            case course.InfusionPaused(_, reason):
                self.pauses.append(Pause(fact.at, None, reason))
            case course.InfusionResumed() | course.InfusionStopped() | facts.PhaseEntered():
                self._end_pause(body, fact.at)
            case facts.BaselineConfirmed() | facts.AssignmentConfirmed():
                self._confirm(body)
            case course.EntryVoided(_, entry, reason, replaced_by):
                self._void(entry, Voided(fact.at, fact.by, reason, replaced_by))

    def _confirm(self, body: facts.BaselineConfirmed | facts.AssignmentConfirmed) -> None:
        if isinstance(body, facts.BaselineConfirmed):
            self.baseline = dict(body.values)
        else:
            self.given_spans.append((body.device_id, body.first_at, body.last_at))

    def observe(self, reading: Reading) -> None:
        """Take a reading of this session in. What staff entered is known from its fact."""
        metric, _, at, _, source, _, late, value, systolic, diastolic, mean = reading
        if source == MANUAL_SOURCE:
            return
        if metric is not Metric.NIBP:
            if value is not None:
                self._observe_minute(metric, at, value)
        elif reading.has_value:
            self.revision += 1
            self.device_cuffs.append(Cuff(at, systolic, diastolic, mean, source, late=late))

    def cuffs(self) -> list[Cuff]:
        """Every blood pressure that counts, by time."""
        entered = (
            Cuff(
                known.measured_at,
                known.body.values.get("systolic"),
                known.body.values.get("diastolic"),
                known.body.values.get("mean"),
                MANUAL_SOURCE,
                known.body.entry,
            )
            for known in self.counting(facts.VitalsEntered)
            if isinstance(known.body, facts.VitalsEntered) and has_pressure(known.body)
        )
        return sorted([*self.device_cuffs, *entered], key=lambda cuff: (cuff.at, cuff.source))

    def watched_cuffs(self) -> list[Cuff]:
        """Those that the alarms go by: not what was given to the session afterwards."""
        return [cuff for cuff in self.cuffs() if not (cuff.late and self._was_given(cuff))]

    def _was_given(self, cuff: Cuff) -> bool:
        return any(
            cuff.source == device_id and first_at <= cuff.at <= last_at
            for device_id, first_at, last_at in self.given_spans
        )

    def spots(self, metric: str) -> list[tuple[Instant, float]]:
        """Values of a continuous metric that staff entered and that count, by time."""
        return sorted(
            (known.measured_at, known.body.values[metric])
            for known in self.counting(facts.VitalsEntered)
            if isinstance(known.body, facts.VitalsEntered) and metric in known.body.values
        )

    def scores(self, score: str) -> list[tuple[Instant, int]]:
        """Values of a score that count, by time."""
        return sorted(
            (known.measured_at, known.body.value)
            for known in self.counting(facts.ScoreEntered)
            if isinstance(known.body, facts.ScoreEntered) and known.body.score == score
        )

    def counting(self, kind: type[EntryFact]) -> Iterator[Entry]:
        """The entries of a kind that were not voided, in the order they were entered."""
        return (
            known
            for known in self.entries.values()
            if known.voided is None and isinstance(known.body, kind)
        )

    @property
    def paused_since(self) -> Instant | None:
        """Since when the infusion stands still; None while it runs or before it began."""
        if self.pauses and self.pauses[-1].until is None:
            return self.pauses[-1].since
        return None

    def _observe_minute(self, metric: str, at: Instant, value: float) -> None:
        of_metric, minute = self.minutes.get(metric), at // MINUTE
        if of_metric is None:
            of_metric = self.minutes[str(metric)] = {}
        known = of_metric.get(minute)
        if known is None:
            of_metric[minute] = Band(value, value, value, 1, at, at)
            return
        low, high, total, number, first, last = known
        of_metric[minute] = Band(
            min(low, value),
            max(high, value),
            total + value,
            number + 1,
            min(first, at),
            max(last, at),
        )

    def _end_pause(self, body: object, at: Instant) -> None:
        if self.paused_since is not None:
            self.pauses[-1] = self.pauses[-1]._replace(until=at)
        if isinstance(body, course.InfusionStopped):
            self.stopped = body.reason

    def _void(self, entry: str, voided: Voided) -> None:
        known = self.entries.get(entry)
        if known is not None and known.voided is None:
            known.voided = voided


def has_pressure(body: facts.VitalsEntered) -> bool:
    """Whether an entry has a blood pressure, or a mean of one."""
    return "systolic" in body.values or "mean" in body.values


def chart_of(session_facts: Iterable[facts.Fact], readings: Iterable[Reading]) -> Chart:
    """The chart of a whole record."""
    chart = Chart()
    for fact in session_facts:
        chart.apply(fact)
    for reading in readings:
        chart.observe(reading)
    return chart


def plain(entry: Entry) -> dict[str, Any]:
    """An entry's own values, without the session."""
    return {name: value for name, value in asdict(entry.body).items() if name != "session_id"}
