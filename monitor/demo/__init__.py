"""The demonstration: simulated rooms in all phases, with an operator who is signed in by itself."""

from __future__ import annotations

import json
import os
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from monitor.data_directory import DataDirectory, DirectoryError, wait_for_gateway, write_whole
from monitor.demo.furnishing import OPERATOR, furnish
from monitor.lifeline import notify_ready
from monitor.programs import (
    dashboard_program,
    desk_control,
    desk_rooms,
    gateway_program,
    run_together,
)
from monitor.settings import Settings
from monitor.start_checks import StartRefusedError
from monitor.supervisor import Program

GATEWAY_PATIENCE_S = 30.0


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
    furnishing = ("--data", str(directory.path), "--rooms", str(rooms), "--seed", str(seed))
    _forget_the_last(directory)
    programs = [
        gateway_program(directory, settings),
        dashboard_program(directory, settings, auto_sign_in=OPERATOR),
        Program("simulation", "monitor", ("demo-rooms", *furnishing)),
        Program("staff", "monitor", ("demo-staff", "--data", str(directory.path))),
    ]
    try:
        run_together(programs, settings, ready)
    finally:
        _forget_the_last(directory)


def run_rooms(directory: DataDirectory, *, rooms: int, seed: int) -> NoReturn:
    """Furnish the rooms as soon as the gateway lives, then become the desk that simulates them, in this process.

    A desk that is started again finds its rooms as it left them. Raises NotDoneError when the directory's own rooms
    stand in the way, DirectoryError when no gateway comes.
    """
    address = wait_for_gateway(directory, time.monotonic() + GATEWAY_PATIENCE_S)
    if address is None:
        raise DirectoryError(f"no gateway runs on {directory.path}")
    tokens = _tokens_file(directory)
    if not tokens.exists():
        write_whole(tokens, json.dumps(furnish(directory, rooms)))
    notify_ready()
    command = [
        *(sys.executable, "-m", "monitor.lifeline", "simulators", "desk"),
        *("--control", str(desk_control(directory)), "--gateway", address.url),
        *("--scenario", "ward", "--seed", str(seed)),
        *(("--tokens", str(tokens)) if rooms else ()),
    ]
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def _forget_the_last(directory: DataDirectory) -> None:
    """Tokens, and rooms of a desk that was killed: every demonstration begins with its own."""
    if directory.living_gateway() is not None:
        # Another demonstration's, and this one will be refused.
        return
    _tokens_file(directory).unlink(missing_ok=True)
    desk_rooms(directory).unlink(missing_ok=True)


def _tokens_file(directory: DataDirectory) -> Path:
    return directory.path / "demo-tokens.json"
