"""What staff enter, checked and made ready to be taken in; nothing changes until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from monitor.domain import entries, facts, newest
from monitor.domain.chart import EntryFact
from monitor.domain.course import Choice
from monitor.domain.readings import (
    MANUAL_MAY_BE_OLD_MS,
    MANUAL_SOURCE,
    Instant,
    Metric,
    Reading,
)
from monitor.domain.sessions import Session
from monitor.service import intake
from monitor.service.batches import StoredReading, StreamPosition
from monitor.service.known_sessions import entered_time
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward
from monitor.wire import orders as wire
from monitor.wire.base import Message

SINGLE = (Metric.PULSE_RATE, Metric.SPO2, Metric.RESP_RATE)
_ENTERED = (*(str(metric) for metric in SINGLE), *entries.PRESSURE_FIELDS)
OTHER = "other"
"""Something that is not on the protocol's list; it needs a note."""


class Prepared(NamedTuple):
    """An entry that may be taken in: its fact, and what it changes besides the record."""

    body: EntryFact
    take_in: Callable[[], None]


def prepare(ward: Ward, order: Message, session: Session, now: Instant) -> Prepared:
    """Check an entry. Raises OrderRefusedError; nothing has changed."""
    return _PREPARE[type(order)](ward, order, session, now)


def _vitals(ward: Ward, order: wire.EnterVitals, session: Session, now: Instant) -> Prepared:
    given = ((name, getattr(order, name)) for name in _ENTERED)
    values = {name: round(value, 3) for name, value in given if value is not None}
    fault = entries.impossible(values)
    if fault is not None:
        raise OrderRefusedError(fault.code, fault.message, fault.field)
    at = entered_time(order.measured_at, session, now)
    if not order.confirmed:
        _ask_about_unusual(ward, session, values, at)
    key = (MANUAL_SOURCE, f"manual-{session.id}")
    known = ward.positions.get(key)
    seq = 1 if known is None else known.last_seq + 1
    body = facts.VitalsEntered(session.id, str(order.entry), at, values, seq)
    readings = manual_readings(body, now)

    def take_in() -> None:
        position = StreamPosition(*key, seq)
        ward.positions[key] = ward.pending.positions[key] = position
        ward.pending.readings += [
            StoredReading(session.id, key[1], seq, index, reading)
            for index, reading in enumerate(readings)
        ]
        if session.is_open:
            ward.alarms.observe(session.id, readings, now)
            intake.show(ward, session, readings)

    return Prepared(body, take_in)


def _ask_about_unusual(ward: Ward, session: Session, values: dict[str, float], at: Instant) -> None:
    """One question for all: unusual by themselves, or far from what the device says. Raises OrderRefusedError."""
    course = ward.protocol_of(session).course
    measured = newest.measured(ward.chart(session), at, course.unlike_ms)
    far = entries.unlike(values, measured, course.unlike)
    fault = entries.unusual(values)
    if fault is None and far:
        field = next(iter(far))
        message = f"{values[field]:g} is far from what the device measured: is that right?"
        fault = entries.Fault(field, "unusual", message)
    if fault is not None:
        raise OrderRefusedError(fault.code, fault.message, fault.field, {"unlike": far})


def manual_readings(body: facts.VitalsEntered, entered_at: Instant) -> list[Reading]:
    """What a person entered, as readings."""
    values, at = body.values, body.measured_at
    late = entered_at - at > MANUAL_MAY_BE_OLD_MS
    readings = [
        Reading(metric, at, at, entered_at, MANUAL_SOURCE, "ok", late, values[metric])
        for metric in SINGLE
        if metric in values
    ]
    pressure = [values.get(name) for name in entries.PRESSURE_FIELDS]
    if any(value is not None for value in pressure):
        readings.append(
            Reading(Metric.NIBP, at, at, entered_at, MANUAL_SOURCE, "ok", late, None, *pressure)
        )
    return readings


def _score(ward: Ward, order: wire.EnterScore, session: Session, now: Instant) -> Prepared:
    kind = ward.protocol_of(session).course.score(order.score)
    if kind is None:
        message = f"{order.score} is no score of this protocol"
        raise OrderRefusedError("unknown_score", message, "score")
    if not kind.lowest <= order.value <= kind.highest:
        message = f"{order.score} is from {kind.lowest} to {kind.highest}"
        raise OrderRefusedError("out_of_range", message, "value")
    at = entered_time(order.measured_at, session, now)

    def take_in() -> None:
        alarms = ward.alarms.touch(session.id)
        if alarms is not None:
            alarms.score(order.score, order.value, at, now)
            ward.must_checkpoint[session.id] = None

    body = facts.ScoreEntered(session.id, str(order.entry), order.score, order.value, at)
    return Prepared(body, take_in)


def _event(ward: Ward, order: wire.EnterEvent, session: Session, now: Instant) -> Prepared:
    course = ward.protocol_of(session).course
    _refuse_unlisted(order.event, course.events, order.note, "event")
    known = next((choice for choice in course.events if choice.id == order.event), None)
    if order.severity is not None and known is not None and not known.has_severity:
        message = f"{order.event} has no severity; say it in the note"
        raise OrderRefusedError("no_severity", message, "severity")
    at = entered_time(order.measured_at, session, now)
    body = facts.EventEntered(
        session.id, str(order.entry), order.event, order.severity, order.note, at
    )
    return Prepared(body, _nothing_else)


def _medication(
    ward: Ward, order: wire.EnterMedication, session: Session, now: Instant
) -> Prepared:
    course = ward.protocol_of(session).course
    _refuse_unlisted(order.route, course.routes, order.note, "route")
    at = entered_time(order.measured_at, session, now)
    body = facts.MedicationEntered(
        session.id,
        str(order.entry),
        order.drug.strip(),
        order.dose,
        order.unit,
        order.route,
        order.note,
        at,
    )
    return Prepared(body, _nothing_else)


def _intervention(
    ward: Ward, order: wire.EnterIntervention, session: Session, now: Instant
) -> Prepared:
    course = ward.protocol_of(session).course
    _refuse_unlisted(order.intervention, course.interventions, order.note, "intervention")
    at = entered_time(order.measured_at, session, now)
    body = facts.InterventionEntered(
        session.id, str(order.entry), order.intervention, order.note, at
    )
    return Prepared(body, _nothing_else)


def _note(_ward: Ward, order: wire.EnterNote, session: Session, now: Instant) -> Prepared:
    at = entered_time(order.measured_at, session, now)
    return Prepared(facts.NoteEntered(session.id, str(order.entry), order.text, at), _nothing_else)


def _refuse_unlisted(
    chosen: str, choices: tuple[Choice, ...], note: str | None, field: str
) -> None:
    if chosen == OTHER:
        if not (note or "").strip():
            raise OrderRefusedError("note_wanted", "say in the note what it was", "note")
    elif chosen not in {choice.id for choice in choices}:
        raise OrderRefusedError(f"unknown_{field}", f"there is no {field} {chosen}", field)


def _nothing_else() -> None:
    """Only the record knows it."""


_PREPARE: dict[type[Message], Callable[[Ward, Any, Session, Instant], Prepared]] = {
    wire.EnterVitals: _vitals,
    wire.EnterScore: _score,
    wire.EnterEvent: _event,
    wire.EnterMedication: _medication,
    wire.EnterIntervention: _intervention,
    wire.EnterNote: _note,
}
