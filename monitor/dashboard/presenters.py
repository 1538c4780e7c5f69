"""What the screens say about sessions: pure functions from records to words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from monitor.dashboard.entry_refusals import entry_refusal
from monitor.dashboard.marks import Mark, PhaseSpan
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.refusals import course_refusal
from monitor.dashboard.words import Words
from monitor.domain.course import Course
from monitor.domain.facts import AlarmChanged
from monitor.domain.readings import Instant, Reading
from monitor.domain.registry import Operator
from monitor.domain.sessions import NEXT_PHASES, Phase, Session
from monitor.service.batches import StoredReading
from monitor.service.phrases import N_, Phrases
from monitor.service.protocols import Protocol
from monitor.wire.orders import OrderResult

_PROTOCOL_TITLES = (N_("Ketamine by vein"), N_("Esketamine nasal spray"))
"""Titles of the protocols that come with the product, for the catalogs; a clinic's own stand as they are."""

STEPS = (Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION, Phase.DISCHARGED)


class Step(NamedTuple):
    """One step of the stepper; ``state`` is done, current or next; ``note`` what was out of the ordinary, and why."""

    phase: str
    name: str
    state: str
    note: str = ""
    why: str = ""


def phase_name(words: Words, phase: str, course: Course | None = None) -> str:
    """A phase in words: the protocol's own where it has one."""
    _ = words.gettext
    own = own_phase_name(words, phase, course)
    if own is not None:
        return own
    return {
        Phase.PRECHECK: _("Pre-check"),
        Phase.BASELINE: _("Baseline"),
        Phase.INFUSION: _("Infusion"),
        Phase.OBSERVATION: _("Observation"),
        Phase.DISCHARGED: _("Discharged"),
        Phase.CANCELLED: _("Cancelled"),
    }[Phase(phase)]


def own_phase_name(words: Words, phase: str, course: Course | None) -> str | None:
    """What the protocol itself calls a phase, if it does."""
    own = {} if course is None else course.phase_words.get(phase, {})
    return own.get(words.language)


def before_it(words: Words, course: Course | None) -> str:
    """What is above everything that is asked before the drug is given."""
    _ = words.gettext
    own = own_phase_name(words, Phase.INFUSION, course)
    if own is None:
        return _("Before the infusion")
    return _("Before {phase}").format(phase=own.lower())


def start_phase_text(words: Words, phase: str, course: Course | None = None) -> str:
    """What the button says that lets a phase begin."""
    _ = words.gettext
    own = own_phase_name(words, Phase.INFUSION, course)
    if own is not None and phase == Phase.INFUSION:
        return _("Start: {phase}").format(phase=own)
    if own is not None and phase == Phase.OBSERVATION:
        return _("End: {phase}").format(phase=own)
    return {
        Phase.BASELINE: _("Start baseline"),
        Phase.INFUSION: _("Start infusion"),
        Phase.OBSERVATION: _("End infusion"),
        Phase.DISCHARGED: _("Discharge"),
    }[Phase(phase)]


def role_name(words: Words, operator: Operator) -> str:
    """An operator's role in words."""
    _ = words.gettext
    names = {
        "nurse": _("nurse"),
        "clinician": _("clinician"),
        "tester": _("tester"),
        "administrator": _("administrator"),
    }
    return names.get(operator.role, operator.role)


def operator_label(words: Words, operator: Operator) -> str:
    """Who is signed in, as the bar says it."""
    return f"{operator.name} · {role_name(words, operator)}"


def steps(words: Words, session: Session, course: Course | None = None) -> list[Step]:
    """The way from pre-check to discharge, and how far the session is."""
    reached = {entry.phase for entry in session.phases}
    if session.phase is Phase.CANCELLED:
        walked = [Step(p, phase_name(words, p, course), "done") for p in STEPS if p in reached]
        return [*walked, Step(Phase.CANCELLED, phase_name(words, Phase.CANCELLED), "current")]
    return [
        Step(
            phase,
            words.gettext("Discharge")
            if phase is Phase.DISCHARGED
            else phase_name(words, phase, course),
            "current" if phase is session.phase else "done" if phase in reached else "next",
        )
        for phase in STEPS
    ]


def next_phase(session: Session) -> Phase | None:
    """The phase that an operator may begin now, other than cancelling; None once the session is closed."""
    return next((phase for phase in NEXT_PHASES[session.phase] if phase != Phase.CANCELLED), None)


def may_be_cancelled(session: Session) -> bool:
    """Whether the session may still be called off."""
    return Phase.CANCELLED in NEXT_PHASES[session.phase]


def phase_spans(
    words: Words, session: Session, protocol: Protocol | None, newest: Instant
) -> list[PhaseSpan]:
    """The phases on the time axis; the one that lasts reaches to its planned end or to the newest reading."""
    ends = [entry.at for entry in session.phases[1:]] + [None]
    spans = []
    for entry, end in zip(session.phases, ends, strict=True):
        planned = protocol.phase_ms.get(entry.phase, 0) if protocol else 0
        until = end if end is not None else max(newest, entry.at + planned)
        is_shaded = entry.phase is Phase.INFUSION
        name = phase_name(words, entry.phase, protocol.course if protocol else None)
        spans.append(PhaseSpan(name, entry.at, until, is_shaded))
    return spans


