"""The command ``infusion-simulate``: simulated patients and recordings, sent to a gateway like any device's."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from simulators.check.counterpart import CheckError
from simulators.desk.kept import KeptError
from simulators.feeds.queue import FrameQueue, QueueError
from simulators.fleet import (
    AddressError,
    Member,
    Summary,
    device_url,
    queue_path,
    run_fleet,
)
from simulators.recordings.columns import TARGETS, ColumnMapError, parse_map
from simulators.recordings.playback import NoSpacingError, Playback, rows_played
from simulators.recordings.recording import read_recording
from simulators.recordings.timed import RecordingError
from simulators.rooms import RoomsError, SimulatedRoom, build_room, find_scenario, read_rooms
from simulators.scenarios.library import ScenarioError, library

T = TypeVar("T")

PROGRAM = "infusion-simulate"
REPLAY_PATIENCE_S = 30.0
"""A replay has an end, so it also gives up when no gateway ever answers."""

app = typer.Typer(
    name=PROGRAM,
    help=__doc__,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Gateway = Annotated[
    str, typer.Option(envvar="INFUSION_SIMULATE_GATEWAY", help="Address, e.g. ws://127.0.0.1:8051.")
]
Token = Annotated[
    str,
    typer.Option(
        envvar="INFUSION_SIMULATE_TOKEN",
        help="The device's token; better in the environment, which the process list does not show.",
    ),
]
QueueDirectory = Annotated[
    Path | None,
    typer.Option(
        "--queue",
        envvar="INFUSION_SIMULATE_QUEUE",
        help="Directory of the queue files [default: the user's state directory].",
    ),
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same patients.")]
ScenarioToRun = Annotated[str, typer.Option(help="One of those that `list` shows, or a file.")]
RoomTokens = Annotated[
    Path | None,
    typer.Option(help="Several rooms: JSON list of room, token, phase_offset_min; mode 0600."),
]
IntoInfusion = Annotated[
    float | None, typer.Option(help="Minutes into the infusion at the start (one room).")
]
RealSeconds = Annotated[
    float | None, typer.Option("--for", min=0, help="Stop after so many real seconds.")
]
Recorded = Annotated[Path, typer.Argument(help="CSV with a header.")]
Interval = Annotated[
    float | None,
    typer.Option(min=0.001, max=86_400, help="Spacing of the rows in (gateway) seconds."),
]
Hold = Annotated[
    bool, typer.Option("--hold", help="Repeat values at 1 Hz between the rows, marked as demo.")
]
ColumnMap = Annotated[
    list[str] | None,
    typer.Option("--map", help=f"COLUMN=TARGET, repeatable; TARGET: {', '.join(TARGETS)}."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command("list")
def list_scenarios(*, as_json: AsJson = False) -> None:
    """Show the scenarios."""
    if as_json:
        scenarios = [
            {"name": name, "description": one.title, "rooms": len(one.room), "minutes": one.minutes}
            for name, one in library().items()
        ]
        typer.echo(json.dumps(scenarios))
        return
    for name, one in library().items():
        typer.echo(f"{name:20}{one.title}")


@app.command()
def run(
    *,
    gateway: Gateway,
    scenario: ScenarioToRun = "ward",
    token: Token = "",
    seed: Seed = 1,
    tokens: RoomTokens = None,
    into_infusion: IntoInfusion = None,
    for_s: RealSeconds = None,
    queue: QueueDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Simulate patients with their devices until stopped."""
    if tokens is None and not token:
        raise typer.BadParameter("--token, INFUSION_SIMULATE_TOKEN or --tokens is wanted")
    _known(scenario)
    rooms = (
        read_rooms(tokens)
        if tokens is not None
        else [SimulatedRoom(room="device", token=token, phase_offset_min=into_infusion)]
    )
    url = device_url(gateway)
    with ExitStack() as open_queues:
        members = []
        for place, room in enumerate(rooms):
            bed = build_room(room, scenario, seed, place)
            name = f"room {room.room}" if tokens else room.room
            frames = _open_queue(open_queues, queue, room.device or room.token)
            members.append(Member(name, room.token, bed, frames, bed.network))
        summary = _drive(run_fleet(members, url, _say, for_s=for_s))
    _print(summary, as_json=as_json)
    if summary.failed:
        raise typer.Exit(1)


