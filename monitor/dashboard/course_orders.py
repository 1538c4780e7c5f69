"""What a person filled in about the course of a session: into orders. Pure."""

from __future__ import annotations

from monitor.dashboard.order_forms import OTHER, Filled, WrongFieldError
from monitor.dashboard.plan_rows import typed_moment
from monitor.dashboard.words import Words
from monitor.wire.base import rfc3339
from monitor.wire.orders import (
    CancelSession,
    CheckDose,
    CorrectPatient,
    MoveDevice,
    MoveSession,
    Order,
    PauseInfusion,
    PlanInfusion,
    ResumeInfusion,
    StopInfusion,
)

DOSE_NUMBERS = ("weight_kg", "dose_mg_per_kg", "dose_mg", "minutes", "concentration_mg_per_ml")


def dose_order(_words: Words, filled: Filled) -> Order:
    """Dose and pump; a field that the form does not have, or that is empty, is not given."""
    given = {n: _number(filled, n) for n in DOSE_NUMBERS if (filled.values.get(n) or "").strip()}
    if "minutes" not in given:
        raise WrongFieldError("minutes", "missing")
    return PlanInfusion.model_validate({"session": filled.session, **given})


def second_check_order(_words: Words, filled: Filled) -> Order:
    """The dose that a second operator worked out."""
    _wanted(filled, "dose_mg")
    return CheckDose(session=filled.session, dose_mg=_number(filled, "dose_mg"))


def pause_order(_words: Words, filled: Filled) -> Order:
    """The infusion stands still, or goes on."""
    if filled.pressed == "resume":
        return ResumeInfusion(session=filled.session)
    return PauseInfusion(session=filled.session, reason=_reason(filled))


def stop_order(_words: Words, filled: Filled) -> Order:
    """The infusion ends before its time."""
    return StopInfusion(session=filled.session, reason=_reason(filled))


def move_order(_words: Words, filled: Filled) -> Order:
    """The session goes on in another room."""
    room, reason = _wanted(filled, "room"), _wanted(filled, "reason")
    return MoveSession(session=filled.session, room=room, reason=reason)


def patient_order(_words: Words, filled: Filled) -> Order:
    """The session was started under a wrong reference."""
    patient, reason = _wanted(filled, "patient"), _wanted(filled, "reason")
    return CorrectPatient(session=filled.session, patient=patient, reason=reason)


def cancel_order(_words: Words, filled: Filled) -> Order:
    """The session does not take place; ``override`` answers the question about an alarm that waits."""
    override = (filled.values.get("override") or "").strip() or None
    reason = _wanted(filled, "reason")
    return CancelSession(session=filled.session, reason=reason, override=override)


def device_order(_words: Words, filled: Filled) -> Order:
    """A device goes into the session's room; the choice names both."""
    device, _, room = _wanted(filled, "device").partition(" ")
    return MoveDevice(device=device, room=room)


def paper_moment(words: Words, day: str, clock: str) -> str | None:
    """When something was that was kept on paper, as the wire wants it; None for no time.

    Raises WrongFieldError for half a moment, or one that is none.
    """
    if not clock.strip():
        return None
    try:
        return rfc3339(typed_moment(words, day, clock))
    except ValueError as error:
        raise WrongFieldError(*error.args, *error.args) from None


def _reason(filled: Filled) -> str:
    why = _wanted(filled, "why")
    return _wanted(filled, "reason") if why == OTHER else why


def _wanted(filled: Filled, field: str) -> str:
    text = (filled.values.get(field) or "").strip()
    if not text:
        raise WrongFieldError(field, "missing")
    return text


def _number(filled: Filled, field: str) -> float:
    try:
        return float((filled.values.get(field) or "").strip().replace(",", "."))
    except ValueError:
        raise WrongFieldError(field, "number") from None
