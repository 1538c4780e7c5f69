"""What happened in a session as short lines for paper: its course and what was entered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from monitor.domain import facts
from monitor.domain.chart import Entry
from monitor.domain.course import Course
from monitor.domain.readings import Instant
from monitor.domain.review.record import SessionRecord
from monitor.export.report.phases import paused, phase_names, resumed, stopped
from monitor.export.report.speech import Speech

_SEVERITIES = ("mild", "moderate", "severe")


class Happening(NamedTuple):
    """One line; ``by`` is a person or empty. ``counts`` is False for an entry that was taken back."""

    at: Instant
    text: str
    by: str = ""
    counts: bool = True


def course_lines(record: SessionRecord, speech: Speech) -> list[Happening]:
    """The course and the entries, by time. Vital signs are in the trace."""
    lines = [*_phases(record, speech), *_facts(record, speech)]
    for entry in record.chart.entries.values():
        text = entry_text(entry, record.course, speech)
        if text:
            counts = entry.voided is None
            lines.append(Happening(entry.measured_at, text, _person(entry.by), counts))
    return sorted(lines, key=lambda known: known.at)


def entry_text(entry: Entry, course: Course, speech: Speech) -> str:
    """What an entry says; empty for vital signs."""
    body = entry.body
    match body:
        case facts.ScoreEntered():
            return f"{score_name(course, body.score, speech)} {body.value}"
        case facts.EventEntered():
            name = speech.chosen(course.events, body.event)
            return _joined(name, severity(body.severity, speech), body.note)
        case facts.InterventionEntered():
            return _joined(speech.chosen(course.interventions, body.intervention), "", body.note)
        case facts.MedicationEntered():
            drug = speech.chosen(course.drugs, body.drug)
            route = speech.chosen(course.routes, body.route)
            return _joined(f"{drug} {speech.number(body.dose)} {body.unit}", route, body.note)
        case facts.NoteEntered():
            return speech.gettext("Note: {text}").format(text=body.text)
        case _:
            return ""


def score_name(course: Course, score: str, speech: Speech) -> str:
    """A score's short name."""
    usual = {"moaas": "MOAA/S", "rass": "RASS", "cadss6": "CADSS-6"}.get(score)
    kind = course.score(score)
    if usual is not None or kind is None:
        return usual or score
    return speech.text(kind.text).partition(",")[0].partition(" (")[0]


def severity(word: str | None, speech: Speech) -> str:
    """How bad something was; empty where nobody has said."""
    _ = speech.gettext
    named = dict(zip(_SEVERITIES, (_("mild"), _("moderate"), _("severe")), strict=True))
    return named.get(word or "", word or "")


def _phases(record: SessionRecord, speech: Speech) -> Iterator[Happening]:
    _, names = speech.gettext, phase_names(speech, record.course)
    overrides = {
        fact.body.phase: (fact.by, fact.body.override)
        for fact in record.facts
        if isinstance(fact.body, facts.PhaseEntered)
    }
    for entry in record.session.phases:
        by, override = overrides.get(str(entry.phase), ("", None))
        text = names[entry.phase]
        if override:
            text += ", " + _("override: {reason}").format(reason=override)
        yield Happening(entry.at, text, _person(by))


def _facts(record: SessionRecord, speech: Speech) -> Iterator[Happening]:
    for fact in record.facts:
        text = _fact_text(fact.body, record.course, speech)
        if text:
            yield Happening(fact.at, text, _person(fact.by))


def _fact_text(body: facts.FactBody, course: Course, speech: Speech) -> str:
    _ = speech.gettext
    match body:
        case facts.InfusionPlanned():
            return plan_text(body, speech)
        case facts.DoseChecked():
            return _("Dose checked")
        case facts.InfusionPaused():
            return _joined(paused(speech, course), body.reason, None)
        case facts.InfusionResumed():
            return resumed(speech, course)
        case facts.InfusionStopped():
            return _joined(stopped(speech, course), body.reason, None)
        case facts.SessionCancelled():
            return _joined(_("Cancelled"), body.reason, None)
        case facts.DischargeSigned():
            if not body.not_met:
                return _("Discharge signed, every criterion met")
            return _("Discharge signed, not met: {what}").format(what=", ".join(body.not_met))
        case _:
            return ""


def plan_text(plan: facts.InfusionPlanned, speech: Speech) -> str:
    """The dose as it was planned."""
    text = f"{speech.number(plan.dose_mg)} mg, {speech.number(plan.minutes)} min"
    if plan.dose_mg_per_kg is not None:
        text += f" ({speech.number(plan.dose_mg_per_kg)} mg/kg)"
    return speech.gettext("Dose {dose}").format(dose=text)


def _joined(name: str, detail: str, note: str | None) -> str:
    said = f"{name}, {detail}" if detail else name
    return f"{said} – {note}" if note else said


def _person(by: str) -> str:
    return "" if by == facts.Fact.SYSTEM else by
