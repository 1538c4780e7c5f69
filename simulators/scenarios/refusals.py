"""Why a scenario file is refused, in our own words: the place as the file counts it, and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_TAG = "union_tag"


def refusal(error: ValidationError, content: Any) -> str:
    """The first fault of this file's content in one sentence, with its place."""
    first = error.errors(include_url=False)[0]
    where, reason = _place(first, content), _reason(first)
    return f"{where}: {reason}" if where else reason


def room_place(place: int, name: str | None) -> str:
    """A room as people count it: from 1, with its name where it has one."""
    return f"room {place + 1} ({name})" if name else f"room {place + 1}"


def _place(error: ErrorDetails, content: Any) -> str:
    """Entries of lists as ``room 1 (name), event 2``, then the key in them."""
    entries: list[str] = []
    keys: list[str] = []
    here, last = content, len(error["loc"]) - 1
    for number, part in enumerate(error["loc"]):
        if isinstance(here, list | tuple) and isinstance(part, int):
            here = here[part] if part < len(here) else None
            entries.append(_entry(".".join(keys), part, here))
            keys.clear()
        # What is in no table of the file is pydantic's own: the kind that it chose, or where it put an event.
        elif isinstance(here, Mapping) and (
            part in here or (number == last and not error["type"].startswith(_TAG))
        ):
            keys.append(str(part))
            here = here.get(part)
    if error["type"].startswith(_TAG):
        keys.append("do")
    return ": ".join(filter(None, [", ".join(entries), ".".join(keys)]))


def _entry(key: str, place: int, entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if key == "room":
        return room_place(place, name if isinstance(name, str) else None)
    return f"{key} {place + 1}"


_REASONS = {
    "missing": "this key is missing",
    "extra_forbidden": "this key is not known",
    "float_type": "a number is wanted",
    "float_parsing": "a number is wanted",
    "finite_number": "a finite number is wanted",
    "int_type": "a whole number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted",
    "string_type": "text is wanted",
    "tuple_type": "a list is wanted",
    "dict_type": "a table is wanted",
    "model_type": "a table is wanted",
    "model_attributes_type": "a table is wanted",
    "union_tag_not_found": "this key is missing",
    "string_pattern_mismatch": "letters, digits, _ and - are wanted, a letter or digit first",
}
_BOUNDS = {
    "greater_than": "more than {gt:g} is wanted",
    "greater_than_equal": "at least {ge:g} is wanted",
    "less_than_equal": "at most {le:g} is wanted",
    "string_too_short": "at least {min_length} letters are wanted",
    "string_too_long": "at most {max_length} letters are wanted",
    "too_short": "at least {min_length} are wanted",
    "too_long": "at most {max_length} are wanted",
    "union_tag_invalid": "'{tag}' is not one of {expected_tags}",
}


def _reason(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"{error['input']!r} is not one of {context['expected'].replace(' or ', ', ')}"
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(**context)
    return _REASONS.get(kind, error["msg"])
