"""The program: all commands, and how failures become one line and an exit code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from monitor.cli import (
    access,
    backups,
    devices,
    doctor,
    erasing,
    operators,
    proofs,
    records,
    rooms,
    services,
    sessions,
    simulated,
    units,
)
from monitor.cli.common import PROGRAM, Refusal, new_app, say
from monitor.cli.output import refuse_when_unwritable

FAILED = 1
INTERRUPTED = 130
"""The code of a command that Ctrl-C has ended."""
EVERYWHERE = ("--data", "--config")
"""Options of the program itself that may also stand after a command."""

app = new_app("The session monitor for infusion rooms.")
app.add_typer(rooms.app, name="room")
app.add_typer(devices.app, name="device")
app.add_typer(operators.app, name="operator")
app.add_typer(sessions.app, name="session")
services.register(app)
records.register(app)
access.register(app)
backups.register(app)
doctor.register(app)
erasing.register(app)
proofs.register(app)
simulated.register(app)
units.register(app)


@app.callback()
def remember_paths(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="INFUSION_MONITOR_DATA",
            metavar="DIR",
            help="The data directory; may also stand after the command.",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            envvar="INFUSION_MONITOR_CONFIG",
            metavar="FILE",
            help="The settings file; without it, config.toml of the data directory.",
        ),
    ] = None,
) -> None:
    """Keep what every command may need."""
    context.obj = {"data": data, "config": config}


def main() -> None:
    """Run one command: exit 0 done, 1 refused or failed, 2 wrong usage, with one clear line on stderr."""
    refuse_when_unwritable()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """One command's exit code."""
    try:
        command = get_command(app)
        result = command.main(args=_hoisted(arguments), prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        say(f"{_one_line(error.format_message())} (see {PROGRAM} --help)")
        return error.exit_code
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        say("interrupted")
        return FAILED
    except Refusal as refusal:
        if str(refusal):
            say(_one_line(str(refusal)))
        return FAILED
    if result == INTERRUPTED:
        say("interrupted")
    return result if isinstance(result, int) else 0


def _hoisted(arguments: list[str]) -> list[str]:
    """The arguments with the program's own options in front, wherever they were written. Raises a usage error."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in EVERYWHERE:
            front += [argument, _path(argument, next(waiting, ""))]
        elif argument.startswith(tuple(f"{option}=" for option in EVERYWHERE)):
            option, _, value = argument.partition("=")
            front += [option, _path(option, value)]
        else:
            rest.append(argument)
    return front + rest


def _path(option: str, value: str) -> str:
    """The path that this option names; without one the present directory would be taken."""
    if not value or value.startswith("--"):
        raise typer.BadParameter(f"{option} needs a path")
    return value


def _one_line(message: str) -> str:
    return " ".join(message.split())
