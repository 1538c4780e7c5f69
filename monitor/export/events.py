"""What happened besides the readings, as rows: course, entries, alarms, the patient's outcome scores. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from monitor.domain import facts, feed_facts
from monitor.domain.chart import Chart, Voided
from monitor.domain.outcomes import Outcome
from monitor.domain.readings import Instant
from monitor.domain.review.alarm_life import AlarmLife, Rung, lives_of
from monitor.export.csv_export import number, plain, truth, written
from monitor.export.extract import Extract
from monitor.wire.base import rfc3339

ALARM, OUTCOME = "alarm", "outcome"
CORRECTED, VOIDED = "corrected", "voided"
_ELSEWHERE = (facts.AlarmChanged, facts.AlarmShown, facts.EntryVoided, facts.OrderRefused)
"""Alarms have a row for each priority that they reached, and a voided entry says so itself."""
_KINDS: dict[type, str] = {
    facts.VitalsEntered: "vitals",
    facts.ScoreEntered: "score",
    facts.EventEntered: "event",
    facts.MedicationEntered: "medication",
    facts.InterventionEntered: "intervention",
    facts.NoteEntered: "note",
}
_WHAT = ("event", "drug", "intervention", "score", "phase", "item", "limit", "metric", "protocol")
_REASON = ("reason", "override", "despite")
_NOTE = ("note", "text")
_AT = ("measured_at", "entered_at", "paper_from")
_UNTIL = ("until",)


class EventRow(NamedTuple):
    """One thing that happened. ``values`` is JSON of what has no column of its own; empty for nothing."""

    at: Instant
    """When it was seen, given or raised."""
    recorded_at: Instant
    kind: str
    id: str
    what: str
    value: float | None
    unit: str
    severity: str
    route: str
    type: str
    priority: str
    """Of an alarm that became worse each priority is a row of its own, with the same ``id``."""
    state: str
    onset: Instant | None
    condition_ended_at: Instant | None
    """When the hazard was over; its signal may have stood until ``ended_at``."""
    painted_at: Instant | None
    """When the first screen had the alarm in sight."""
    sounded_at: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by: str
    ended_at: Instant | None
    by: str
    reason: str
    note: str
    values: str
    fate: str
    """``corrected`` or ``voided`` for an entry that does not count."""
    fate_at: Instant | None
    fate_by: str
    fate_reason: str
    replaced_by: str
    simulated: bool
    deidentified: bool


INSTANTS = (
    *("at", "recorded_at", "onset", "condition_ended_at", "painted_at", "sounded_at"),
    *("acknowledged_at", "ended_at", "fate_at"),
)
_NOTHING = EventRow(
    at=0,
    recorded_at=0,
    kind="",
    id="",
    what="",
    value=None,
    unit="",
    severity="",
    route="",
    type="",
    priority="",
    state="",
    onset=None,
    condition_ended_at=None,
    painted_at=None,
    sounded_at=None,
    acknowledged_at=None,
    acknowledged_by="",
    ended_at=None,
    by="",
    reason="",
    note="",
    values="",
    fate="",
    fate_at=None,
    fate_by="",
    fate_reason="",
    replaced_by="",
    simulated=False,
    deidentified=False,
)


def event_rows(extract: Extract) -> list[EventRow]:
    """Everything by its time."""
    chart = extract.chart()
    rows = [_fact_row(fact, chart) for fact in extract.facts if _is_told(fact.body)]
    shown = _shown(extract)
    for alarm in lives_of(extract.alarms, extract.facts):
        rows += [_alarm_row(alarm, rung, shown.get(alarm.id)) for rung in alarm.rungs]
    rows += [_outcome_row(outcome) for outcome in extract.outcomes]
    return [
        row._replace(simulated=extract.simulated, deidentified=extract.deidentified)
        for row in sorted(rows, key=lambda row: row.at)
    ]


def _is_told(body: facts.FactBody) -> bool:
    """Whether it is about the session: not about equipment, screens, or what has a row already."""
    return not isinstance(body, _ELSEWHERE) and type(body).__module__ != feed_facts.__name__


def events_csv(extract: Extract) -> Iterator[bytes]:
    """The same as a file, in pieces."""
    rows = event_rows(extract)
    return written(EventRow._fields, (_written(row) for row in rows))


def _written(row: EventRow) -> list[str]:
    return [_cell(name, value) for name, value in zip(row._fields, row, strict=True)]


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in INSTANTS:
        return rfc3339(value)
    if isinstance(value, bool):
        return truth(value)
    return number(value) if name == "value" else plain(str(value))


def _fact_row(fact: facts.Fact, chart: Chart) -> EventRow:
    body = asdict(fact.body)
    body.pop("session_id", None)
    value = body.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        value = None
    else:
        body.pop("value")
    entry = str(body.pop("entry", ""))
    return _with_fate(
        _NOTHING._replace(
            at=_first(body, _AT) or fact.at,
            recorded_at=fact.at,
            kind=_KINDS.get(type(fact.body), facts.kind_of(fact.body)),
            id=entry,
            what=_first(body, _WHAT) or "",
            value=value,
            by=fact.by,
            ended_at=_first(body, _UNTIL),
            reason=_first(body, _REASON) or "",
            note=_first(body, _NOTE) or "",
            unit=body.pop("unit", None) or "",
            severity=body.pop("severity", None) or "",
            route=body.pop("route", None) or "",
            values=_rest(body),
        ),
        chart,
    )


def _first(body: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The value of the first of these fields that the fact has; it is taken out."""
    for name in names:
        if name in body:
            return body.pop(name)
    return None


