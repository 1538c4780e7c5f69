"""What a person filled in about the plan: into orders. Pure."""

from __future__ import annotations

from monitor.dashboard.order_forms import Filled, WrongFieldError
from monitor.dashboard.plan_rows import typed_moment
from monitor.dashboard.words import Words
from monitor.wire.base import rfc3339
from monitor.wire.orders import CancelVisit, MoveVisit, Order, PlanSeries, PlanVisit


def series_order(words: Words, filled: Filled) -> Order:
    """The first series of a patient."""
    return PlanSeries.model_validate(
        {
            **_who(filled),
            "first_at": _moment(words, filled),
            "zone": words.zone.key,
            "despite": _despite(filled),
        }
    )


def visit_order(words: Words, filled: Filled) -> Order:
    """One session to come."""
    when = {"at": _moment(words, filled), "despite": _despite(filled)}
    return PlanVisit.model_validate({**_who(filled), **when})


def move_order(words: Words, filled: Filled) -> Order:
    """Another time or room; the time as it stands when it was not touched."""
    return MoveVisit.model_validate(
        {
            "visit": filled.session,
            "at": _moment(words, filled),
            "room": filled.values.get("room") or None,
            "despite": _despite(filled),
        }
    )


def cancel_order(_words: Words, filled: Filled) -> Order:
    """A visit that does not take place."""
    return CancelVisit(visit=filled.session, reason=_wanted(filled, "reason"))


def _who(filled: Filled) -> dict[str, str | None]:
    return {
        "patient": _wanted(filled, "patient"),
        "protocol": _wanted(filled, "protocol"),
        "room": filled.values.get("room") or None,
    }


def _despite(filled: Filled) -> str | None:
    """Why it is planned into a room that is another's then; None until that was asked."""
    return (filled.values.get("despite") or "").strip() or None


def _moment(words: Words, filled: Filled) -> str:
    day, clock = _wanted(filled, "date"), _wanted(filled, "time")
    try:
        return rfc3339(typed_moment(words, day, clock))
    except ValueError as error:
        raise WrongFieldError(*error.args, *error.args) from None


def _wanted(filled: Filled, field: str) -> str:
    text = (filled.values.get(field) or "").strip()
    if not text:
        raise WrongFieldError(field, "missing")
    return text
