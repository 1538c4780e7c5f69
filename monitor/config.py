"""Settings are parsed once: from flags, then the environment, then a TOML file; what is wrong is refused by name."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from monitor.settings import PREFIX, Settings
from monitor.wire.base import what_is_wanted

FILE_NAME = "config.toml"
_LISTS = frozenset({"notice_urls"})
"""Settings that are lists, of secrets."""
_NOT_SETTINGS = frozenset({"DATA", "CONFIG", "CHROMIUM"})
"""Variables of ours that are no settings: which directory, which file, and the browser of the tests."""


class ConfigError(ValueError):
    """Settings that cannot be used; the message names of each where it stands, its key and the reason.

    Attributes: ``faults`` (each of these), ``others`` (the settings without them).
    """

    def __init__(self, faults: Sequence[str], others: Settings) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)
        self.others = others


class _FaultError(ValueError):
    """One of them."""


class _Given(NamedTuple):
    """A value as it was given: where it stands, what it is called there, and which setting it is."""

    source: str
    key: str
    name: str
    value: object


def load_settings(
    flags: Mapping[str, object],
    *,
    directory: Path | None = None,
    file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings in force: a flag that is not None wins over the environment, that over the file.

    Without ``file`` (or ``INFUSION_MONITOR_CONFIG``), ``config.toml`` of the data directory is read where it exists.
    Raises ConfigError for all values that cannot be used. A variable that is no setting is left alone, because
    it may be another program's (see ``unknown_variables``); a misspelt line of the file cannot be.
    """
    named = file or (Path(environ[f"{PREFIX}CONFIG"]) if environ.get(f"{PREFIX}CONFIG") else None)
    merged: dict[str, Any] = {}
    faults: list[str] = []
    try:
        in_file = _in_file(named, directory)
    except _FaultError as error:
        in_file = []
        faults.append(str(error))
    for given in (*in_file, *_in_environment(environ), *_in_flags(flags)):
        try:
            merged[given.name] = _checked(given)
        except _FaultError as error:
            faults.append(str(error))
    settings = Settings(**merged)
    if faults:
        raise ConfigError(faults, settings)
    return settings


def _in_file(named: Path | None, directory: Path | None) -> list[_Given]:
    file = named or (directory / FILE_NAME if directory else None)
    if file is None or (named is None and not file.exists()):
        return []
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _FaultError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _FaultError(f"{file}: {error}") from None
    return [_Given(str(file), name, name, value) for name, value in content.items()]


def _in_environment(environ: Mapping[str, str]) -> Iterator[_Given]:
    for variable, name in _variables(environ):
        if name in Settings.model_fields:
            yield _Given("environment", variable, name, _parsed(name, environ[variable]))


def _in_flags(flags: Mapping[str, object]) -> Iterator[_Given]:
    for name, value in flags.items():
        if value is not None:
            yield _Given("flag", f"--{name.replace('_', '-')}", name, value)


def unknown_variables(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like settings of ours and are none: perhaps misspelt, perhaps another program's."""
    return [
        variable
        for variable, name in _variables(environ)
        if name not in Settings.model_fields and environ[variable]
    ]


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variables that may be settings, each with the setting's name."""
    for variable in environ:
        name = variable.removeprefix(PREFIX)
        is_ours = variable.startswith(PREFIX) and name not in _NOT_SETTINGS
        if is_ours and not name.startswith("TEST_"):
            yield variable, name.lower()


def _parsed(name: str, value: str) -> object:
    """A variable's value; a list is written as in the file, and what is none is left as it is, to be refused."""
    if name not in _LISTS:
        return value
    try:
        return tomllib.loads(f"list = {value}")["list"] if value else []
    except tomllib.TOMLDecodeError:
        return value


def as_environment(settings: Settings) -> dict[str, str]:
    """Variables that give another program of this installation exactly these settings, secrets included.

    Those that are no settings are emptied, for they have been warned about.
    """
    wanted = {f"{PREFIX}{name.upper()}": _as_variable(value) for name, value in settings}
    return wanted | dict.fromkeys(unknown_variables(), "")


def _as_variable(value: object) -> str:
    if isinstance(value, tuple):
        # A JSON list of texts is a TOML one.
        texts = [item.get_secret_value() for item in value if isinstance(item, SecretStr)]
        return json.dumps(texts, ensure_ascii=False)
    return str(value)


def _checked(given: _Given) -> object:
    field = Settings.model_fields.get(given.name)
    if field is None:
        meant = get_close_matches(given.name, Settings.model_fields, 1)
        hint = f"; is {meant[0]} meant?" if meant else ""
        raise _FaultError(f"{given.source}: {given.key}: there is no such setting{hint}")
    try:
        return _adapter(field).validate_python(given.value)
    except ValidationError as error:
        # What is in a list is secret.
        shown = "" if given.name in _LISTS else f"{given.value!r}: "
        reasons = [_reason(fault) for fault in error.errors(include_url=False)]
        raise _FaultError(f"{given.source}: {given.key}: {shown}{', '.join(reasons)}") from None


def _reason(fault: ErrorDetails) -> str:
    """What is wanted; of a list, of which of its items."""
    number = next((part + 1 for part in fault["loc"] if isinstance(part, int)), None)
    wanted = what_is_wanted(fault)
    return wanted if number is None else f"number {number}: {wanted}"


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    annotated: Any = Annotated[field.annotation, field]
    return TypeAdapter(annotated)