def _rest(body: Mapping[str, Any]) -> str:
    told = {name: value for name, value in body.items() if value not in (None, "", [], {})}
    return json.dumps(told, ensure_ascii=False, sort_keys=True) if told else ""


def _with_fate(row: EventRow, chart: Chart) -> EventRow:
    known = chart.entries.get(row.id)
    voided: Voided | None = None if known is None else known.voided
    if voided is None:
        return row
    return row._replace(
        fate=CORRECTED if voided.replaced_by else VOIDED,
        fate_at=voided.at,
        fate_by=voided.by,
        fate_reason=voided.reason,
        replaced_by=voided.replaced_by or "",
    )


def _shown(extract: Extract) -> dict[str, facts.AlarmShown]:
    """Alarm to where it was first seen and heard."""
    told = (fact.body for fact in extract.facts if isinstance(fact.body, facts.AlarmShown))
    found: dict[str, facts.AlarmShown] = {}
    for body in told:
        known = found.get(body.alarm_id, body)
        found[body.alarm_id] = replace(
            known,
            painted_at=_earlier(known.painted_at, body.painted_at),
            sounded_at=_earlier(known.sounded_at, body.sounded_at),
        )
    return found


def _earlier(one: Instant | None, other: Instant | None) -> Instant | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _outcome_row(outcome: Outcome) -> EventRow:
    """``at`` is the beginning of its day by UTC: nobody has said when on the day."""
    day = datetime.fromisoformat(outcome.on).replace(tzinfo=UTC)
    return _NOTHING._replace(
        at=round(day.timestamp() * 1000),
        recorded_at=outcome.entered_at,
        kind=OUTCOME,
        id=outcome.entry,
        what=outcome.scale,
        value=outcome.value,
        by=outcome.entered_by,
        note=outcome.note or "",
        values=_rest({"on": outcome.on}),
        fate="" if outcome.counts else VOIDED,
        fate_at=outcome.voided_at,
        fate_by=outcome.voided_by or "",
        fate_reason=outcome.void_reason or "",
    )


def _alarm_row(life: AlarmLife, rung: Rung, shown: facts.AlarmShown | None) -> EventRow:
    alarm = life.newest
    return _NOTHING._replace(
        at=rung.since,
        recorded_at=rung.since,
        kind=ALARM,
        id=alarm.alarm_id,
        what=rung.alarm_kind,
        type=alarm.type,
        priority=rung.priority,
        state=alarm.state,
        onset=alarm.onset,
        condition_ended_at=life.over_at,
        painted_at=None if shown is None else shown.painted_at,
        sounded_at=None if shown is None else shown.sounded_at,
        acknowledged_at=rung.acknowledged_at,
        acknowledged_by=rung.acknowledged_by or "",
        ended_at=alarm.ended_at,
        reason=rung.reason_code,
        note=alarm.note or "",
        values=_rest({"metric": alarm.metric, "source": alarm.source, **rung.reason_values}),
    )
