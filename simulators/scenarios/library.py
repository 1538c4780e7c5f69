"""Reading scenario files: the library's and anybody's."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulators.scenarios.model import Scenario
from simulators.scenarios.refusals import refusal
from simulators.scenarios.room import Event

LIBRARY = Path(__file__).parent / "library"
SCHEMA = LIBRARY / "scenario.schema.json"


class ScenarioError(ValueError):
    """The file is no scenario; one sentence with file and place."""


def read_scenario(path: Path) -> Scenario:
    """A scenario from its TOML file. Raises ScenarioError and OSError."""
    if path.is_dir():
        raise ScenarioError(f"{path} is a directory, not a scenario file")
    content = _content(path)
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise ScenarioError(f"{path.name}: {refusal(error, content)}") from None


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise ScenarioError(f"{path.name}: this is not UTF-8 text") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScenarioError(f"{path.name}: {error}") from None


@cache
def library() -> dict[str, Scenario]:
    """Every scenario that comes with the program, by name."""
    return {path.stem: read_scenario(path) for path in sorted(LIBRARY.glob("*.toml"))}


def path_of(name: str) -> Path:
    """A scenario of the library by its name, or a file by its path. Raises ScenarioError where there is neither."""
    in_library = LIBRARY / f"{name}.toml"
    if "/" not in name and in_library.exists():
        return in_library
    if Path(name).exists():
        return Path(name)
    raise ScenarioError(f"{name} is neither a file nor a scenario of the library")


def schema_text() -> str:
    """The JSON Schema of a scenario file, as it lies beside the library."""
    schema = Scenario.model_json_schema()
    _flatten(schema["$defs"])
    return json.dumps(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=1
    )


def _flatten(definitions: dict[str, Any]) -> None:
    """In a file an event is one table: ``at`` beside ``do`` and its parameters."""
    event = definitions[Event.__name__]
    at, kinds = event["properties"]["at"], event["properties"]["event"]["oneOf"]
    for kind in kinds:
        part = definitions[kind["$ref"].rpartition("/")[2]]
        part["properties"] = {"at": at, **part["properties"]}
        part["required"] = sorted({"at", "do", *part.get("required", [])})
    definitions[Event.__name__] = {"description": event["description"], "oneOf": kinds}
