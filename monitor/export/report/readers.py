"""What is known of a session besides its own record: the patient's outcome scores, and what reviewers have written."""

from __future__ import annotations

from datetime import date

from monitor.domain import facts
from monitor.export.extract import Extract
from monitor.export.report.speech import Speech

_SCALES = {"madrs": "MADRS", "phq9": "PHQ-9"}


def outcome_rows(extract: Extract, speech: Speech) -> list[list[str | bool]]:
    """Day, scale, score, note, by whom, and whether it counts; all of the patient, by day."""
    return [
        [
            speech.date(date.fromisoformat(known.on)),
            _SCALES.get(known.scale, known.scale),
            str(known.value),
            known.note or "",
            known.entered_by,
            known.counts,
        ]
        for known in extract.outcomes
    ]


def comment_rows(extract: Extract, speech: Speech) -> list[list[str]]:
    """When, by whom, what."""
    return [
        [f"{speech.day(fact.at)} {speech.clock(fact.at)}", fact.by, fact.body.text]
        for fact in extract.facts
        if isinstance(fact.body, facts.ReviewCommented)
    ]
