"""The Bundle, written piece by piece: a day of readings is too much to hold at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from monitor.export.extract import ExportRefusedError, Extract
from monitor.export.fhir.alarms import alarm_resources
from monitor.export.fhir.codes import Json
from monitor.export.fhir.course import course_resources
from monitor.export.fhir.identity import Binder, moment
from monitor.export.fhir.observations import Observations, Shaped
from monitor.export.fhir.outcomes import outcome_resources
from monitor.export.fhir.proof import proof_resources
from monitor.service.phrases import Phrases

_AT_ONCE = 1024


def bundle_pieces(extract: Extract, phrases: Phrases, resolution: str) -> Iterator[bytes]:
    """The file in pieces. ``resolution``: ``reading``, or ``minute`` for medians.

    Everything but readings is held against the FHIR models before it is written; of Observations the first of each
    shape, because the rest differ from it in numbers and times only. Raises ExportRefusedError for what FHIR does not
    allow.
    """
    binder = Binder(extract, phrases)
    made = Observations(binder)
    observations = made.of_minutes() if resolution == "minute" else made.of_readings()
    resources = [
        *course_resources(binder),
        *alarm_resources(binder),
        *outcome_resources(binder),
        *proof_resources(binder),
    ]
    yield _opening(binder)
    yield from _entries([validated(resource) for resource in resources], first=True)
    yield from _entries(_checked(observations), first=False)
    yield b"\n]}\n"


def validated(resource: Json) -> Json:
    """The same resource. Raises ExportRefusedError when it is none of FHIR."""
    kind = resource["resourceType"]
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        [first, *_] = error.errors(include_url=False)
        place = ".".join(map(str, first["loc"]))
        raise ExportRefusedError(f"this is no {kind} of FHIR: {place}: {first['msg']}") from error
    return resource


def _checked(observations: Iterable[Shaped]) -> Iterator[Json]:
    known: set[tuple[object, ...]] = set()
    for shape, resource in observations:
        if shape not in known:
            validated(resource)
            known.add(shape)
        yield resource


def _opening(binder: Binder) -> bytes:
    head: Json = binder.resource(
        "Bundle", ["bundle"], type="collection", timestamp=moment(binder.extract.now)
    )
    return (_written(head)[:-1] + ',"entry":[\n').encode()


def _entries(resources: Iterable[Json], *, first: bool) -> Iterator[bytes]:
    waiting = iter(resources)
    while piece := list(islice(waiting, _AT_ONCE)):
        lines = ",\n".join(
            _written({"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource})
            for resource in piece
        )
        yield (lines if first else f",\n{lines}").encode()
        first = False


def _written(resource: Json) -> str:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
