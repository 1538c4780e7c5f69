"""What the dashboard is told at its start, parsed elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from monitor.identity import COOKIE_MAX_AGE_S


@dataclass(frozen=True, slots=True)
class DashboardSettings:
    """``auto_sign_in`` names the operator as whom every visitor is signed in; only a simulated directory allows it.

    ``gateway_url`` is the websocket address that browsers use where the gateway is not on the dashboard's own host at
    ``gateway_port``. ``clinic_time_zone`` is an IANA name.
    """

    assets: Path
    """The directory of scripts and styles."""
    simulated: bool
    cookie_key: bytes = field(repr=False)
    research_secret: bytes = field(default=b"", repr=False)
    """References in files without names follow from it; without one no such file is made."""
    clinic_time_zone: str = "Europe/Oslo"
    ends_together_minutes: float = 2.0
    """Planned ends that are closer come together."""
    idle_lock_minutes: float = 15.0
    """A station where no hand did anything for so long is locked; not one that signs its visitors in by itself."""
    language: str = "en"
    """Of a page that nobody has signed in to."""
    auto_sign_in: str | None = None
    gateway_port: int = 8051
    gateway_url: str | None = None
    behind_proxy: bool = False
    """Whether a reverse proxy on this machine says who asks, and how."""

    @property
    def idle_s(self) -> int:
        """How long a sign-in lasts without a hand."""
        return COOKIE_MAX_AGE_S if self.auto_sign_in else round(self.idle_lock_minutes * 60)

    def __post_init__(self) -> None:
        if self.auto_sign_in is not None and not self.simulated:
            raise ValueError("visitors are signed in by themselves in a simulated directory only")
