"""What a person filled in about an outcome score: into orders. Pure."""

from __future__ import annotations

from monitor.dashboard.order_forms import Filled, WrongFieldError
from monitor.dashboard.series.outcomes import NAMES
from monitor.dashboard.words import Words
from monitor.domain.outcomes import SCALES
from monitor.wire.orders import EnterOutcome, Order, VoidOutcome


def enter_order(words: Words, filled: Filled) -> Order:
    """A score of a scale on a day; ``session`` of the form is the patient."""
    text, scale = _wanted(filled, "value"), _wanted(filled, "scale")
    low, high = SCALES[scale]
    if not (text.isdecimal() and low <= int(text) <= high):
        wanted = words.gettext("{scale} is a whole number from {low} to {high}.")
        raise WrongFieldError("value", wanted.format(scale=NAMES[scale], low=low, high=high))
    return EnterOutcome.model_validate(
        {
            "entry": filled.entry,
            "patient": filled.session,
            "scale": scale,
            "value": int(text),
            "on": _wanted(filled, "on"),
            "note": (filled.values.get("note") or "").strip() or None,
        }
    )


def void_order(_words: Words, filled: Filled) -> Order:
    """A score that does not count; ``session`` of the form is its entry."""
    return VoidOutcome.model_validate(
        {"entry": filled.session, "reason": _wanted(filled, "reason")}
    )


def _wanted(filled: Filled, field: str) -> str:
    text = (filled.values.get(field) or "").strip()
    if not text:
        raise WrongFieldError(field, "missing")
    return text
