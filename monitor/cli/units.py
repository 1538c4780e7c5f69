"""The units by which systemd runs gateway and dashboard."""

from __future__ import annotations

import shutil
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.cli.common import PROGRAM, Refusal, put, say

UNITS = ("gateway", "dashboard")


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("systemd-unit")(systemd_unit)


def systemd_unit(
    name: Annotated[
        Literal["gateway", "dashboard"], typer.Argument(help="Which of the two services.")
    ],
) -> None:
    """Print a systemd unit that runs this installation, with a watchdog and without rights that it does not need."""
    put(unit(name, _program()))
    say(f"save it as /etc/systemd/system/{unit_name(name)}; it runs as the user infusion-monitor")


def unit_name(name: str) -> str:
    """The file that systemd wants."""
    return f"infusion-monitor-{name}.service"


def unit(name: str, program: Path) -> str:
    """The unit's text for a program at this path."""
    template = files("monitor").joinpath("systemd", unit_name(name)).read_text(encoding="utf-8")
    return template.replace("@PROGRAM@", str(program)).rstrip()


def _program() -> Path:
    """Where this installation's command lies. Raises Refusal: a unit that cannot start helps nobody."""
    beside = Path(sys.executable).with_name(PROGRAM)
    found = beside if beside.exists() else Path(shutil.which(PROGRAM) or "")
    if not found.is_absolute():
        raise Refusal(f"{PROGRAM} is not installed as a command here")
    return found
