"""What staff enter in a session: vital signs, scores, events, medication, interventions, notes; corrected or voided.

Entries are prepared first and taken in then, so that a correction is refused whole or done whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from monitor.domain import entries, facts
from monitor.domain.readings import MANUAL_SOURCE, Instant, Metric
from monitor.domain.session_state import Score
from monitor.domain.sessions import Session
from monitor.service.charts import newest_reading
from monitor.service.entry_bodies import SINGLE, Prepared, prepare
from monitor.service.given import Given
from monitor.service.known_sessions import open_session, remembered_session
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward


def enter(ward: Ward, given: Given) -> dict[str, Any]:
    """Any entry; one that was sent before changes nothing."""
    entry = str(given.order.entry)
    if entry in ward.entries:
        return {"entry": entry, "repeated": True}
    session = open_session(ward, given.order.session)
    _take(ward, given, session, prepare(ward, given.order, session, given.at))
    return {"entry": entry, "repeated": False}


def void_entry(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, remembered_session(ward, given.order.session)
    entry = str(order.entry)
    if entry_voided(ward, session, entry):
        return {"entry": entry, "repeated": True}
    _void(ward, given, session, entry, None)
    return {"entry": entry, "repeated": False}


def correct_entry(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, remembered_session(ward, given.order.session)
    entry, replacement = str(order.entry), str(order.replacement.entry)
    if replacement in ward.entries:
        return {"entry": replacement, "repeated": True}
    if order.replacement.session != session.id:
        raise OrderRefusedError("other_session", "the correction is of another session", "session")
    if entry_voided(ward, session, entry):
        raise OrderRefusedError("voided", "this entry was voided before", "entry")
    prepared = prepare(ward, order.replacement, session, given.at)
    if type(prepared.body) is not type(ward.chart(session).entries[entry].body):
        raise OrderRefusedError("other_kind", "an entry is corrected by one of its kind", "entry")
    _void(ward, given, session, entry, replacement)
    _take(ward, given, session, prepared)
    return {"entry": replacement, "repeated": False}


def entry_voided(ward: Ward, session: Session, entry: str) -> bool:
    """Whether an entry of the session was voided. Raises OrderRefusedError for one that is not there."""
    known = ward.chart(session).entries.get(entry)
    if known is None:
        raise OrderRefusedError("unknown_entry", "there is no such entry in this session", "entry")
    return known.voided is not None


def _take(ward: Ward, given: Given, session: Session, prepared: Prepared) -> None:
    ward.note(prepared.body, at=given.at, by=given.by, session_id=session.id)
    ward.entries.add(prepared.body.entry)
    prepared.take_in()


def _void(ward: Ward, given: Given, session: Session, entry: str, replaced_by: str | None) -> None:
    order = given.order
    body = facts.EntryVoided(session.id, entry, order.reason, replaced_by)
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    voided = ward.chart(session).entries[entry].body
    if isinstance(voided, facts.VitalsEntered):
        _withdraw_vitals(ward, session, voided, given)
    elif isinstance(voided, facts.ScoreEntered):
        _withdraw_score(ward, session, voided, given)


def _withdraw_vitals(
    ward: Ward, session: Session, voided: facts.VitalsEntered, given: Given
) -> None:
    chart, alarms = ward.chart(session), ward.alarms.touch(session.id)
    pressure = any(name in voided.values for name in entries.PRESSURE_FIELDS)
    metrics = [metric for metric in SINGLE if str(metric) in voided.values]
    metrics += [Metric.NIBP] if pressure else []
    if alarms is not None:
        newest = max((cuff.at for cuff in chart.cuffs()), default=None)
        alarms.withdraw(metrics, voided.measured_at, newest, given.by, given.at)
        ward.must_checkpoint[session.id] = None
    _show_what_is_left(ward, session, metrics, voided.measured_at)


def _show_what_is_left(
    ward: Ward, session: Session, metrics: Iterable[Metric], at: Instant
) -> None:
    """A withdrawn value must not stay on any screen, as number or in a trend."""
    bedside = ward.bedsides.get(session.room_id)
    if bedside is None or not session.is_open:
        return
    for metric in metrics:
        shown = bedside.latest.get(metric)
        if shown is not None and shown.source == MANUAL_SOURCE and shown.at == at:
            del bedside.latest[metric]
            left = newest_reading(ward.chart(session), metric)
            if left is not None:
                bedside.latest[metric] = left
        points = bedside.trend.get(metric, ())
        for point in [p for p in points if p[10] == MANUAL_SOURCE and p[2] == at]:
            bedside.trend[metric].remove(point)
    ward.outbox.reload = True


def _withdraw_score(ward: Ward, session: Session, voided: facts.ScoreEntered, given: Given) -> None:
    alarms = ward.alarms.touch(session.id)
    if alarms is None:
        return
    left = ward.chart(session).scores(voided.score)
    newest = Score(*left[-1]) if left else None
    alarms.withdraw_score(voided.score, newest, given.by, given.at)
    ward.must_checkpoint[session.id] = None
