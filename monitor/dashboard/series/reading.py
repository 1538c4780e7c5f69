"""What is read of a patient's sessions: their figures, doses and scores, and the curves of the newest ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from monitor.dashboard.lines import PointRow
from monitor.domain import infusion
from monitor.domain.chart import chart_of
from monitor.domain.readings import MINUTE, Instant, Metric
from monitor.domain.review.given import GivenDose, dose_given, furthest_scores
from monitor.domain.sessions import Phase, Session
from monitor.service.ports import Records
from monitor.service.review_ports import SessionFilter, SessionRow

MOST_DRAWN = 8
"""So many sessions can be told apart on one figure; the newest ones are drawn."""
BEFORE, AFTER = 15, 180
"""How many minutes around the infusion's beginning are drawn."""
_MOST_SESSIONS = 1000
_KINDS = ("infusion_planned", "infusion_stopped", "score_entered", "entry_voided")


class Cuff(NamedTuple):
    """A blood pressure, in minutes from the infusion's beginning."""

    minute: float
    systolic: float
    diastolic: float | None
    origin: str


Steps = Sequence[tuple[float, float | None]]
"""Minutes and values by time; a None where a minute or more has no value."""


class Curves(NamedTuple):
    """What is overlaid of one session: every pressure, the median pulse and the lowest saturation of each minute."""

    cuffs: Sequence[Cuff]
    pulse: Steps
    spo2: Steps


@dataclass(frozen=True, slots=True)
class SeriesSession:
    """One session of the patient. ``curves`` is None for one without an infusion, or too old to be drawn."""

    session: Session
    row: SessionRow
    dose: GivenDose | None
    scores: Mapping[str, int]
    curves: Curves | None

    @property
    def counts(self) -> bool:
        """Whether it has a number of its own: one that was cancelled has none."""
        return self.session.phase is not Phase.CANCELLED


def read_series(records: Records, patient: str) -> list[SeriesSession]:
    """The patient's sessions by start."""
    known = records.session_list(SessionFilter(patient=patient), limit=_MOST_SESSIONS).rows
    rows = {row.id: row for row in known}
    sessions = [one for one in records.sessions(patient=patient) if one.id in rows]
    given = [one.id for one in sessions if infusion.began_at(one) is not None]
    drawn = set(given[-MOST_DRAWN:])
    return [_read(records, one, rows[one.id], is_drawn=one.id in drawn) for one in sessions]


def _read(records: Records, session: Session, row: SessionRow, *, is_drawn: bool) -> SeriesSession:
    chart = chart_of(records.facts(session.id, _KINDS), ())
    began = infusion.began_at(session)
    curves = None
    if is_drawn and began is not None:
        points = (PointRow(*point) for point in records.trace(session.id).points)
        curves = curves_of(points, began)
    dose = dose_given(chart, began=began is not None)
    return SeriesSession(session, row, dose, furthest_scores(chart), curves)


def curves_of(points: Iterable[PointRow], began: Instant) -> Curves:
    """The curves of a stored trace, from a quarter of an hour before the infusion's beginning."""
    cuffs: list[Cuff] = []
    minutes: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        since = (point.at - began) / MINUTE
        if not -BEFORE <= since <= AFTER:
            continue
        if point.metric == Metric.NIBP:
            if point.systolic is not None:
                cuffs.append(Cuff(round(since, 2), point.systolic, point.diastolic, point.origin))
        elif point.value is not None:
            minutes[point.metric][(point.at - began) // MINUTE].append(point.value)
    return Curves(
        sorted(cuffs),
        _steps(minutes[Metric.PULSE_RATE], median),
        _steps(minutes[Metric.SPO2], min),
    )


def _steps(
    minutes: Mapping[int, Sequence[float]], of_minute: Callable[[Sequence[float]], float]
) -> Steps:
    steps: list[tuple[float, float | None]] = []
    before: int | None = None
    for minute in sorted(minutes):
        if before is not None and minute > before + 1:
            steps.append((before + 1.0, None))
        steps.append((minute + 0.5, of_minute(minutes[minute])))
        before = minute
    return steps