def alarm_marks(alarms: Iterable[AlarmChanged]) -> list[Mark]:
    """The alarms that were raised, at the moment they were."""
    return [
        Mark(alarm.raised_at, alarm.priority) for alarm in alarms if alarm.raised_at is not None
    ]


def session_plan(words: Words, session: Session, protocol: Protocol | None) -> str:
    """Protocol, weight and planned length in one line."""
    _ = words.gettext
    parts = [_(protocol.title) if protocol else session.protocol]
    if session.weight_kg is not None:
        parts.append(f"{words.number(session.weight_kg)} kg")
    planned = protocol.phase_ms.get(Phase.INFUSION) if protocol else None
    if planned is not None:
        minutes = planned // 60_000
        parts.append(words.ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes))
    return " · ".join(parts)


def session_number(words: Words, session: Session, protocol: Protocol | None) -> str:
    """Which session of the patient's series this is; a cancelled one is none of it."""
    if session.number_in_series is None:
        return words.gettext("cancelled, not of the series")
    if protocol is not None and protocol.planned_sessions is not None:
        text = words.gettext("session {n} of {planned}")
        return text.format(n=session.number, planned=protocol.planned_sessions)
    return words.gettext("session {n}").format(n=session.number)


def reading_text(words: Words, phrases: Phrases, reading: Reading) -> str:
    """One reading as ``BP 132/84 (100)``, or with the status that stands for its missing value."""
    name = phrases.metric(reading.metric)
    if reading.systolic is not None and reading.diastolic is not None:
        text = f"{words.number(reading.systolic)}/{words.number(reading.diastolic)}"
        return f"{name} {text}" + (f" ({words.number(reading.mean)})" if reading.mean else "")
    value = reading.mean if reading.value is None else reading.value
    return f"{name} {words.number(value)}" if value is not None else f"{name} – {reading.status}"


def unassigned_rows(
    words: Words, phrases: Phrases, readings: Iterable[StoredReading], names: dict[str, str]
) -> list[dict[str, str]]:
    """The rows of the list of readings that belong to no session; ``names`` are those of the devices."""
    return [
        {
            "measured": words.day_and_clock(stored.reading.at),
            "seconds": words.clock_seconds(stored.reading.at),
            "received": words.clock_seconds(stored.reading.received_at),
            "device": names.get(stored.reading.source, stored.reading.source),
            "reading": reading_text(words, phrases, stored.reading),
        }
        for stored in readings
    ]


def unreachable_text(words: Words, error: GatewayUnreachableError) -> str:
    """What to tell a person whose order got no answer; never that nothing happened unless that is certain."""
    _ = words.gettext
    if error.sent:
        return _("The gateway does not answer. It may have taken this: sending again does no harm.")
    return _("The gateway does not answer: nothing was changed.")


def wait_text(words: Words, wait_s: float) -> str:
    """How long somebody has to wait who gave too many wrong passwords."""
    minutes = math.ceil(wait_s / 60)
    return words.ngettext(
        "Too many attempts. Try again in {n} minute.",
        "Too many attempts. Try again in {n} minutes.",
        minutes,
    ).format(n=minutes)


def refusal_text(words: Words, result: OrderResult) -> str:
    """Why an order was refused, in the reader's language; the gateway's own words for a reason that is new."""
    of_course = entry_refusal(words, result) or course_refusal(words, result)
    if of_course is not None:
        return of_course
    _ = words.gettext
    if result.code == "too_many_tries":
        return wait_text(words, result.result.get("wait_s", 0))
    known = {
        "not_allowed": _("Your role does not allow this."),
        "session_open": _("This room already has an open session."),
        "patient_elsewhere": _("This patient has an open session in another room."),
        "unknown_protocol": _("There is no such protocol."),
        "unknown_session": _("This session is not open."),
        "session_closed": _("This session is closed."),
        "unknown_room": _("There is no such room."),
        "illegal_phase": _("This phase cannot follow the present one."),
        "alarms_waiting": _("Alarms wait to be acknowledged. Acknowledge them, or give a reason."),
        "future_time": _("This time has not come yet."),
        "too_old": _("This was before the session began."),
        "empty": _("At least one value is needed."),
        "incomplete": _("Systolic and diastolic belong together."),
        "out_of_range": _("This value is not possible."),
        "contradictory": _("Systolic must be above diastolic, and the mean between them."),
        "unknown_operator": _("You are no longer known to the gateway: sign in again."),
        "locked": _("This station is locked: sign in to act."),
        "too_many_orders": _("Too many orders of yours within a minute: wait a little."),
        "too_busy": _("Too many passwords are worked out at this moment: try again."),
        "room_taken": _("Another session was in this room at that time."),
        "past": _("This time is over: a visit is planned ahead."),
        "too_far": _("A visit is planned at most two years ahead."),
        "visit_planned": _("This patient has another visit within half a day of this."),
        "visit_over": _("This visit has begun or was cancelled."),
        "no_series": _("This protocol has no series."),
        "degraded": _("The gateway cannot store anything now: nothing was changed."),
    }
    return known.get(result.code, result.message)