@app.command()
def desk(
    *,
    gateway: Gateway,
    control: Annotated[
        Path,
        typer.Option(help="Written while the desk is open: where it listens, and its credential."),
    ],
    tokens: Annotated[
        Path | None, typer.Option(help="Rooms to begin with, as for `run`; mode 0600.")
    ] = None,
    scenario: Annotated[str, typer.Option(help="Theirs: a name, or a file.")] = "ward",
    seed: Seed = 1,
) -> None:
    """Run rooms that are started, driven and stopped by hand, over a socket of this machine."""
    from simulators.desk.kept import first_rooms
    from simulators.desk.server import run_desk

    _known(scenario)
    rooms = [] if tokens is None else first_rooms(read_rooms(tokens), scenario, seed)
    _drive(run_desk(control, device_url(gateway), rooms, _say))


@app.command()
def replay(
    *,
    file: Recorded,
    gateway: Gateway,
    token: Token = "",
    interval: Interval = None,
    hold: Hold = False,
    column_map: ColumnMap = None,
    queue: QueueDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Send a recording through the feed, value by value; ends when everything is acknowledged."""
    if hold and interval is not None:
        raise typer.BadParameter("--interval and --hold exclude each other")
    if not token:
        raise typer.BadParameter("--token or INFUSION_SIMULATE_TOKEN is wanted")
    url = device_url(gateway)
    recording = read_recording(file, parse_map(column_map or ()))
    for remark in recording.remarks:
        _say(f"{file.name}: {remark}")
    with ExitStack() as open_queues:
        frames = _open_queue(open_queues, queue, token)
        first_row = rows_played(frames.position, recording)
        if first_row:
            _say(f"{file.name}: an earlier replay was cut off; it goes on at row {first_row + 1}")
        playback = Playback(recording, interval_s=interval, hold=hold, first_row=first_row)
        member = Member(file.name, token, playback, frames)
        summary = _drive(run_fleet([member], url, _say, patience_s=REPLAY_PATIENCE_S))
        if summary.stopped:
            frames.forget_position()
    _print(summary, as_json=as_json)
    if summary.failed or summary.stopped:
        raise typer.Exit(1)


@app.command()
def check(
    *,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Scenario files, or names of the library; `all`."),
    ],
    as_json: AsJson = False,
) -> None:
    """Play scenarios to a gateway of their own and say whether the monitor did what they expect."""
    from simulators.check import checking, table

    scenarios = checking.read_all(list(library()) if files == ["all"] else files)
    outcomes = _drive(checking.check(scenarios, _say))
    if as_json:
        typer.echo(json.dumps(table.as_json(outcomes), ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(table.lines(outcomes)))
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)


def main() -> None:
    """Run the command: exit 0 done, 1 refused or failed, 2 wrong usage, with one line on stderr."""
    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=logging.ERROR)
    try:
        code = app(prog_name=PROGRAM, standalone_mode=False)
    except typer.TyperException as error:
        _fail(error.format_message(), error.exit_code)
    except (*_FAILURES, OSError) as error:
        _fail(str(error), 1)
    except typer.Abort:
        _fail("stopped", 1)
    sys.exit(code or 0)


_FAILURES = (
    AddressError,
    CheckError,
    ColumnMapError,
    KeptError,
    NoSpacingError,
    QueueError,
    RecordingError,
    RoomsError,
    ScenarioError,
)


def _known(scenario: str) -> None:
    try:
        find_scenario(scenario)
    except ScenarioError as error:
        raise typer.BadParameter(str(error)) from None


def _fail(message: str, code: int) -> NoReturn:
    _say(f"{PROGRAM}: {message}")
    sys.exit(code)


def _drive(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster loop where it is installed (it is not on Windows)."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


def _open_queue(opened: ExitStack, directory: Path | None, identity: str) -> FrameQueue:
    frames = FrameQueue(queue_path(directory or _state_directory(), identity))
    opened.callback(frames.close)
    return frames


def _state_directory() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / PROGRAM


def _print(summary: Summary, *, as_json: bool) -> None:
    typer.echo(json.dumps(summary.as_json()) if as_json else summary.as_text())


def _say(line: str) -> None:
    typer.echo(line, err=True)
