"""Settings: each with its type, its bounds, its default and its help, and the table that documents them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

PREFIX = "INFUSION_MONITOR_"

Port = Annotated[int, Field(ge=0, le=65_535)]
Number = Annotated[float, Field(allow_inf_nan=False)]


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


def _shaped(pattern: str, wanted: str) -> AfterValidator:
    def check(text: str) -> str:
        if text and not re.fullmatch(pattern, text):
            raise ValueError(wanted)
        return text

    return AfterValidator(check)


_GatewayUrl = _shaped(r"wss?://\S+", "an address like wss://clinic.example/gateway is wanted")
_PagesUrl = _shaped(r"https?://[^/\s]+/?", "an address like https://clinic.example is wanted")
_Recipient = _shaped(
    r"age1[0-9a-z]{58}", "a public key like that of infusion-monitor new-backup-key is wanted"
)


class Settings(BaseModel):
    """Every setting of the program with its default and its help."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address that gateway and dashboard listen on.")
    port: Port = Field(8050, description="Port of the dashboard, the pages that staff open.")
    gateway_port: Port = Field(8051, description="Port of the gateway, for devices and live data.")
    gateway_url: Annotated[str, _GatewayUrl] = Field(
        "",
        description="Address of the gateway as browsers reach it, like `wss://clinic.example/gateway`; "
        "empty: the page's own host and the gateway port.",
    )
    dashboard_url: Annotated[str, _PagesUrl] = Field(
        "",
        description="Address of the pages as browsers reach them, like `https://clinic.example`; empty: the host "
        "and port of `gateway_url`, or `port` on the page's own host. Pages from elsewhere get no live data.",
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
    speed: Number = Field(
        1.0,
        ge=1,
        le=1000,
        description="How many times faster than real time the clock runs; more than 1 only in a "
        "simulated data directory.",
    )
    clinic_time_zone: Annotated[str, AfterValidator(_known_time_zone)] = Field(
        "Europe/Oslo", description="Time zone of every time on a screen; what is stored is UTC."
    )
    ends_together_minutes: Number = Field(
        2.0,
        gt=0,
        le=60,
        description="Infusions whose planned ends are closer than this are told beforehand.",
    )
    idle_lock_minutes: Number = Field(
        15.0,
        ge=1,
        le=720,
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
    limit_device_frames_per_s: Number = Field(
        5000.0,
        ge=1,
        le=1_000_000,
        description="Frames a second that are taken from one device; what comes faster waits in the device.",
    )
    limit_screen_frames_per_s: Number = Field(
        200.0,
        ge=10,
        le=1_000_000,
        description="Frames a second that are taken from one screen; what comes faster waits in the browser.",
    )
    limit_snapshots_per_minute: Number = Field(
        120.0,
        ge=6,
        le=1_000_000,
        description="How often within a minute one screen is sent the whole ward anew; what it asks for sooner waits.",
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
    backup_every_hours: Number = Field(
        24.0,
        gt=0,
        le=744,
        description="Hours from one of these backups to the next; after twice that without one every screen says so.",
    )
    backup_keep: int = Field(
        14,
        ge=1,
        le=10_000,
        description="How many of these backups are kept; older ones are removed.",
    )
    backup_recipient: Annotated[str, _Recipient] = Field(
        "",
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

    @property
    def is_behind_proxy(self) -> bool:
        """Whether browsers reach this machine through a reverse proxy: only then is an address of their own set."""
        return bool(self.gateway_url or self.dashboard_url)


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
