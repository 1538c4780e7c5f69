"""The course of a session in FHIR: patient, devices, the procedure, what was given, and what befell the patient."""

from __future__ import annotations

from collections.abc import Iterator

from monitor import __version__
from monitor.domain import facts, infusion
from monitor.domain.chart import Chart, Entry
from monitor.domain.course import Choice
from monitor.domain.readings import MANUAL_SOURCE
from monitor.domain.sessions import Phase
from monitor.export.fhir.codes import SEVERITIES, Json, event_severity, quantity
from monitor.export.fhir.identity import UNSAID, Binder, annotation, moment, person
from monitor.export.fhir.proof import comments

_STATUS = {
    Phase.PRECHECK: "preparation",
    Phase.BASELINE: "preparation",
    Phase.INFUSION: "in-progress",
    Phase.OBSERVATION: "in-progress",
    Phase.DISCHARGED: "completed",
    Phase.CANCELLED: "not-done",
}
PRODUCT = "infusion-monitor"
_PLANNED = "As planned; what was given is not measured."
_UNPLANNED = (
    "The phase was entered without a planned dose: whether and what was given is not on record."
)


def course_resources(binder: Binder) -> Iterator[Json]:
    """All of them."""
    chart = binder.extract.chart()
    yield _patient(binder)
    yield _product(binder)
    yield from _devices(binder)
    yield _procedure(binder, chart)
    yield from _infusion(binder, chart)
    for entry in chart.entries.values():
        match entry.body:
            case facts.MedicationEntered():
                yield _medication(binder, entry, entry.body)
            case facts.InterventionEntered():
                yield _intervention(binder, entry, entry.body)
            case facts.ScoreEntered():
                yield _score(binder, entry, entry.body)
            case facts.EventEntered() if entry.voided is None:
                # R4 has no way to say that an adverse event was none.
                yield _event(binder, entry, entry.body)
            case _:
                pass


def _patient(binder: Binder) -> Json:
    reference = {
        "use": "secondary",
        "type": {"text": "the clinic's own reference"},
        "value": binder.extract.session.patient,
    }
    return binder.resource("Patient", ["patient"], identifier=[reference])


def _product(binder: Binder) -> Json:
    return binder.resource(
        "Device",
        ["product"],
        deviceName=[{"name": PRODUCT, "type": "model-name"}],
        version=[{"value": __version__}],
        note=annotation("not a certified medical device"),
    )


def _devices(binder: Binder) -> Iterator[Json]:
    extract = binder.extract
    sources = {stored.reading.source for stored in extract.readings} - {MANUAL_SOURCE}
    for source in sorted(sources):
        known = extract.devices.get(source)
        simulated = known is not None and known.simulated
        name = {"name": extract.device_name(source), "type": "user-friendly-name"}
        yield binder.resource(
            "Device",
            ["device", source],
            identifier=[{"value": source}],
            deviceName=[name],
            patient=binder.patient,
            note=annotation("a simulated device" if simulated else None),
        )


def _procedure(binder: Binder, chart: Chart) -> Json:
    extract = binder.extract
    session = extract.session
    notes = [
        made
        for entry in chart.entries.values()
        if isinstance(entry.body, facts.NoteEntered)
        for made in annotation(_marked(entry, entry.body.text), entry.by, entry.measured_at)
    ]
    cancelled = [f.body for f in extract.facts if isinstance(f.body, facts.SessionCancelled)]
    reason = cancelled[-1].reason if cancelled else chart.stopped
    stopped = chart.stopped is not None and session.phase is not Phase.CANCELLED
    return binder.resource(
        "Procedure",
        ["session"],
        identifier=[{"value": session.id}],
        status="stopped" if stopped and not session.is_open else _STATUS[session.phase],
        statusReason={"text": reason} if reason else None,
        code={"text": f"Monitored treatment session, {session.protocol}"},
        subject=binder.patient,
        performedPeriod=_period(session.started_at, session.ended_at),
        location={"display": extract.room} if extract.room else None,
        note=[*notes, *comments(binder)],
    )


def _infusion(binder: Binder, chart: Chart) -> Iterator[Json]:
    """What the session is about, once it has begun; without a plan nobody has said what was given, or that it was."""
    session = binder.extract.session
    began, ended = infusion.began_at(session), infusion.ended_at(session)
    if began is None:
        return
    is_planned = chart.plan is not None
    yield binder.resource(
        "MedicationAdministration",
        ["infusion"],
        partOf=[binder.procedure],
        status=_given(chart, is_over=ended is not None) if is_planned else "unknown",
        medicationCodeableConcept={"text": _drug(binder)},
        subject=binder.patient,
        effectivePeriod=_period(began, ended),
        dosage=_dosage(chart.plan),
        statusReason=[{"text": chart.stopped}] if chart.stopped else None,
        note=annotation(_PLANNED if is_planned else _UNPLANNED),
    )


