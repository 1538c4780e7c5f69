"""Why a scenario file is refused, in our own words: the place as the file counts it, and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.wire.file_faults import wanted_in_file

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


_OWN = {
    "union_tag_not_found": "this key is missing",
    "union_tag_invalid": "'{tag}' is not one of {expected_tags}",
    "string_pattern_mismatch": "letters, digits, _ and - are wanted, a letter or digit first",
}


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        expected = error["ctx"]["expected"].replace(" or ", ", ")
        return f"{error['input']!r} is not one of {expected}"
    return wanted_in_file(error, _OWN)
