"""What ``serve`` and ``demo`` run together, as programs of this same installation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.bootstrap import reachable
from monitor.config import Settings, as_environment
from monitor.data_directory import DataDirectory
from monitor.lifeline import notify_ready
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
    return Program("dashboard", "monitor", arguments, as_environment(settings))


def run_together(
    programs: Sequence[Program], settings: Settings, when_ready: Callable[[str], None]
) -> None:
    """Keep the programs running until told to stop; ``when_ready`` gets the address of the pages.

    Raises StartError when one cannot be started.
    """

    def ready() -> None:
        notify_ready()
        when_ready(f"http://{reachable(settings.host)}:{settings.port}/")

    supervise_until_told(programs, ready)
