"""What a person filled in about a session's alarms: into orders, and refusals back beside their fields. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from monitor.dashboard.entry import Answer
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.wire.orders import (
    AcceptHandover,
    ChangeLimit,
    ConfirmBaseline,
    OfferHandover,
    Order,
    PauseAlarms,
    ResumeAlarms,
    SwitchAlarms,
)

OTHER = "other"
"""The reason of a pause that is told in words."""
PAUSE_MINUTES = (1, 2, 3, 5, 10)


class WrongFieldError(ValueError):
    """``args`` are the field and what is wrong with it: ``number``, ``time``, ``date`` or ``missing``."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent: what stood in its fields, which button was pressed, and when it was opened.

    ``amends``: the entry that it corrects or voids, which was measured at ``amended_at``.
    """

    session: str
    values: Mapping[str, str]
    pressed: str = ""
    entry: str = ""
    opened_at: int = 0
    amends: str = ""
    amended_at: int | None = None


Maker = Callable[[Words, Filled], Order]


def limit_order(_words: Words, filled: Filled) -> Order:
    """A limit's own value, or the limit taken out."""
    limit = _wanted(filled, "limit")
    value = None if filled.pressed == "take_out" else _number(filled, "value")
    return ChangeLimit(
        session=filled.session, limit=limit, value=value, reason=_wanted(filled, "reason")
    )


def baseline_order(_words: Words, filled: Filled) -> Order:
    """The patient's resting pressure, and pulse and SpO₂ where they are given."""
    given = {name: _number(filled, name) for name in ("systolic", "diastolic")}
    for name in ("pulse_rate", "spo2"):
        if (filled.values.get(name) or "").strip():
            given[name] = _number(filled, name)
    return ConfirmBaseline.model_validate({"session": filled.session, **given})


def pause_order(_words: Words, filled: Filled) -> Order:
    """A planned pause with its reason, or its end."""
    if filled.pressed == "resume":
        return ResumeAlarms(session=filled.session)
    why = _wanted(filled, "why")
    reason = _wanted(filled, "reason") if why == OTHER else why
    minutes = int(_wanted(filled, "minutes"))
    return PauseAlarms(session=filled.session, minutes=minutes, reason=reason)


def switch_order(_words: Words, filled: Filled) -> Order:
    """The limits of a metric off, or on again."""
    return SwitchAlarms.model_validate(
        {
            "session": filled.session,
            "metric": _wanted(filled, "metric"),
            "on": filled.pressed == "on",
            "reason": _wanted(filled, "reason"),
        }
    )


def handover_order(_words: Words, filled: Filled) -> Order:
    """An offer, or its acceptance by the one it was made to."""
    if filled.pressed == "accept":
        return AcceptHandover(session=filled.session)
    return OfferHandover(session=filled.session, to=_wanted(filled, "to"))


async def send_filled(visit: Visit, make: Maker, filled: Filled, fields: tuple[str, ...]) -> Answer:
    """Send the order that a form means; a refusal is told beside the field it is about."""
    try:
        result = await visit.send(make(visit.words, filled))
    except WrongFieldError as error:
        field, fault = error.args
        return Answer(errors={field: _fault_text(visit.words, fault)})
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        text = visit.words.gettext("This is not possible.")
        return Answer(errors={field: text}) if field in fields else Answer(sentence=text)
    except GatewayUnreachableError as error:
        return Answer(sentence=unreachable_text(visit.words, error))
    if result.ok:
        return Answer(is_done=True, result=result.result)
    text = refusal_text(visit.words, result)
    return Answer(errors={result.field: text}) if result.field in fields else Answer(sentence=text)


def _wanted(filled: Filled, field: str) -> str:
    text = (filled.values.get(field) or "").strip()
    if not text:
        raise WrongFieldError(field, "missing")
    return text


def _number(filled: Filled, field: str) -> float:
    text = _wanted(filled, field)
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise WrongFieldError(field, "number") from None


def _fault_text(words: Words, fault: str) -> str:
    """In words; a form may have words of its own."""
    _ = words.gettext
    known = {
        "number": _("This is not a number."),
        "time": _("This is not a time."),
        "date": _("This is not a date."),
        "missing": _("This is needed."),
    }
    return known.get(fault, fault)
