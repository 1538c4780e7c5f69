"""The form as plain data. Times are RFC 3339 UTC; minutes count from the infusion's beginning."""

from __future__ import annotations

from typing import Any

from monitor.domain import facts, infusion
from monitor.domain.chart import Cuff, Entry
from monitor.domain.readings import MINUTE, SECOND, Instant
from monitor.domain.review.figures import Figures, figures_of
from monitor.domain.review.record import SessionRecord
from monitor.export.extract import Extract
from monitor.export.registry.effects import Effect, dissociation, sedation
from monitor.export.sealed_file import NOTE
from monitor.wire.base import rfc3339

Json = dict[str, Any]
FORM, VERSION = "infusion session registry form", 1
PEAK_MS = 40 * MINUTE
"""When the form wants the pressure of the expected peak, from the infusion's beginning."""
PEAK_WITHIN_MS = 10 * MINUTE
"""The nearest one within this time counts. Needs clinical sign-off."""


def registry_form(extract: Extract) -> Json:
    """The whole form. ``missing`` names what the record does not have."""
    record = extract.record()
    figures = figures_of(record)
    session = extract.session
    filled: Json = {
        "form": FORM,
        "version": VERSION,
        "note": NOTE,
        "simulated": extract.simulated,
        "deidentified": extract.deidentified,
        "state": "open, not final" if extract.is_open else "final",
        "session": session.id,
        "patient": session.patient,
        "series_number": session.number_in_series,
        "protocol": session.protocol,
        "started_at": rfc3339(session.started_at),
        "ended_at": _time(session.ended_at),
        "outcome": str(session.phase),
        "treatment": _treatment(record, figures),
        "blood_pressure": _pressures(record),
        "durations": _durations(record, figures),
        "measured": _measured(figures),
        "sedation": _effect(sedation(record), record),
        "dissociation": _effect(dissociation(record), record),
        "adverse_events": _entries(record, facts.EventEntered),
        "medications": _entries(record, facts.MedicationEntered),
        "interventions": _entries(record, facts.InterventionEntered),
        "alarms": _alarms(figures),
        "discharge": _discharge(extract),
        "seal": extract.sealed,
    }
    return filled | {"missing": sorted(_missing(filled))}


def minutes_from(began: Instant | None, at: Instant | None) -> float | None:
    """Minutes from the infusion's beginning; None where either is not known."""
    return None if began is None or at is None else round((at - began) / MINUTE, 1)


def _treatment(record: SessionRecord, figures: Figures) -> Json:
    plan = record.chart.plan
    return {
        "weight_kg": record.session.weight_kg if plan is None else plan.weight_kg,
        "dose_mg": None if plan is None else plan.dose_mg,
        "dose_mg_per_kg": None if plan is None else plan.dose_mg_per_kg,
        "planned_minutes": None if plan is None else plan.minutes,
        "began_at": _time(figures.began_at),
        "ended_at": _time(infusion.ended_at(record.session)),
        "pauses": len(record.chart.pauses),
        "stopped_early": record.chart.stopped is not None,
    }


def _pressures(record: SessionRecord) -> Json:
    began, cuffs = infusion.began_at(record.session), _whole(record.chart.cuffs())
    if began is None:
        return {"before": _cuff(cuffs[-1:], None), "at_40_min": None, "end": None}
    before = [cuff for cuff in cuffs if cuff.at < began]
    after = [cuff for cuff in cuffs if cuff.at >= began]
    peak = [c for c in after if abs(c.at - began - PEAK_MS) <= PEAK_WITHIN_MS]
    nearest = sorted(peak, key=lambda cuff: abs(cuff.at - began - PEAK_MS))[:1]
    ended = infusion.ended_at(record.session)
    end = [] if ended is None else [cuff for cuff in after if cuff.at >= ended]
    return {
        "before": _cuff(before[-1:], began),
        "at_40_min": _cuff(nearest, began),
        "end": _cuff(end[-1:], began),
    }


def _whole(cuffs: list[Cuff]) -> list[Cuff]:
    return [cuff for cuff in cuffs if cuff.systolic is not None and cuff.diastolic is not None]


def _cuff(cuffs: list[Cuff], began: Instant | None) -> Json | None:
    if not cuffs:
        return None
    [cuff] = cuffs
    return {
        "at": rfc3339(cuff.at),
        "minutes": minutes_from(began, cuff.at),
        "systolic": cuff.systolic,
        "diastolic": cuff.diastolic,
        "mean": cuff.mean,
        "source": "manual" if cuff.entry is not None else "device",
    }


