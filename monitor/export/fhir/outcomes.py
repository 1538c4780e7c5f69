"""Outcome scores as Observations of a survey; one of them is no reading, and its category says so."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.outcomes import Outcome
from monitor.export.fhir.codes import OUTCOME_SCALES, SURVEY, Json, quantity
from monitor.export.fhir.identity import Binder, annotation, moment, person


def outcome_resources(binder: Binder) -> Iterator[Json]:
    """One for each score of the patient, by day."""
    return (_observation(binder, outcome) for outcome in binder.extract.outcomes)


def _observation(binder: Binder, outcome: Outcome) -> Json:
    by = person(outcome.entered_by)
    withdrawn = f"[voided: {outcome.void_reason}] " if outcome.void_reason else ""
    return binder.resource(
        "Observation",
        ["outcome", outcome.entry],
        status="final" if outcome.counts else "entered-in-error",
        category=SURVEY,
        code={"coding": [OUTCOME_SCALES[outcome.scale]]},
        subject=binder.patient,
        effectiveDateTime=outcome.on,
        issued=moment(outcome.entered_at),
        performer=None if by is None else [by],
        valueQuantity=quantity(outcome.value, "{score}"),
        note=annotation(f"{withdrawn}{outcome.note or ''}".strip()),
    )
