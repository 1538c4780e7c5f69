"""From a parsed protocol file to what the domain works with: alarm settings and course."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from monitor.domain.course import (
    BaselineGate,
    CheckItem,
    Choice,
    Course,
    Criterion,
    DoseRules,
    ScoreKind,
    SeriesPlan,
)
from monitor.domain.limits import (
    AlarmSettings,
    Burden,
    Clearing,
    Limit,
    MissingLadder,
    Rise,
    ScoreLimit,
    Side,
    as_rungs,
    severity,
)
from monitor.domain.readings import MINUTE, SECOND, Metric
from monitor.service.protocol_file import alarms, course
from monitor.service.protocol_file.file import File


def alarm_settings(file: File) -> AlarmSettings:
    """The alarm part."""
    return AlarmSettings(
        limits=_numbered([_limit(limit) for limit in file.limit]),
        rises=tuple(
            Rise(Metric.NIBP, rise.component, rise.by, rise.priority, rise.source)
            for rise in file.rise
        ),
        scores=tuple(_score_limit(known) for known in file.score_limit),
        clearing={
            str(metric): Clearing(clear.margin, _ms(clear.delay_s))
            for metric, clear in file.clear.items()
        },
        ladder=MissingLadder(
            stale_ms=_ms(file.missing.stale_s),
            low_ms=_ms(file.missing.low_s),
            medium_ms=_ms(file.missing.medium_s),
            high_ms=_ms(file.missing.high_s),
        ),
        device_wanted=True,
        clock_ms=_ms(file.clock.off_by_s),
        cuff_ms=file.cuff_minutes.milliseconds(),
        overdue_grace_ms=round(file.overdue.grace_minutes * MINUTE),
        disagreement=file.disagreement.given(),
    )


def course_of(file: File) -> Course:
    """Everything else."""
    return Course(
        checks=tuple(_check(check) for check in file.check),
        gate=_gate(file.gate),
        dose=_dose(file.dose),
        scores=tuple(_score(score) for score in file.score),
        events=tuple(
            Choice(event.id, event.text.by_language(), event.severity) for event in file.event
        ),
        interventions=_choices(file.intervention),
        drugs=_choices(file.drug),
        routes=_choices(file.route),
        discharge=tuple(_criterion(criterion) for criterion in file.discharge),
        series=_series(file.series),
        override_roles=frozenset(file.override.roles),
        unlike={} if file.unlike is None else file.unlike.given(),
        unlike_ms=0 if file.unlike is None else round(file.unlike.within_minutes * MINUTE),
        cuff_ms=file.cuff_minutes.milliseconds(),
        phase_ms=file.phase_minutes.milliseconds(),
        phase_words=file.phase_words.given(),
    )


def _ms(seconds: float) -> int:
    return round(seconds * SECOND)


def _limit(limit: alarms.Limit) -> Limit:
    ((kind, value),) = limit.given().items()
    return Limit(
        metric=limit.metric,
        component=limit.component,
        side=Side.BELOW if kind.endswith("below") else Side.ABOVE,
        limit=value,
        delay_ms=_ms(limit.delay_s),
        priority=limit.priority,
        severity=0,
        inclusive=kind.startswith("at_or"),
        source=limit.source,
        phases=limit.phases,
        confirm_within_ms=_ms(limit.confirm_within_s),
        burden=None if limit.burden is None else Burden(limit.burden.rule, limit.burden.setting),
    )


def _score_limit(known: alarms.ScoreLimit) -> ScoreLimit:
    worse = severity(known.priority, 0)
    if known.at_most is not None:
        return ScoreLimit(known.score, known.at_most, known.priority, worse, known.source)
    limit = known.at_least or 0
    return ScoreLimit(known.score, limit, known.priority, worse, known.source, Side.ABOVE)


def _numbered(limits: list[Limit]) -> tuple[Limit, ...]:
    """Number the rungs of each component and side from the mildest on: the farther out, the worse.

    A limit that asks for a repeat is two rungs: the first value beyond, and the second that confirms it.
    """
    sides = defaultdict(list)
    for limit in limits:
        sides[limit.metric, limit.component, limit.side].append(limit)
    numbered = []
    for (metric, component, side), limits_of_side in sides.items():
        name = component if component != "value" else str(metric)
        for number, limit in enumerate(as_rungs(limits_of_side), 1):
            first = replace(limit, id=f"{name}_{side}_{number}", confirm_within_ms=0)
            numbered.append(first)
            if limit.confirm_within_ms:
                worse = limit.severity + 1
                confirmed = replace(limit, severity=worse, id=f"{first.id}_repeat", kind="repeat")
                numbered.append(confirmed)
    return tuple(numbered)


def _check(check: course.Check) -> CheckItem:
    return CheckItem(
        id=check.id,
        phase=check.phase,
        wanted=check.wanted,
        text=check.text.by_language(),
        source=check.source,
        may_not_apply=check.may_not_apply,
    )


def _gate(gate: course.Gate | None) -> BaselineGate | None:
    if gate is None:
        return None
    note = gate.note.by_language() if gate.note else {}
    return BaselineGate(gate.systolic_above, gate.diastolic_above, gate.source, note)


def _dose(dose: course.Dose | None) -> DoseRules | None:
    if dose is None:
        return None
    drug = dose.drug.by_language() if dose.drug else {}
    note = dose.note.by_language() if dose.note else {}
    return DoseRules(**dose.model_dump(exclude={"drug", "note"}), drug=drug, note=note)


def _score(score: course.Score) -> ScoreKind:
    return ScoreKind(
        id=score.id,
        lowest=score.lowest,
        highest=score.highest,
        text=score.text.by_language(),
        source=score.source,
        every_ms=score.every_minutes.milliseconds(),
        once_ms=score.once_minutes.milliseconds(),
    )


def _choices(given: Iterable[course.Choice]) -> tuple[Choice, ...]:
    return tuple(Choice(choice.id, choice.text.by_language()) for choice in given)


def _criterion(criterion: course.Criterion) -> Criterion:
    given = criterion.model_dump(exclude={"text", "for_minutes"}, exclude_none=True)
    minutes = getattr(criterion, "for_minutes", 0)
    return Criterion(**given, text=criterion.text.by_language(), for_ms=round(minutes * MINUTE))


def _series(series: course.Series | None) -> SeriesPlan | None:
    if series is None:
        return None
    return SeriesPlan(series.days, series.maintenance_days, series.source)