def _durations(record: SessionRecord, figures: Figures) -> Json:
    return {
        "infusion_minutes": _minutes(figures.infusion_ms),
        "observation_minutes": _minutes(figures.observation_ms),
        "session_minutes": _minutes(record.until - record.session.started_at),
    }


def _measured(figures: Figures) -> Json:
    """How much there is to go by; ``judged_minutes``: in which a limit was in force for what was measured."""
    measured = figures.measured
    return {
        "values": measured.values,
        "minutes": _minutes(measured.ms),
        "judged_minutes": _minutes(measured.judged_ms),
        "minutes_by_metric": {
            str(metric): _minutes(ms) for metric, ms in measured.by_metric.items()
        },
    }


def _effect(effect: Effect, record: SessionRecord) -> Json:
    began = infusion.began_at(record.session)
    return {
        "occurred": effect.occurred,
        "onset_at": _time(effect.onset_at),
        "onset_minutes": minutes_from(began, effect.onset_at),
        "ended_at": _time(effect.ended_at),
        "ended_minutes": minutes_from(began, effect.ended_at),
        "scale": effect.scale or None,
        "worst": effect.worst,
    }


def _entries(record: SessionRecord, kind: type[Any]) -> list[Json]:
    """What counts of a kind, by time."""
    known = sorted(record.chart.counting(kind), key=lambda entry: entry.measured_at)
    return [_entry(entry, record) for entry in known]


def _entry(entry: Entry, record: SessionRecord) -> Json:
    timed: Json = {
        "at": rfc3339(entry.measured_at),
        "minutes": minutes_from(infusion.began_at(record.session), entry.measured_at),
    }
    match entry.body:
        case facts.EventEntered():
            body = entry.body
            return timed | {"event": body.event, "severity": body.severity, "note": body.note}
        case facts.MedicationEntered():
            drug = entry.body
            given = {"drug": drug.drug, "dose": drug.dose, "unit": drug.unit, "route": drug.route}
            return timed | given | {"note": drug.note}
        case facts.InterventionEntered():
            return timed | {"intervention": entry.body.intervention, "note": entry.body.note}
        case _:
            return timed


def _alarms(figures: Figures) -> Json:
    raised = [
        {"type": kind, "priority": priority, "count": count}
        for (kind, priority), count in sorted(figures.alarms.items())
    ]
    lowest, outside_ms = figures.lowest, figures.outside_ms
    return {
        "raised": raised,
        "seconds_beyond_limits": None if outside_ms is None else round(outside_ms / SECOND),
        "lowest_spo2": None if lowest is None else lowest.value,
    }


def _discharge(extract: Extract) -> Json:
    signed = [fact for fact in extract.facts if isinstance(fact.body, facts.DischargeSigned)]
    if not signed:
        return {"signed_at": None, "signed_by": None, "not_met": None}
    newest = signed[-1]
    body = newest.body
    not_met = list(body.not_met) if isinstance(body, facts.DischargeSigned) else []
    return {"signed_at": rfc3339(newest.at), "signed_by": newest.by or None, "not_met": not_met}


_WANTED = {
    "treatment": ("weight_kg", "dose_mg", "began_at", "ended_at"),
    "blood_pressure": ("before", "at_40_min", "end"),
    "durations": ("infusion_minutes", "observation_minutes"),
    "alarms": ("seconds_beyond_limits", "lowest_spo2"),
    "sedation": ("occurred",),
    "dissociation": ("occurred",),
    "discharge": ("signed_at",),
}


def _missing(filled: Json) -> list[str]:
    """What the form asks for and the record does not have; the end of an effect that was seen to begin, too."""
    unmeasured = [] if filled["measured"]["values"] else ["measured.values"]
    missing = [
        f"{part}.{name}"
        for part, names in _WANTED.items()
        for name in names
        if filled[part][name] is None
    ]
    unseen = (
        f"{part}.ended_at"
        for part in ("sedation", "dissociation")
        if filled[part]["occurred"] and filled[part]["ended_at"] is None
    )
    return [*unmeasured, *missing, *unseen]


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)


def _minutes(ms: int | None) -> float | None:
    return None if ms is None else round(ms / MINUTE, 1)
