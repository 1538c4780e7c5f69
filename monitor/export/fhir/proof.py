"""What stands behind a bundle in FHIR: which record it was made from, who signed for the discharge and who read it."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain import facts
from monitor.domain.readings import Instant
from monitor.domain.review.signatures import signatures
from monitor.export.fhir.codes import Json, participant
from monitor.export.fhir.identity import UNSAID, Binder, annotation, moment


def proof_resources(binder: Binder) -> Iterator[Json]:
    """The seal, and one Provenance for each signature."""
    yield _source(binder)
    extract = binder.extract
    for n, fact in enumerate(extract.facts):
        if isinstance(fact.body, facts.DischargeSigned):
            yield _signature(binder, ("discharge", n), "discharge", fact.by, fact.at, "")
    for n, signature in enumerate(signatures(extract.facts)):
        later = "" if signature.stands else "the record has changed since"
        yield _signature(binder, ("review", n), "review", signature.by, signature.at, later)


def comments(binder: Binder) -> list[Json]:
    """What reviewers have written, as notes of the session."""
    return [
        made
        for fact in binder.extract.facts
        if isinstance(fact.body, facts.ReviewCommented)
        for made in annotation(f"[review] {fact.body.text}", fact.by, fact.at)
    ]


def _source(binder: Binder) -> Json:
    seal = {"type": {"text": "seal of the record"}, "value": binder.extract.sealed}
    return binder.resource(
        "Provenance",
        ["provenance"],
        target=[binder.procedure],
        recorded=moment(binder.extract.now),
        agent=[{"type": participant("assembler"), "who": binder.reference("product")}],
        entity=[{"role": "source", "what": {"identifier": seal}}],
    )


def _signature(
    binder: Binder, parts: tuple[object, ...], act: str, by: str, at: Instant, later: str
) -> Json:
    return binder.resource(
        "Provenance",
        parts,
        target=[binder.procedure],
        occurredDateTime=moment(at),
        recorded=moment(at),
        activity={"text": act},
        reason=[{"text": later}] if later else None,
        agent=[{"type": participant("attester"), "who": {"display": by or UNSAID}}],
    )
