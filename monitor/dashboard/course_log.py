"""The course of a session as sentences of its log: dose, checks, pauses, moves, discharge, assignments. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.dashboard.course_words import answer_text, dose_text, spoken
from monitor.dashboard.presenters import own_phase_name
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.course import Course
from monitor.domain.readings import Instant
from monitor.domain.sessions import Phase


def course_text(
    words: Words, course: Course, names: Mapping[str, str], body: facts.FactBody
) -> str | None:
    """A fact of the course; None for any other. ``names``: rooms and devices by id."""
    _ = words.gettext
    match body:
        case facts.InfusionPlanned():
            return _planned_text(words, course, body)
        case facts.DoseChecked():
            return _("Dose checked")
        case facts.CheckAnswered():
            return _check_text(words, course, body)
        case facts.InfusionPaused() | facts.InfusionResumed() | facts.InfusionStopped():
            return _pump_text(words, course, body)
        case facts.SessionMoved(_session, room, reason):
            text = _("Moved to room {room}: {reason}")
            return text.format(room=names.get(room, room), reason=reason)
        case facts.PatientCorrected(_session, patient, reason):
            text = _("Patient reference corrected to {patient}: {reason}")
            return text.format(patient=patient, reason=reason)
        case facts.DischargeSigned():
            return _discharge_text(words, course, body)
        case facts.AssignmentProposed() | facts.AssignmentConfirmed():
            return _assignment_text(words, names, body)
        case facts.AssignmentWithdrawn(_assignment, _session, reason):
            return _("Proposal for readings withdrawn: {reason}").format(reason=reason)
        case _:
            return None


def span_text(words: Words, first_at: Instant, last_at: Instant) -> str:
    """A span of time on the clinic's wall, with its day."""
    first, last = words.clock_seconds(first_at), words.clock_seconds(last_at)
    if words.local(first_at).date() == words.local(last_at).date():
        return f"{words.day(first_at)} {first} – {last}"
    return f"{words.day(first_at)} {first} – {words.day(last_at)} {last}"


def _planned_text(words: Words, course: Course, body: facts.InfusionPlanned) -> str:
    _, own = words.gettext, own_phase_name(words, Phase.INFUSION, course)
    dose = dose_text(words, body)
    if own is None:
        return _("Infusion planned: {dose}").format(dose=dose)
    return _("{phase} planned: {dose}").format(phase=own, dose=dose)


def _pump_text(
    words: Words,
    course: Course,
    body: facts.InfusionPaused | facts.InfusionResumed | facts.InfusionStopped,
) -> str:
    _ = words.gettext
    match body:
        case facts.InfusionPaused(_session, reason):
            return _("Infusion paused: {reason}").format(reason=reason)
        case facts.InfusionResumed():
            return _("Infusion resumed")
        case facts.InfusionStopped(_session, reason):
            own = own_phase_name(words, Phase.INFUSION, course)
            if own is not None:
                return _("{phase} stopped early: {reason}").format(phase=own, reason=reason)
            return _("Infusion stopped early: {reason}").format(reason=reason)


def _check_text(words: Words, course: Course, body: facts.CheckAnswered) -> str:
    item = course.check(body.item)
    name = body.item if item is None else spoken(words, item.text)
    text = f"{name}: {answer_text(words, body.answer)}"
    return f"{text} – {body.note}" if body.note else text


def _discharge_text(words: Words, course: Course, body: facts.DischargeSigned) -> str:
    _ = words.gettext
    text = _("Discharge signed: {met} of {all} met")
    told = text.format(met=len(body.met), all=len(body.met) + len(body.not_met))
    if not body.not_met:
        return told
    texts = {known.id: spoken(words, known.text) for known in course.discharge}
    names = ", ".join(texts.get(name, name) for name in body.not_met)
    return told + " – " + _("not met: {names}").format(names=names)


def _assignment_text(
    words: Words,
    names: Mapping[str, str],
    body: facts.AssignmentProposed | facts.AssignmentConfirmed,
) -> str:
    _ = words.gettext
    device = names.get(body.device_id, body.device_id)
    span = span_text(words, body.first_at, body.last_at)
    if isinstance(body, facts.AssignmentConfirmed):
        return _("Readings of {device}, {span}, belong to this session").format(
            device=device, span=span
        )
    text = _("Readings of {device}, {span}, proposed for this session: {reason}")
    return text.format(device=device, span=span, reason=body.reason)
