"""Where the programs of a data directory reach each other on this machine."""

from __future__ import annotations

import os
from importlib.metadata import version

from monitor.data_directory import DataDirectory, GatewayAddress
from monitor.settings import Settings


def gateway_address(
    directory: DataDirectory, settings: Settings, port: int, credential: str
) -> GatewayAddress:
    """What a gateway that listens on this port leaves in its directory for the other programs."""
    host = reachable(settings.host)
    return GatewayAddress(
        pid=os.getpid(),
        host=settings.host,
        port=settings.port,
        gateway_port=port,
        url=f"{'wss' if settings.tls_certificate else 'ws'}://{host}:{port}",
        dashboard_url=pages_address(settings),
        credential=credential,
        simulated=directory.simulated,
        clock_speed=settings.speed,
        certificate=settings.tls_certificate,
        version=version("infusion-monitor"),
    )


def pages_address(settings: Settings) -> str:
    """Where the pages are, as a program on this machine reaches them."""
    scheme = "https" if settings.tls_certificate else "http"
    return f"{scheme}://{reachable(settings.host)}:{settings.port}"


def reachable(host: str) -> str:
    """A listening address as a program on this machine reaches it, ready for a URL."""
    if host in ("", "0.0.0.0"):  # noqa: S104 - compared, not listened on
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host
