"""Settings are parsed once: from flags, then the environment, then a TOML file; what is wrong is refused by name."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from monitor.settings import PREFIX, Settings

FILE_NAME = "config.toml"
_LISTS = frozenset({"notice_urls"})
"""Settings that are lists, of secrets."""
_NOT_SETTINGS = frozenset({"DATA", "CONFIG", "CHROMIUM"})
"""Variables of ours that are no settings: which directory, which file, and the browser of the tests."""


class ConfigError(ValueError):
    """A setting that cannot be used; the message names where it stands, its key and the reason."""


def load_settings(
    flags: Mapping[str, object],
    *,
    directory: Path | None = None,
    file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings in force: a flag that is not None wins over the environment, that over the file.

    Without ``file`` (or ``INFUSION_MONITOR_CONFIG``), ``config.toml`` of the data directory is read where it exists.
    Raises ConfigError for the first value that cannot be used. A variable that is no setting is left alone, because
    it may be another program's (see ``unknown_variables``); a misspelt line of the file cannot be.
    """
    named = file or (Path(environ[f"{PREFIX}CONFIG"]) if environ.get(f"{PREFIX}CONFIG") else None)
    merged = _from_file(named, directory) | _from_environment(environ)
    merged |= {
        name: _checked("flag", f"--{name.replace('_', '-')}", name, value)
        for name, value in flags.items()
        if value is not None
    }
    return Settings(**merged)


def _from_file(named: Path | None, directory: Path | None) -> dict[str, Any]:
    file = named or (directory / FILE_NAME if directory else None)
    if file is None or (named is None and not file.exists()):
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from None
    return {name: _checked(str(file), name, name, value) for name, value in content.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: _checked("environment", variable, name, _parsed(name, environ[variable]))
        for variable, name in _variables(environ)
        if name in Settings.model_fields
    }


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
    """A variable's value; a list is written as in the file."""
    if name not in _LISTS:
        return value
    try:
        return tomllib.loads(f"list = {value}")["list"] if value else []
    except tomllib.TOMLDecodeError:
        raise ConfigError(
            f"environment: {PREFIX}{name.upper()}: not a TOML list of texts"
        ) from None


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


def _checked(source: str, key: str, name: str, value: object) -> object:
    field = Settings.model_fields.get(name)
    if field is None:
        known = ", ".join(Settings.model_fields)
        raise ConfigError(f"{source}: {key}: there is no such setting; known are {known}")
    try:
        return _adapter(field).validate_python(value)
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        shown = "" if name in _LISTS else f"{value!r}: "
        raise ConfigError(f"{source}: {key}: {shown}{reason}") from None


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    annotated: Any = Annotated[field.annotation, field]
    return TypeAdapter(annotated)
