"""What staff entered, as sentences of the log and words of the trace. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.dashboard.course_words import spoken
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.chart import EntryFact
from monitor.domain.course import Choice, Course
from monitor.service.phrases import Phrases

_TOLD = ("pulse_rate", "spo2", "nibp", "mean", "resp_rate")


def entry_text(words: Words, phrases: Phrases, course: Course, body: EntryFact) -> str:
    """An entry as a sentence, without its time."""
    match body:
        case facts.VitalsEntered():
            return vitals_text(words, phrases, body)
        case facts.ScoreEntered(_session, _entry, score, value):
            return f"{score_name(words, course, score)} {value}"
        case facts.EventEntered():
            severity = severity_word(words, body.severity)
            return _with_note([choice_name(words, course.events, body.event), severity], body.note)
        case facts.InterventionEntered():
            name = choice_name(words, course.interventions, body.intervention)
            return _with_note([name], body.note)
        case facts.MedicationEntered():
            parts = [
                f"{choice_name(words, course.drugs, body.drug)} {dose_words(words, body)}",
                choice_name(words, course.routes, body.route),
            ]
            return _with_note(parts, body.note)
        case facts.NoteEntered():
            return words.gettext("Note: {text}").format(text=body.text)


def vitals_text(words: Words, phrases: Phrases, body: facts.VitalsEntered) -> str:
    """The values that were read, like ``Pulse 82, BP 132/84``."""
    number = {name: words.number(value) for name, value in body.values.items()}
    if "systolic" in number and "diastolic" in number:
        number["nibp"] = f"{number['systolic']}/{number['diastolic']}"
    return ", ".join(f"{phrases.metric(name)} {number[name]}" for name in _TOLD if name in number)


def dose_words(words: Words, body: facts.MedicationEntered) -> str:
    """A dose with its unit."""
    return f"{words.number(body.dose)} {unit_words(words).get(body.unit, body.unit)}"


def unit_words(words: Words) -> dict[str, str]:
    """What a dose is told in."""
    _ = words.gettext
    plain = {"mg": "mg", "ug": "µg", "g": "g", "ml": "ml", "IU": _("IU"), "l/min": "l/min"}
    return plain | {"drops": _("drops"), "puffs": _("puffs")}


def severity_words(words: Words) -> dict[str, str]:
    """How bad something was."""
    _ = words.gettext
    return {"mild": _("mild"), "moderate": _("moderate"), "severe": _("severe")}


def severity_word(words: Words, severity: str | None) -> str:
    """The same for one; empty for none."""
    return severity_words(words).get(severity or "", "")


def choice_name(words: Words, choices: Iterable[Choice], chosen: str) -> str:
    """A choice of the protocol in words; what is none of it stands as it was typed."""
    known = next((choice for choice in choices if choice.id == chosen), None)
    return chosen if known is None else spoken(words, known.text)


def score_name(words: Words, course: Course, score: str) -> str:
    """A score's short name: what stands before the comma or bracket of its text."""
    kind = course.score(score)
    if kind is None:
        return {"moaas": "MOAA/S", "rass": "RASS", "cadss6": "CADSS-6"}.get(score, score)
    text = spoken(words, kind.text).partition(" (")[0]
    return text.rpartition(", ")[2] if score in ("moaas", "rass") else text.partition(",")[0]


def _with_note(parts: Iterable[str], note: str | None) -> str:
    told = ", ".join(part for part in parts if part)
    return f"{told} – {note}" if note else told
