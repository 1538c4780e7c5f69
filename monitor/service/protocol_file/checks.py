"""What must fit together across the tables of a protocol file; each contradiction is one sentence with its key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from monitor.domain.readings import MINUTE
from monitor.service.protocol_file.alarms import AlarmTables, Limit
from monitor.service.protocol_file.course import (
    After,
    Checked,
    CourseTables,
    Criterion,
    ScoreBound,
    WithinBaseline,
)

OTHER = "other"
"""What is not on a list must be recordable too."""


def first_contradiction(
    alarms: AlarmTables, course: CourseTables, planned_sessions: int | None
) -> str | None:
    """The first two things that do not fit together, or None."""
    found = _contradictions(alarms, course, planned_sessions)
    return next(found, None)


def _contradictions(
    alarms: AlarmTables, course: CourseTables, planned_sessions: int | None
) -> Iterator[str]:
    yield from _ids(course)
    yield from _others(course)
    yield from _limits_that_cross(alarms.limit)
    yield from _score_limits(alarms, course)
    yield from _cadences(alarms, course)
    yield from _gate(alarms.limit, course)
    yield from _dose(course)
    yield from _criteria(course)
    yield from _unwanted_checks(course)
    yield from _series(course, planned_sessions)


def _ids(course: CourseTables) -> Iterator[str]:
    tables = ("check", "score", "event", "intervention", "drug", "route", "discharge")
    for table in tables:
        counted = Counter(known.id for known in getattr(course, table))
        for known, times in counted.items():
            if times > 1:
                yield f"{table}: the id {known} is there {times} times"


def _others(course: CourseTables) -> Iterator[str]:
    for table in ("event", "intervention", "drug"):
        given = getattr(course, table)
        if given and OTHER not in {known.id for known in given}:
            yield f"{table}: one with the id {OTHER} is wanted, for what is not on the list"


def _limits_that_cross(limits: Iterable[Limit]) -> Iterator[str]:
    for lower in limits:
        for upper in limits:
            same = (lower.metric, lower.component) == (upper.metric, upper.component)
            low, high = _lower(lower), _upper(upper)
            if same and low is not None and high is not None and low >= high:
                yield (
                    f"limit: {lower.metric} {lower.component} is beyond a limit below {low:g} and"
                    f" above {high:g}: no value lies between"
                )


def _lower(limit: Limit) -> float | None:
    return limit.below if limit.below is not None else limit.at_or_below


def _upper(limit: Limit) -> float | None:
    return limit.above if limit.above is not None else limit.at_or_above


def _score_limits(alarms: AlarmTables, course: CourseTables) -> Iterator[str]:
    scores = {score.id: score for score in course.score}
    for number, limit in enumerate(alarms.score_limit):
        score = scores.get(limit.score)
        if score is None:
            yield f"score_limit.{number}: the score {limit.score} is not defined"
            continue
        if limit.at_most is not None:
            value, fits = limit.at_most, score.lowest <= limit.at_most < score.highest
        else:
            value = limit.at_least or 0
            fits = score.lowest < value <= score.highest
        if not fits:
            yield (
                f"score_limit.{number}: {value} is outside {limit.score},"
                f" {score.lowest} to {score.highest}, or all of it"
            )


def _cadences(alarms: AlarmTables, course: CourseTables) -> Iterator[str]:
    grace = alarms.overdue.grace_minutes
    tables = {"cuff_minutes": course.cuff_minutes.milliseconds()}
    tables |= {
        f"score ({score.id}): every_minutes": score.every_minutes.milliseconds()
        for score in course.score
    }
    for name, every in tables.items():
        for phase, milliseconds in every.items():
            if milliseconds <= grace * MINUTE:
                yield (
                    f"{name}.{phase}: {milliseconds / MINUTE:g} min is not longer than"
                    f" overdue.grace_minutes, {grace:g} min"
                )
    for score in course.score:
        for phase, after in score.once_minutes.milliseconds().items():
            length = course.phase_minutes.milliseconds().get(phase)
            if length is not None and after > length:
                yield (
                    f"score ({score.id}): once_minutes.{phase}: {after / MINUTE:g} min is after"
                    f" the phase has ended, phase_minutes.{phase} {length / MINUTE:g} min"
                )


def _gate(limits: Iterable[Limit], course: CourseTables) -> Iterator[str]:
    if course.gate is None:
        return
    for component in ("systolic", "diastolic"):
        above = getattr(course.gate, f"{component}_above")
        tops = [
            top
            for limit in limits
            if limit.component == component and (top := _upper(limit)) is not None
        ]
        if tops and above >= max(tops):
            yield (
                f"gate.{component}_above: {above:g} lets an infusion start beyond the highest"
                f" alarm limit, {max(tops):g}"
            )


def _dose(course: CourseTables) -> Iterator[str]:
    planned = course.phase_minutes.infusion
    if course.dose is not None and planned is not None and course.dose.usual_minutes != planned:
        yield (
            f"dose.usual_minutes: {course.dose.usual_minutes:g} is not phase_minutes.infusion,"
            f" {planned:g}"
        )


def _criteria(course: CourseTables) -> Iterator[str]:
    for criterion in course.discharge:
        if fault := _unmeetable(criterion, course):
            yield f"discharge ({criterion.id}): {fault}"


def _unmeetable(criterion: Criterion, course: CourseTables) -> str | None:
    """Why nothing in the course would ever bring this criterion about."""
    match criterion:
        case ScoreBound():
            return _score_bound(criterion, course)
        case Checked():
            return _checked(criterion, course)
        case After():
            return _after(criterion, course)
        case WithinBaseline():
            return _within_baseline(criterion, course)
        case _:
            return None


def _score_bound(criterion: ScoreBound, course: CourseTables) -> str | None:
    score = next((known for known in course.score if known.id == criterion.score), None)
    if score is None:
        return f"the score {criterion.score} is not defined"
    if not score.lowest <= criterion.value <= score.highest:
        return f"{criterion.value} is outside {score.id}, {score.lowest} to {score.highest}"
    due = score.every_minutes.milliseconds() | score.once_minutes.milliseconds()
    if "observation" not in due:
        return f"the score {score.id} is never due in observation"
    return None


def _within_baseline(criterion: WithinBaseline, course: CourseTables) -> str | None:
    if criterion.metric == "nibp" and course.cuff_minutes.observation is None:
        return "cuff_minutes.observation is missing: no cuff would ever be due"
    return None


def _checked(criterion: Checked, course: CourseTables) -> str | None:
    check = next((known for known in course.check if known.id == criterion.item), None)
    if check is None:
        return f"the check {criterion.item} is not defined"
    if check.phase != "discharge":
        return f"the check {criterion.item} is asked in {check.phase}, not at discharge"
    return None


def _after(criterion: After, course: CourseTables) -> str | None:
    minutes = course.phase_minutes
    parts = [minutes.observation]
    if criterion.kind == "after_start":
        parts.append(minutes.infusion)
    planned = sum(part for part in parts if part is not None)
    if None in parts or criterion.for_minutes <= planned:
        return None
    return f"{criterion.for_minutes:g} min is longer than phase_minutes plans, {planned:g} min"


def _unwanted_checks(course: CourseTables) -> Iterator[str]:
    wanted = {known.item for known in course.discharge if isinstance(known, Checked)}
    for check in course.check:
        if check.phase == "discharge" and check.id not in wanted:
            yield f"check ({check.id}): it is asked at discharge, but no criterion wants it"


def _series(course: CourseTables, planned_sessions: int | None) -> Iterator[str]:
    if course.series is None or planned_sessions is None:
        return
    if len(course.series.days) != planned_sessions:
        yield (
            f"series.days: {len(course.series.days)} days, but protocol.planned_sessions is"
            f" {planned_sessions}"
        )
