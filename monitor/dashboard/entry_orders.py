"""What a person filled in about something entered: into orders, also into corrections and withdrawals. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from monitor.dashboard.corrections import correction, entered_at
from monitor.dashboard.order_forms import Filled, Maker, WrongFieldError
from monitor.dashboard.words import Words
from monitor.wire.orders import (
    EnterEvent,
    EnterIntervention,
    EnterMedication,
    EnterNote,
    EnterScore,
    Order,
    VoidEntry,
)

Entry = TypeVar("Entry", EnterEvent, EnterIntervention, EnterMedication, EnterNote, EnterScore)

LEVEL = "level:"
"""Before the id of a score: the group with its values."""


def event_order(words: Words, filled: Filled) -> Order:
    """Something seen or told."""
    return _entry(
        EnterEvent,
        words,
        filled,
        event=wanted(filled, "event"),
        severity=given(filled, "severity"),
        note=given(filled, "note"),
    )


def intervention_order(words: Words, filled: Filled) -> Order:
    """Something done for the patient."""
    return _entry(
        EnterIntervention,
        words,
        filled,
        intervention=wanted(filled, "intervention"),
        note=given(filled, "note"),
    )


def medication_order(words: Words, filled: Filled) -> Order:
    """Something given: a name of the protocol's list, or one in words."""
    return _entry(
        EnterMedication,
        words,
        filled,
        drug=given(filled, "other_drug") or wanted(filled, "drug"),
        dose=number(filled, "dose"),
        unit=wanted(filled, "unit"),
        route=wanted(filled, "route"),
        note=given(filled, "note"),
    )


def note_order(words: Words, filled: Filled) -> Order:
    """Words for the record."""
    return _entry(EnterNote, words, filled, text=wanted(filled, "text"))


def score_order(words: Words, filled: Filled) -> Order:
    """A value of one of the protocol's scores."""
    score = wanted(filled, "score")
    return _entry(EnterScore, words, filled, score=score, value=wanted(filled, f"{LEVEL}{score}"))


def void_order(_words: Words, filled: Filled) -> Order:
    """An entry that does not count."""
    return VoidEntry.model_validate(
        {"session": filled.session, "entry": filled.amends, "reason": wanted(filled, "reason")}
    )


def correcting(make: Callable[[Words, Filled], Any]) -> Maker:
    """The same order, or the correction of an earlier entry by it."""

    def made(words: Words, filled: Filled) -> Order:
        order = make(words, filled)
        return (
            correction(order, filled.amends, wanted(filled, "reason")) if filled.amends else order
        )

    return made


def wanted(filled: Filled, name: str) -> str:
    """What stands in a field. Raises WrongFieldError where nothing does."""
    text = given(filled, name)
    if text is None:
        raise WrongFieldError(name, "missing")
    return text


def given(filled: Filled, name: str) -> str | None:
    """What stands in a field, or None."""
    return (filled.values.get(name) or "").strip() or None


def number(filled: Filled, name: str) -> float:
    """A number with a point or a comma. Raises WrongFieldError."""
    try:
        return float(wanted(filled, name).replace(",", "."))
    except ValueError:
        raise WrongFieldError(name, "number") from None


def _entry(kind: type[Entry], words: Words, filled: Filled, **values: Any) -> Entry:
    try:
        clock = filled.values.get("clock", "")
        at = entered_at(words, clock, filled.opened_at, filled.amended_at)
    except ValueError:
        raise WrongFieldError("measured_at", "time") from None
    common = {"entry": filled.entry, "session": filled.session, "measured_at": at}
    return kind.model_validate({**common, **values})
