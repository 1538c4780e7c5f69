"""What all messages share: strict models, bounded numbers, and one way to say what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

LARGEST_INTEGER = 2**53
"""The largest integer that every JSON reader keeps exact; larger ones are refused (RFC 8259, section 6)."""

Number = Annotated[
    float, Field(strict=True, allow_inf_nan=False, gt=-LARGEST_INTEGER, lt=LARGEST_INTEGER)
]
"""Open at both ends: an integer just beyond the largest exact one reads as that one."""


def _is_written_out(moment: object) -> object:
    if not (isinstance(moment, str) and moment[10:11] in ("T", "t", " ")):
        raise PydanticCustomError("datetime_parsing", "a time is wanted")
    if not "1970" <= moment[:4] < "2200":
        raise PydanticCustomError("year", "a time between the years 1970 and 2199 is wanted")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_is_written_out)]
"""An RFC 3339 time with its zone; a bare number is refused, because its unit would be a guess."""


def _is_a_day(day: object) -> object:
    if not (isinstance(day, str) and _DAY.fullmatch(day)):
        raise PydanticCustomError("date_parsing", "a day like 2026-11-21 is wanted")
    return day


_DAY = re.compile(r"(19[7-9]\d|20\d\d|21\d\d)-\d\d-\d\d")
Day = Annotated[date, BeforeValidator(_is_a_day)]
"""A day of the calendar as RFC 3339 writes it, between the years 1970 and 2199."""
Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST_INTEGER)]
Sequence = Annotated[int, Field(strict=True, ge=1, le=LARGEST_INTEGER)]
ShortText = Annotated[str, Field(max_length=200)]


def _is_showable(text: str) -> str:
    if any(_rules_the_screen(character) for character in text):
        raise PydanticCustomError("control_character", "text without control characters is wanted")
    return text


def _rules_the_screen(character: str) -> bool:
    return character != "\n" and (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in _TURNING
    )


_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Characters that make what follows read in another order than it is written."""

Showable = AfterValidator(_is_showable)
"""For text of staff that screens and terminals show: lines of letters, with nothing in it that steers either."""


NAME_PATTERN = r"^\S(.*\S)?$"
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=NAME_PATTERN), Showable]


def _says_something(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "words are wanted, not blanks")
    return text


Worded = AfterValidator(_says_something)
"""For text that must say something: a reason of blanks is none."""
Reason = Annotated[str, Field(min_length=1, max_length=500), Showable, Worded]
PatientReference = Annotated[str, Field(min_length=1, max_length=40), Showable]
"""A pseudonym, as on the patient's paper; what is none (a name, a national number) is refused by the service."""


