"""Settings: parsed once, from flags, then the environment, then a TOML file; whatever is wrong is refused by name."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo

PREFIX = "INFUSION_MONITOR_"
FILE_NAME = "config.toml"
_LISTS = frozenset({"notice_urls"})
"""Settings that are lists, of secrets."""
_NOT_SETTINGS = frozenset({"DATA", "CONFIG", "CHROMIUM"})
"""Variables of ours that are no settings: which directory, which file, and the browser of the tests."""

Port = Annotated[int, Field(ge=0, le=65_535)]


class ConfigError(ValueError):
    """A setting that cannot be used; the message names where it stands, its key and the reason."""


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"{name!r} is not a time zone like Europe/Oslo") from None
    return name


def _absolute(path: str) -> str:
    if path and not Path(path).is_absolute():
        raise ValueError("an absolute path is wanted")
    return path


class Settings(BaseModel):
    """Every setting of the program with its default and its help."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address that gateway and dashboard listen on.")
    port: Port = Field(8050, description="Port of the dashboard, the pages that staff open.")
    gateway_port: Port = Field(8051, description="Port of the gateway, for devices and live data.")
    gateway_url: str = Field(
        "",
        pattern=r"^(wss?://\S+)?$",
        description="Address of the gateway as browsers reach it, like `wss://clinic.example/gateway`; "
        "empty: the page's own host and the gateway port.",
    )
    tls_certificate: Annotated[str, AfterValidator(_absolute)] = Field(
        "",
        description="PEM file of the certificate, with its chain, with which gateway and dashboard speak TLS "
        "(`https`, `wss`); empty: they do not.",
    )
    tls_key: Annotated[str, AfterValidator(_absolute)] = Field(
        "",
        description="PEM file of the certificate's private key; it must be its owner's alone (mode 600).",
    )
    speed: float = Field(
        1.0,
        ge=1,
        le=1000,
        allow_inf_nan=False,
        description="How many times faster than real time the clock runs; more than 1 only in a "
        "simulated data directory.",
    )
    clinic_time_zone: Annotated[str, AfterValidator(_known_time_zone)] = Field(
        "Europe/Oslo", description="Time zone of every time on a screen; what is stored is UTC."
    )
    ends_together_minutes: float = Field(
        2.0,
        gt=0,
        le=60,
        allow_inf_nan=False,
        description="Infusions whose planned ends are closer than this are told beforehand.",
    )
    idle_lock_minutes: float = Field(
        15.0,
        ge=1,
        le=720,
        allow_inf_nan=False,
        description="A station where no hand did anything for so long is locked: the ward stays in "
        "sight, orders want a sign-in or a PIN.",
    )
    language: Literal["en", "nb"] = Field(
        "en", description="Language of a page until its operator has chosen one: `en` or `nb`."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe line that is logged to stderr."
    )
    limit_waiting_connections: int = Field(
        1024,
        ge=16,
        le=100_000,
        description="Connections to the gateway that have not asked for anything yet; the oldest makes way.",
    )
    limit_page_connections: int = Field(
        512,
        ge=64,
        le=30_000,
        description="Connections to the dashboard open at once; one that asks for nothing makes way, "
        "then the one whose answer takes longest.",
    )
    limit_screens_per_operator: int = Field(
        40,
        ge=1,
        le=10_000,
        description="Live feeds of one operator, or of one locked station, that may be open at once.",
    )
    limit_device_frames_per_s: float = Field(
        5000.0,
        ge=1,
        le=1_000_000,
        allow_inf_nan=False,
        description="Frames a second that are taken from one device; what comes faster waits in the device.",
    )
    limit_screen_frames_per_s: float = Field(
        200.0,
        ge=10,
        le=1_000_000,
        allow_inf_nan=False,
        description="Frames a second that are taken from one screen; what comes faster waits in the browser.",
    )
    limit_orders_per_minute: int = Field(
        600,
        ge=60,
        le=1_000_000,
        description="Orders that one operator may give within a minute; more are refused.",
    )
    notice_urls: tuple[SecretStr, ...] = Field(
        (),
        description="Where notices go that must leave the house, as a TOML list of "
        "[Apprise URLs](https://appriseit.com/services/); shown nowhere, for there are passwords in them.",
    )
    backup_directory: Annotated[str, AfterValidator(_absolute)] = Field(
        "",
        description="Folder for backups that the gateway has made by itself, on another disk; empty: none are made.",
    )
    backup_every_hours: float = Field(
        24.0,
        gt=0,
        le=744,
        allow_inf_nan=False,
        description="Hours from one of these backups to the next; after twice that without one every screen says so.",
    )
    backup_keep: int = Field(
        14,
        ge=1,
        le=10_000,
        description="How many of these backups are kept; older ones are removed.",
    )
    backup_recipient: str = Field(
        "",
        pattern=r"^(age1[0-9a-z]{58})?$",
        description="Public key that these backups are encrypted to, from `infusion-monitor new-backup-key`; "
        "empty: they are not encrypted.",
    )
    retention_years: int = Field(
        0,
        ge=0,
        le=200,
        description="Years after a patient's last session when `infusion-monitor retention` lists the patient to be "
        "erased, which two persons then order; 0: the clinic has not decided. For clinical and legal sign-off.",
    )


class Setting(NamedTuple):
    """One setting as the documentation lists it."""

    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(name, _as_written, field.description or "")
    for name, field in Settings.model_fields.items()
    for _as_written in [
        f"{field.default:g}" if isinstance(field.default, float) else str(field.default or "")
    ]
)


def settings_table() -> str:
    """The settings as a Markdown table, for the README."""
    rows = [
        f"| `{setting.name}` | `{PREFIX}{setting.name.upper()}` "
        f"| {f'`{setting.default}`' if setting.default else ''} | {setting.help} |"
        for setting in SETTINGS
    ]
    return "\n".join(
        ("| setting | variable | default | what it does |", "|---|---|---|---|", *rows)
    )


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
