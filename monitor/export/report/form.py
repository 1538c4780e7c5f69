"""The registry form on paper: one page, an empty box where the record says nothing."""

from __future__ import annotations

import json
from typing import Any

from monitor.domain import infusion
from monitor.domain.readings import MINUTE, Instant
from monitor.export.extract import Extract
from monitor.export.registry.effects import Effect, dissociation, sedation
from monitor.export.registry.form import registry_form
from monitor.export.report.happenings import score_name, severity
from monitor.export.report.phases import phase_names
from monitor.export.report.sheet import head_lines, marks, seal_line
from monitor.export.report.speech import NOTHING, Speech

Json = dict[str, Any]


def form_sheet(extract: Extract, speech: Speech) -> Json:
    """What the page says."""
    _ = speech.gettext
    form = registry_form(extract)
    record = extract.record()
    groups = [
        [_("Treatment"), _treatment(form, extract, speech)],
        [_("Blood pressure, mmHg"), _pressures(form, speech)],
        [_("Durations"), _durations(form, extract, speech)],
        [_("Discharge"), _discharge(form, extract, speech)],
        [_("Sedation"), _effect(sedation(record), extract, speech)],
        [_("Dissociation"), _effect(dissociation(record), extract, speech)],
    ]
    return {
        "language": speech.language,
        "title": _("Registry form"),
        "marks": marks(extract, speech, form["measured"]["values"]),
        "head": head_lines(extract, speech),
        "groups": groups,
        "lists": _lists(form, extract, speech),
        "none": _("None was entered."),
        "missing": _missing(groups, speech),
        "page": _("Page {n} of {of}"),
        "seal": seal_line(extract, speech),
        "note": _("Made by infusion-monitor, which is not a certified medical device."),
    }


def _lists(form: Json, extract: Extract, speech: Speech) -> list[Json]:
    """Title, heads of columns, and rows."""
    _ = speech.gettext
    events = [_event(known, extract, speech) for known in form["adverse_events"]]
    drugs = [_drug(known, extract, speech) for known in form["medications"]]
    actions = [_action(known, extract, speech) for known in form["interventions"]]
    when, note = _("Min"), _("Note")
    return [
        _list(_("Adverse events"), [when, _("Event"), _("Severity"), note], events),
        _list(_("Medicines given"), [when, _("Drug"), _("Dose"), _("Way")], drugs),
        _list(_("Interventions"), [when, _("Action"), "", note], actions),
    ]


def _list(title: str, head: list[str], rows: list[list[str]]) -> Json:
    return {"title": title, "head": head, "rows": rows}


def form_json(extract: Extract) -> bytes:
    """The same form for programs."""
    return (json.dumps(registry_form(extract), ensure_ascii=False, indent=1) + "\n").encode()


def _treatment(form: Json, extract: Extract, speech: Speech) -> list[list[str]]:
    _, given = speech.gettext, form["treatment"]
    session = extract.session
    return [
        [_("Dose"), _with_unit(given["dose_mg"], "mg", speech)],
        [_("Dose by weight"), _by_weight(given, speech)],
        [_("Began"), _clock(infusion.began_at(session), speech)],
        [_("Ended"), _clock(infusion.ended_at(session), speech)],
        [_("Pauses"), str(given["pauses"])],
        [_("Stopped early"), _("yes") if given["stopped_early"] else _("no")],
    ]


def _by_weight(given: Json, speech: Speech) -> str:
    """A dose of whole devices is not by weight: then nothing is missing here."""
    if given["dose_mg"] is not None and given["dose_mg_per_kg"] is None:
        return NOTHING
    return _with_unit(given["dose_mg_per_kg"], "mg/kg", speech)


def _pressures(form: Json, speech: Speech) -> list[list[str]]:
    _ = speech.gettext
    named = {"before": _("Before"), "at_40_min": _("At 40 min"), "end": _("At the end")}
    return [[label, _pressure(form["blood_pressure"][name])] for name, label in named.items()]


def _pressure(cuff: Json | None) -> str:
    if cuff is None:
        return ""
    minutes = cuff["minutes"]
    when = "" if minutes is None else f"  ({minutes:+.0f} min)"
    return f"{cuff['systolic']:g}/{cuff['diastolic']:g}{when}"


def _durations(form: Json, extract: Extract, speech: Speech) -> list[list[str]]:
    _, found = speech.gettext, form["durations"]
    names = phase_names(speech, extract.course)
    named = {
        "infusion_minutes": names["infusion"],
        "observation_minutes": names["observation"],
        "session_minutes": _("Whole session"),
    }
    return [
        [label, "" if found[name] is None else speech.length(found[name] * MINUTE)]
        for name, label in named.items()
    ]


def _effect(effect: Effect, extract: Extract, speech: Speech) -> list[list[str]]:
    _ = speech.gettext
    occurred = "" if effect.occurred is None else (_("yes") if effect.occurred else _("no"))
    began = infusion.began_at(extract.session)
    worst = "" if effect.worst is None else str(effect.worst)
    if worst:
        worst = f"{score_name(extract.course, effect.scale, speech)} {worst}"
    onset, ended = (_since(at, began, speech) for at in (effect.onset_at, effect.ended_at))
    if effect.occurred is False:
        onset = ended = NOTHING
    return [
        [_("Occurred"), occurred],
        [_("Began"), onset],
        [_("Ended"), ended],
        [_("Worst score"), worst],
    ]


def _discharge(form: Json, extract: Extract, speech: Speech) -> list[list[str]]:
    _, found = speech.gettext, form["discharge"]
    not_met = found["not_met"]
    unmet = "" if not_met is None else ", ".join(not_met) or _("none")
    return [
        [_("State"), phase_names(speech, extract.course)[form["outcome"]]],
        [_("Signed by"), found["signed_by"] or ""],
        [_("Criteria not met"), unmet],
    ]


def _event(event: Json, extract: Extract, speech: Speech) -> list[str]:
    name = speech.chosen(extract.course.events, event["event"])
    return [_minutes(event), name, severity(event["severity"], speech), event["note"] or ""]


def _drug(drug: Json, extract: Extract, speech: Speech) -> list[str]:
    name = speech.chosen(extract.course.drugs, drug["drug"])
    dose = f"{speech.number(drug['dose'])} {drug['unit']}"
    return [_minutes(drug), name, dose, speech.chosen(extract.course.routes, drug["route"])]


def _action(action: Json, extract: Extract, speech: Speech) -> list[str]:
    name = speech.chosen(extract.course.interventions, action["intervention"])
    return [_minutes(action), name, "", action["note"] or ""]


def _minutes(known: Json) -> str:
    return NOTHING if known["minutes"] is None else f"{known['minutes']:+.0f} min"


def _missing(groups: list[list[Any]], speech: Speech) -> str:
    count = sum(not answer for _title, lines in groups for _label, answer in lines)
    if not count:
        return ""
    return speech.ngettext(
        "{n} box is empty: the record does not say.",
        "{n} boxes are empty: the record does not say.",
        count,
    )


def _with_unit(value: float | None, unit: str, speech: Speech) -> str:
    return "" if value is None else f"{speech.number(value)} {unit}"


def _clock(at: Instant | None, speech: Speech) -> str:
    return "" if at is None else speech.clock(at)


def _since(at: Instant | None, began: Instant | None, speech: Speech) -> str:
    if at is None or began is None:
        return ""
    return f"{speech.clock(at)}  ({(at - began) / MINUTE:+.0f} min)"
