"""What a person typed about a patient's vital signs: into an order, and the gateway's answer back into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError

from monitor.dashboard import ids
from monitor.dashboard.corrections import correction, entered_at
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain import entries
from monitor.domain.readings import Instant
from monitor.wire.orders import CorrectEntry, EnterVitals, OrderResult


class Field(NamedTuple):
    """A field of the dialog: its name in the order, its id on the page, its unit."""

    name: str
    id: str
    unit: str


FIELDS = (
    Field("pulse_rate", ids.VITALS_PULSE, "/min"),
    Field("systolic", ids.VITALS_SYSTOLIC, "mmHg"),
    Field("diastolic", ids.VITALS_DIASTOLIC, "mmHg"),
    Field("mean", ids.VITALS_MEAN, "mmHg"),
    Field("spo2", ids.VITALS_SPO2, "%"),
    Field("resp_rate", ids.VITALS_RESP, "/min"),
)
"""In tab order."""


class NotANumberError(ValueError):
    """``args[0]`` names the field."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the dialog when it is sent."""

    session: str
    entry: str
    values: Mapping[str, str]
    clock: str
    opened_at: int
    confirmed: bool
    amends: str = ""
    """The entry that this corrects, which was measured at ``amended_at``."""
    amended_at: Instant | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How the dialog goes on: closed when done, else with errors beside the fields, a question, or one sentence.

    ``result``: what the gateway answered with, when done.
    """

    is_done: bool = False
    result: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    question: str = ""
    sentence: str = ""


def numbers(values: Mapping[str, str]) -> dict[str, float]:
    """The numbers that were typed, with a point or a comma. Raises NotANumberError for the first that is none."""
    found = {}
    for name, text in values.items():
        try:
            found[name] = float(text.replace(",", "."))
        except ValueError:
            raise NotANumberError(name) from None
    return found


def as_order(words: Words, typed: Typed) -> EnterVitals | CorrectEntry:
    """The order that these entries mean. Raises ValueError for a time or number that is none."""
    order = EnterVitals.model_validate(
        {
            "entry": typed.entry,
            "session": typed.session,
            "measured_at": entered_at(words, typed.clock, typed.opened_at, typed.amended_at),
            "confirmed": typed.confirmed,
            **numbers(typed.values),
        }
    )
    return correction(order, typed.amends, typed.reason) if typed.amends else order


def answer_to(words: Words, typed: Typed, result: OrderResult) -> Answer:
    """How the dialog goes on after the gateway's answer."""
    if result.ok:
        return Answer(is_done=True)
    if result.code == "unusual":
        return Answer(
            question=question(words, numbers(typed.values), result.result.get("unlike", {}))
        )
    names = {f.name for f in FIELDS} | {"measured_at"}
    if result.field in names:
        return Answer(errors={result.field: refusal_text(words, result)})
    return Answer(sentence=refusal_text(words, result))


async def send_vitals(visit: Visit, typed: Typed) -> Answer:
    """Send what was typed; whatever comes back, nothing typed is lost."""
    if typed.amends and not typed.reason:
        return Answer(errors={"reason": visit.words.gettext("This is needed.")})
    try:
        order = as_order(visit.words, typed)
    except NotANumberError as error:
        return Answer(errors={error.args[0]: visit.words.gettext("This is not a number.")})
    except ValidationError:
        return Answer(
            sentence=visit.words.gettext("One of these is not a number that can be kept.")
        )
    except ValueError:
        return Answer(errors={"measured_at": visit.words.gettext("This is not a time.")})
    try:
        return answer_to(visit.words, typed, await visit.send(order))
    except GatewayUnreachableError as error:
        return Answer(sentence=unreachable_text(visit.words, error))


def question(
    words: Words, values: Mapping[str, float], unlike: Mapping[str, Sequence[float]] | None = None
) -> str:
    """Whether every unusual value is right, all in one question: the answer holds for all of them.

    ``unlike``: what the device measured of values that are far from it, lowest and highest.
    """
    number = {name: words.number(value) for name, value in values.items()}
    pulse, spo2, bp = words.gettext("Pulse"), words.gettext("SpO₂"), words.gettext("BP")
    respiration = words.gettext("Respiration")
    said = {
        "pulse_rate": f"{pulse} {number.get('pulse_rate')} /min",
        "spo2": f"{spo2} {number.get('spo2')} %",
        "resp_rate": f"{respiration} {number.get('resp_rate')} /min",
    }
    pressure = f"{bp} {number.get('systolic')}/{number.get('diastolic')} mmHg"
    remaining, unusual = dict(values), []
    while remaining and (fault := entries.unusual(remaining)) is not None:
        unusual.append(said.get(fault.field, pressure))
        del remaining[fault.field]
    for far, (low, high) in (unlike or {}).items():
        measured = words.number(low) if low == high else f"{words.number(low)}–{words.number(high)}"
        beside = words.gettext("the device has {value}").format(value=measured)
        name = {"systolic": words.gettext("systolic"), "diastolic": words.gettext("diastolic")}
        shown = said.get(far) or f"{name[far]} {number[far]} mmHg"
        unusual = [one for one in unusual if one != shown]
        unusual.append(f"{shown} ({beside})")
    what = ", ".join(dict.fromkeys(unusual))
    return words.gettext("{what} – is that right?").format(what=what)
