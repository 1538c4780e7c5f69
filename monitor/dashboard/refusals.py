"""Why an order about plan or course was refused, in the reader's language. Pure."""

from __future__ import annotations

from monitor.dashboard.words import Words
from monitor.wire.orders import OrderResult

_OF_A_DOSE = ("weight_kg", "dose_mg_per_kg", "dose_mg", "minutes", "concentration_mg_per_ml")


def course_refusal(words: Words, result: OrderResult) -> str | None:
    """The sentence; None for a refusal that is not about the course."""
    _ = words.gettext
    if result.field in _OF_A_DOSE:
        of_dose = {"incomplete": _("This is needed."), "contradictory": _("Give one dose only.")}
        if result.code in of_dose:
            return of_dose[result.code]
    guard = _guard(words, result)
    if guard is not None:
        return guard
    return {
        "gate": _("This is still in the way."),
        "override_not_allowed": _("Your role may not pass this."),
        "too_much": _("This is more than the protocol allows."),
        "by_weight": _("This protocol doses by weight."),
        "same_operator": _("You planned this dose: another operator checks it."),
        "other_dose": _("This is not the planned dose. Work it out again, together."),
        "no_dose": _("No dose is planned"),
        "infusion_over": _("The drug has been given: no dose is planned any more."),
        "no_infusion": _("Nothing is being given now."),
        "paused": _("The infusion is paused already."),
        "not_paused": _("The infusion is not paused."),
        "must_apply": _("This check always applies."),
        "not_a_reference": _(
            "A reference has a digit, like P-0417. Names and national numbers are not kept here."
        ),
        "unknown_visit": _("This visit is not open any more."),
        "not_paper": _("Only a session that was kept on paper is entered afterwards."),
        "unknown_device": _("There is no such device."),
        "not_a_dose": _("This is none of the protocol's doses."),
        "no_pump": _("This protocol has no pump to pause."),
        "on_paper": _(
            "A session that was kept on paper is not paused or stopped here: enter its phases."
        ),
        "too_early": _("This is checked when the drug has been given."),
        "entry_known": _("This correction was entered before."),
        "unknown_check": _("The protocol has no such check."),
        "other_protocol": _("The plan has another protocol for this visit."),
    }.get(result.code)


def _guard(words: Words, result: OrderResult) -> str | None:
    """The guard against the wrong patient in the wrong room."""
    _, told = words.gettext, result.result
    texts = {
        "patient_in_session": _("This patient is in an open session in room {room}."),
        "other_room": _("The plan has this patient in room {room}."),
        "other_patient": _("The plan has patient {patient} in this room at this hour."),
        "room_planned": _(
            "The plan has patient {patient} in room {room} at that time. Give a reason to share it."
        ),
    }
    text = texts.get(result.code)
    if text is None or not told:
        return None
    return text.format_map({"room": "–", "patient": "–", **told})