def _given(chart: Chart, *, is_over: bool) -> str:
    if is_over:
        return "completed" if chart.stopped is None else "stopped"
    return "in-progress" if chart.paused_since is None else "on-hold"


def _drug(binder: Binder) -> str:
    """As the protocol names it."""
    extract = binder.extract
    rules = extract.course.dose
    named = "" if rules is None else binder.words(rules.drug)
    return named or f"Drug of the protocol {extract.title or extract.session.protocol}"


def _dosage(plan: facts.InfusionPlanned | None) -> Json | None:
    if plan is None:
        return None
    text = f"{plan.dose_mg:g} mg over {plan.minutes:g} min"
    if plan.dose_mg_per_kg is not None and plan.weight_kg is not None:
        text += f" ({plan.dose_mg_per_kg:g} mg/kg at {plan.weight_kg:g} kg)"
    made: Json = {"text": text, "dose": quantity(plan.dose_mg, "mg")}
    if plan.rate_ml_per_h is not None:
        made["rateQuantity"] = quantity(plan.rate_ml_per_h, "mL/h")
    return made


def _medication(binder: Binder, entry: Entry, body: facts.MedicationEntered) -> Json:
    course = binder.extract.course
    return binder.resource(
        "MedicationAdministration",
        ["entry", body.entry],
        partOf=[binder.procedure],
        status="completed" if entry.voided is None else "entered-in-error",
        medicationCodeableConcept={"text": _chosen(binder, course.drugs, body.drug)},
        subject=binder.patient,
        effectiveDateTime=moment(entry.measured_at),
        performer=_actor(entry.by),
        dosage={
            "route": {"text": _chosen(binder, course.routes, body.route)},
            "dose": quantity(body.dose, body.unit),
        },
        note=annotation(_marked(entry, body.note), entry.by, entry.at),
    )


def _intervention(binder: Binder, entry: Entry, body: facts.InterventionEntered) -> Json:
    return binder.resource(
        "Procedure",
        ["entry", body.entry],
        partOf=[binder.procedure],
        status="completed" if entry.voided is None else "entered-in-error",
        code={"text": _chosen(binder, binder.extract.course.interventions, body.intervention)},
        subject=binder.patient,
        performedDateTime=moment(entry.measured_at),
        performer=_actor(entry.by),
        note=annotation(_marked(entry, body.note), entry.by, entry.at),
    )


def _score(binder: Binder, entry: Entry, body: facts.ScoreEntered) -> Json:
    """A scale is answered: an Observation is a reading and nothing else here."""
    kind = binder.extract.course.score(body.score)
    text = body.score if kind is None else binder.words(kind.text)
    item = {"linkId": body.score, "text": text, "answer": [{"valueInteger": body.value}]}
    return binder.resource(
        "QuestionnaireResponse",
        ["entry", body.entry],
        partOf=[binder.procedure],
        status="completed" if entry.voided is None else "entered-in-error",
        subject=binder.patient,
        authored=moment(entry.measured_at),
        author=person(entry.by),
        item=[item],
    )


def _event(binder: Binder, entry: Entry, body: facts.EventEntered) -> Json:
    name = _chosen(binder, binder.extract.course.events, body.event)
    return binder.resource(
        "AdverseEvent",
        ["entry", body.entry],
        actuality="actual",
        event={"text": f"{name}: {body.note}" if (body.note or "").strip() else name},
        subject=binder.patient,
        date=moment(entry.measured_at),
        recordedDate=moment(entry.at),
        severity=event_severity(body.severity) if body.severity in SEVERITIES else None,
        recorder=person(entry.by),
    )


def _actor(by: str) -> list[Json]:
    return [{"actor": {"display": by}}] if by else []


def _period(start: int, end: int | None) -> Json:
    made = {"start": moment(start)}
    return made if end is None else made | {"end": moment(end)}


def _chosen(binder: Binder, choices: tuple[Choice, ...], chosen: str) -> str:
    known = next((choice for choice in choices if choice.id == chosen), None)
    return (chosen if known is None else binder.words(known.text)).strip() or UNSAID


def _marked(entry: Entry, text: str | None) -> str:
    """A note, and that its entry does not count."""
    if entry.voided is None:
        return text or ""
    word = "corrected" if entry.voided.replaced_by else "voided"
    return " ".join(f"[{word}: {entry.voided.reason}] {text or ''}".split())
