"""The demonstration: simulated rooms in all phases, with an operator who is signed in by itself."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path

from monitor.data_directory import DataDirectory
from monitor.programs import (
    dashboard_program,
    desk_program,
    desk_rooms,
    gateway_program,
    run_together,
)
from monitor.settings import Settings
from monitor.start_checks import StartRefusedError
from monitor.supervisor import Program

OPERATOR = "Demo"


def run_demo(
    directory: DataDirectory,
    settings: Settings,
    *,
    rooms: int,
    seed: int,
    when_ready: Callable[[str], None],
    open_browser: bool,
) -> None:
    """Keep the demonstration running until told to stop. Raises StartError."""

    def ready(address: str) -> None:
        when_ready(address)
        if open_browser:
            webbrowser.open(address)

    if settings.tls_certificate:
        # Its simulated devices would have to trust a certificate that is not for this machine's address.
        raise StartRefusedError("a demonstration speaks no TLS: unset tls_certificate and tls_key")
    settings = settings.model_copy(update={"gateway_port": _known_port(settings)})
    furnishing = ("--data", str(directory.path), "--rooms", str(rooms), "--seed", str(seed))
    _forget_the_last(directory)
    programs = [
        gateway_program(directory, settings),
        dashboard_program(directory, settings, auto_sign_in=OPERATOR),
        desk_program(directory, settings),
        Program("staff", "monitor", ("demo-staff", *furnishing)),
    ]
    try:
        run_together(programs, settings, ready)
    finally:
        _forget_the_last(directory)


def _known_port(settings: Settings) -> int:
    """The gateway's; one that is free where it may be any, because the desk is started beside the gateway."""
    if settings.gateway_port:
        return settings.gateway_port
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _forget_the_last(directory: DataDirectory) -> None:
    """Tokens, and rooms of a desk that was killed: every demonstration begins with its own."""
    if directory.living_gateway() is not None:
        # Another demonstration's, and this one will be refused.
        return
    tokens_file(directory).unlink(missing_ok=True)
    desk_rooms(directory).unlink(missing_ok=True)


def tokens_file(directory: DataDirectory) -> Path:
    """Where the staff keep what they have furnished, so that staff who are started again leave it as it is."""
    return directory.path / "demo-tokens.json"
