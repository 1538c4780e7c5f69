"""Alarms as DetectedIssues: R4 has no alarm of its own.

The period is that of the condition. How long its signal stood after that, and what it was before it became as bad as it
did, is told in words: an issue has one severity.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.alarms import Reason, State
from monitor.domain.facts import AlarmChanged
from monitor.domain.review.alarm_life import AlarmLife, Rung, lives_of
from monitor.export.fhir.codes import ISSUE_SEVERITIES, Json
from monitor.export.fhir.identity import Binder, moment


def alarm_resources(binder: Binder) -> Iterator[Json]:
    """One for each occurrence that was raised."""
    lives = lives_of(binder.extract.alarms, binder.extract.facts)
    return (_issue(binder, alarm) for alarm in lives)


def _issue(binder: Binder, alarm: AlarmLife) -> Json:
    newest = alarm.newest
    period = {"start": moment(newest.onset)}
    if alarm.over_at is not None:
        period["end"] = moment(alarm.over_at)
    return binder.resource(
        "DetectedIssue",
        ["alarm", alarm.id],
        identifier=[{"value": alarm.id}],
        status="final" if newest.state == State.ENDED else "preliminary",
        code={"text": f"{newest.type} alarm, {alarm.worst.alarm_kind}"},
        severity=ISSUE_SEVERITIES[alarm.worst.priority],
        patient=binder.patient,
        identifiedPeriod=period,
        author=binder.reference("product"),
        detail="; ".join(_told(binder, alarm)),
        mitigation=[_acknowledgement(*answer) for answer in _answers(alarm)],
    )


def _told(binder: Binder, alarm: AlarmLife) -> Iterator[str]:
    """One that never changed needs no moments but those of its period."""
    if len(alarm.rungs) == 1:
        yield _said(binder, alarm.worst.of(alarm.newest))
    else:
        yield from (_reached(binder, alarm, rung) for rung in reversed(alarm.rungs))
    if alarm.stood_until is not None:
        yield f"signal stood until {moment(alarm.stood_until)}"
    elif alarm.still_stands:
        yield "signal still stands"


def _reached(binder: Binder, alarm: AlarmLife, rung: Rung) -> str:
    return f"{rung.priority} from {moment(rung.since)}: {_said(binder, rung.of(alarm.newest))}"


def _said(binder: Binder, alarm: AlarmChanged) -> str:
    try:
        phrases = binder.phrases.called(binder.extract.course.phase_words)
        return phrases.say(Reason(alarm.reason_code, dict(alarm.reason_values)))
    except KeyError:
        # Written down by another version, in words that this one has no sentence for.
        return alarm.reason_code


def _answers(alarm: AlarmLife) -> list[tuple[int, str]]:
    """Each moment at which somebody acknowledged it, once."""
    found = {
        (rung.acknowledged_at, rung.acknowledged_by or "")
        for rung in alarm.rungs
        if rung.acknowledged_at is not None
    }
    return sorted(found)


def _acknowledgement(at: int, by: str) -> Json:
    made: Json = {"action": {"text": "acknowledged"}, "date": moment(at)}
    if by:
        made["author"] = {"display": by}
    return made