class Message(BaseModel):
    """A frozen message; a field that is not in the protocol is refused, because it may be a misspelt one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class InvalidMessageError(ValueError):
    """A frame that is not a message of the protocol.

    Attributes: ``message`` (one sentence), ``path`` (dotted, empty for the whole frame),
    ``seq`` (of the frame when it had a usable one).
    """

    def __init__(self, message: str, path: str = "", seq: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.seq = seq


_WANTED = {
    "float_type": "a number is wanted",
    "float_parsing": "a number is wanted",
    "finite_number": "a finite number is wanted",
    "int_type": "a whole number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_parsing_size": "this number is too large to be kept exactly",
    "int_from_float": "a whole number is wanted",
    "string_type": "text is wanted",
    "list_type": "a list is wanted",
    "tuple_type": "a list is wanted",
    "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted",
    "dict_type": "an object is wanted",
    "model_type": "an object is wanted",
    "model_attributes_type": "an object is wanted",
    "missing": "this field is missing",
    "extra_forbidden": "this field is not part of the protocol",
    "datetime_type": "a time like 2026-11-21T10:00:00.000Z is wanted",
    "datetime_parsing": "a time like 2026-11-21T10:00:00.000Z is wanted",
    "datetime_from_date_parsing": "a time like 2026-11-21T10:00:00.000Z is wanted",
    "date_from_datetime_parsing": "a day like 2026-11-21 is wanted",
    "timezone_aware": "the time needs its zone, like 2026-11-21T10:00:00.000Z",
    "uuid_parsing": "a UUID is wanted",
    "uuid_type": "a UUID is wanted",
    "uuid_version": "a UUID is wanted",
    "json_invalid": "this is not valid JSON",
    "union_tag_invalid": "this message type is not known",
    "union_tag_not_found": "the message type is missing",
}
_BOUNDS = {
    "lt": "a number below {bound:.15g} is wanted",
    "le": "a number of at most {bound:.15g} is wanted",
    "gt": "a number above {bound:.15g} is wanted",
    "ge": "a number of at least {bound:.15g} is wanted",
}
_LENGTHS = {
    "string_too_short": "text of at least {min_length} characters is wanted",
    "string_too_long": "text of at most {max_length} characters is wanted",
    "too_short": "at least {min_length} are wanted",
    "too_long": "at most {max_length} are wanted",
    "literal_error": "{expected} is wanted",
    "enum": "{expected} is wanted",
}
_PATTERNS = {
    NAME_PATTERN: "text that neither begins nor ends with a blank is wanted",
    r"^[0-9]{4,12}$": "4 to 12 digits are wanted",
}


def invalid_message(error: ValidationError, seq: int | None = None) -> InvalidMessageError:
    """The first fault of a pydantic error as one sentence with its path."""
    return _invalid(error.errors(include_url=False)[0], seq)


def invalid_messages(error: ValidationError) -> list[InvalidMessageError]:
    """Every fault of it."""
    return [_invalid(fault, None) for fault in error.errors(include_url=False)]


def _invalid(fault: ErrorDetails, seq: int | None) -> InvalidMessageError:
    # A discriminated union puts the tag it chose first in the path; the sender never wrote it there.
    parts = ["type"] if fault["type"].startswith("union_tag") else list(fault["loc"][1:])
    where, wanted = _spoken(parts), what_is_wanted(fault)
    return InvalidMessageError(
        f"{where}: {wanted}" if where else wanted, ".".join(str(part) for part in parts), seq
    )


def what_is_wanted(fault: ErrorDetails) -> str:
    """Instead of what was found, in our words; those of the library stay for what no model of ours can be told."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _LENGTHS:
        return _LENGTHS[kind].format(**context)
    if kind == "value_error":
        return str(context["error"])
    told = _WANTED.get(kind) or _PATTERNS.get(context.get("pattern", "")) or _wanted_bound(context)
    return told or fault["msg"]


def _wanted_bound(context: Mapping[str, Any]) -> str | None:
    """What a number's bound asks for; None where the fault is another one."""
    for name, wanted in _BOUNDS.items():
        if (bound := context.get(name)) is not None:
            if abs(bound) == LARGEST_INTEGER:
                return "this number is too large to be kept exactly"
            return wanted.format(bound=bound)
    return None


def _spoken(parts: Iterable[object]) -> str:
    spoken = ""
    for part in parts:
        spoken += f"[{part}]" if isinstance(part, int) else (f".{part}" if spoken else str(part))
    return spoken


def milliseconds(moment: datetime) -> int:
    """An aware datetime as milliseconds since the Unix epoch, UTC."""
    return round(moment.timestamp() * 1000)


def moment_of(instant: int) -> datetime:
    """Milliseconds since the Unix epoch as an aware datetime, UTC."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=instant)


def rfc3339(instant: int) -> str:
    """Milliseconds since the Unix epoch as RFC 3339 UTC with milliseconds; never raises.

    A year that RFC 3339 cannot write (input has none) is written as ISO 8601 extends it, with sign and six digits.
    """
    seconds, millis = divmod(instant, 1000)
    return f"{_to_the_second(seconds)}.{millis:03d}Z"


@lru_cache(maxsize=256)
def _to_the_second(seconds: int) -> str:
    """Kept for the next: an export asks for each second of a session as often as it has readings, twice."""
    cycles, in_cycle = divmod(seconds, _CALENDAR_CYCLE_S)
    moment = datetime.fromtimestamp(in_cycle, UTC)
    number = moment.year + _CALENDAR_CYCLE_YEARS * cycles
    year = f"{number:04d}" if 0 <= number <= _LAST_SHORT_YEAR else f"{number:+07d}"
    return f"{year}-{moment:%m-%dT%H:%M:%S}"


_CALENDAR_CYCLE_YEARS = 400
_CALENDAR_CYCLE_S = 146_097 * 86_400
"""After so many years the Gregorian calendar repeats itself to the day."""
_LAST_SHORT_YEAR = 9999
