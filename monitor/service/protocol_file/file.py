"""A whole protocol file, parsed; a fault is told with its key, the entry's id and the reason."""

from __future__ import annotations

import tomllib
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from monitor.service.protocol_file.alarms import AlarmTables
from monitor.service.protocol_file.checks import first_contradiction
from monitor.service.protocol_file.course import CourseTables
from monitor.service.protocol_file.parts import Flag, Id, Part, Words
from monitor.wire.file_faults import wanted_in_file


class ProtocolError(ValueError):
    """A protocol file that cannot be used, in one sentence with file, key and reason."""


class Head(Part):
    """What it is."""

    name: Id
    """What sessions know it by."""
    version: Annotated[int, Field(strict=True, ge=1)]
    """Counted up by whoever changes the file."""
    title: Words
    """In English; of the presets the catalogs have the other languages."""
    planned_sessions: Annotated[int, Field(strict=True, ge=1)] | None = None
    """How many a first series has; as many as `series.days`."""
    usual: Flag = False
    """Offered before the others."""


class File(AlarmTables, CourseTables):
    """A protocol file."""

    protocol: Head

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if found := first_contradiction(self, self, self.protocol.planned_sessions):
            raise ValueError(found)
        return self


def parse(text: str, name: str) -> File:
    """The file of that name with that text. Raises ProtocolError, which names the line where TOML itself is wrong."""
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProtocolError(f"{name}: {error}") from error
    try:
        return File.model_validate(content)
    except ValidationError as error:
        raise ProtocolError(f"{name}: {_fault(error.errors(include_url=False)[0], content)}") from (
            error
        )


def _fault(error: ErrorDetails, content: dict[str, Any]) -> str:
    key, entry = _place(error["loc"], content)
    reason = wanted_in_file(error, _OWN)
    where = f"{key} ({entry})" if entry else key
    return f"{where}: {reason}" if where else reason


def _place(location: tuple[int | str, ...], content: Any) -> tuple[str, str]:
    """The dotted key as the file has it, and the id of the entry it is in, if that has one."""
    parts, entry, here = [], "", content
    for part in location:
        if isinstance(here, dict) and part not in here and part == here.get("kind"):
            continue  # The kind that pydantic chose; nobody wrote it there.
        parts.append(str(part))
        here = _inside(here, part)
        if isinstance(here, dict) and isinstance(here.get("id"), str):
            entry = here["id"]
    return ".".join(parts), entry


def _inside(here: Any, part: int | str) -> Any:
    if isinstance(here, dict):
        return here.get(part)
    if isinstance(here, list) and isinstance(part, int):
        return here[part]
    return None


_OWN = {
    "union_tag_not_found": "kind is missing",
    "union_tag_invalid": "kind is one of {expected_tags}",
    "string_pattern_mismatch": "small letters, digits and _ are wanted, a letter first",
}
