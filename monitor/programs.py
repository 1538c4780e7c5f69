"""What ``serve`` and ``demo`` run together, as programs of this same installation.

The simulator desk is one of them in simulated directories: another program, which is started by its name and spoken
to over its socket, because the monitor imports nothing of the simulators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from monitor.addresses import pages_address, reachable
from monitor.config import as_environment
from monitor.data_directory import DataDirectory
from monitor.lifeline import notify_ready
from monitor.settings import Settings
from monitor.supervisor import Program, supervise_until_told


def gateway_program(directory: DataDirectory, settings: Settings) -> Program:
    """The gateway with these settings."""
    return Program(
        "gateway", "monitor", ("gateway", "--data", str(directory.path)), as_environment(settings)
    )


def dashboard_program(
    directory: DataDirectory, settings: Settings, *, auto_sign_in: str | None = None
) -> Program:
    """The dashboard with these settings."""
    signed_in = () if auto_sign_in is None else ("--auto-sign-in", auto_sign_in)
    arguments = ("dashboard", "--data", str(directory.path), *signed_in)
    # What it has noted about access is the gateway's to write.
    return Program("dashboard", "monitor", arguments, as_environment(settings), stops_first=True)


def desk_program(directory: DataDirectory, settings: Settings) -> Program:
    """The simulator desk at the gateway of these settings. It is ready when the gateway is, whenever that is."""
    gateway = f"ws://{reachable(settings.host)}:{settings.gateway_port}"
    arguments = ("desk", "--control", str(desk_control(directory)), "--gateway", gateway)
    return Program("desk", "simulators", arguments, announces=False)


def desk_control(directory: DataDirectory) -> Path:
    """Where the desk says how it is reached; its rooms and queues lie beside it."""
    return directory.path / "desk.json"


def desk_rooms(directory: DataDirectory) -> Path:
    """What the desk keeps of its rooms while it runs, so that they go on when it was killed."""
    return directory.path / "desk-rooms.json"


def run_together(
    programs: Sequence[Program], settings: Settings, when_ready: Callable[[str], None]
) -> None:
    """Keep the programs running until told to stop; ``when_ready`` gets the address of the pages.

    Raises StartError when one cannot be started.
    """

    def ready() -> None:
        notify_ready()
        when_ready(f"{pages_address(settings)}/")

    supervise_until_told(programs, ready)
