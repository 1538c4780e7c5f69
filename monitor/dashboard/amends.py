"""Entries that are corrected or voided: what their dialogs are filled with. Pure but for the reading of the record."""

from __future__ import annotations

from typing import Any

from monitor.dashboard import ids
from monitor.dashboard.course_reading import facts_chart
from monitor.dashboard.entry_orders import LEVEL
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.chart import EntryFact
from monitor.domain.readings import Instant

VOID = "void"
"""The form that voids an entry of any kind."""


def measured_at(visit: Visit, session_id: str, entry: str) -> Instant | None:
    """When the entry that is amended was measured; None for none."""
    session = visit.parts.records.session(session_id) if entry else None
    known = None if session is None else facts_chart(visit, session).entries.get(entry)
    return None if known is None else known.measured_at


def correction_of(
    words: Words, body: EntryFact, said: str, drugs: frozenset[str]
) -> dict[str, Any]:
    """What the button gives the script that opens the entry's own dialog, filled with it.

    ``said``: the entry as a sentence. ``drugs``: the names that the protocol lists.
    """
    dialog, texts, picks = _filled(words, body, drugs)
    return {
        "dialog": dialog,
        "entry": body.entry,
        "said": said,
        "texts": texts,
        "picks": picks,
        "clock": words.clock(body.measured_at),
    }


def voiding_of(body: EntryFact, said: str) -> dict[str, Any]:
    """The same for the dialog that asks why an entry does not count."""
    return {"dialog": ids.of_form(VOID, "dialog"), "entry": body.entry, "said": said}


Fill = tuple[str, dict[str, str], dict[str, str]]


def _filled(words: Words, body: EntryFact, drugs: frozenset[str]) -> Fill:
    match body:
        case facts.VitalsEntered():
            return ids.VITALS_DIALOG, {n: words.number(v) for n, v in body.values.items()}, {}
        case facts.ScoreEntered():
            picks = {"score": body.score, f"{LEVEL}{body.score}": str(body.value)}
            return _dialog("score"), {}, picks
        case facts.EventEntered():
            picks = {"event": body.event, "severity": body.severity or ""}
            return _dialog("event"), {"note": body.note or ""}, picks
        case facts.InterventionEntered():
            picks = {"intervention": body.intervention}
            return _dialog("intervention"), {"note": body.note or ""}, picks
        case facts.MedicationEntered():
            return _medication(words, body, drugs)
        case facts.NoteEntered():
            return _dialog("note"), {"text": body.text}, {}


def _medication(words: Words, body: facts.MedicationEntered, drugs: frozenset[str]) -> Fill:
    is_listed = body.drug in drugs
    texts = {
        "dose": words.number(body.dose),
        "note": body.note or "",
        "other_drug": "" if is_listed else body.drug,
    }
    picks = {"unit": body.unit, "route": body.route, "drug": body.drug if is_listed else ""}
    return _dialog("medication"), texts, picks


def _dialog(form: str) -> str:
    return ids.of_form(form, "dialog")
