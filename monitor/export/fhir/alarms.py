"""Alarms as DetectedIssues: R4 has no alarm of its own."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.alarms import Reason, State
from monitor.domain.facts import AlarmChanged
from monitor.export.fhir.codes import ISSUE_SEVERITIES, Json
from monitor.export.fhir.identity import Binder, moment


def alarm_resources(binder: Binder) -> Iterator[Json]:
    """One for each occurrence that was raised."""
    return (_issue(binder, alarm) for alarm in binder.extract.alarms)


def _issue(binder: Binder, alarm: AlarmChanged) -> Json:
    over = alarm.state == State.ENDED
    period = {"start": moment(alarm.onset)}
    if alarm.ended_at is not None:
        period["end"] = moment(alarm.ended_at)
    return binder.resource(
        "DetectedIssue",
        ["alarm", alarm.alarm_id],
        identifier=[{"value": alarm.alarm_id}],
        status="final" if over else "preliminary",
        code={"text": f"{alarm.type} alarm, {alarm.alarm_kind}"},
        severity=ISSUE_SEVERITIES[alarm.priority],
        patient=binder.patient,
        identifiedPeriod=period,
        author=binder.reference("product"),
        detail=_said(binder, alarm),
        mitigation=_acknowledgement(alarm),
    )


def _said(binder: Binder, alarm: AlarmChanged) -> str:
    try:
        phrases = binder.phrases.called(binder.extract.course.phase_words)
        return phrases.say(Reason(alarm.reason_code, dict(alarm.reason_values)))
    except KeyError:
        # Written down by another version, in words that this one has no sentence for.
        return alarm.reason_code


def _acknowledgement(alarm: AlarmChanged) -> list[Json]:
    if alarm.acknowledged_at is None:
        return []
    made: Json = {"action": {"text": "acknowledged"}, "date": moment(alarm.acknowledged_at)}
    if alarm.acknowledged_by:
        made["author"] = {"display": alarm.acknowledged_by}
    return [made]
