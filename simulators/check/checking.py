"""The check from beginning to end: a gateway of its own, all scenarios in it at once, a verdict on each."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from simulators.check.counterpart import CheckError
from simulators.check.gateway import own_gateway
from simulators.check.stage import play
from simulators.check.verdict import Outcome, Row
from simulators.scenarios.library import path_of, read_scenario
from simulators.scenarios.model import Scenario


def read_all(names: Sequence[str]) -> list[tuple[str, Scenario]]:
    """The scenarios of these files, or of the library by name. Raises ScenarioError and OSError."""
    paths = [path_of(name) for name in names]
    return list(zip(_different(paths), map(read_scenario, paths), strict=True))


async def check(
    scenarios: Sequence[tuple[str, Scenario]], say: Callable[[str], None]
) -> list[Outcome]:
    """Play and judge. Raises CheckError, also when it is told to stop: SIGTERM and Ctrl-C leave nothing behind."""
    loop = asyncio.get_running_loop()
    playing = asyncio.create_task(_check(scenarios, say))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, playing.cancel)
    with suppress(asyncio.CancelledError):
        return await playing
    raise CheckError("stopped")


async def _check(
    scenarios: Sequence[tuple[str, Scenario]], say: Callable[[str], None]
) -> list[Outcome]:
    try:
        async with own_gateway() as gateway:
            outcomes = await play(scenarios, gateway, say)
            problem = gateway.problem()
    except OSError as error:
        raise CheckError(f"the gateway cannot be reached: {error}") from error
    if problem:
        outcomes.append(Outcome("gateway", [Row("", "is well at the end", problem, False)], []))
    return outcomes


def _different(paths: Sequence[Path]) -> list[str]:
    """Each file's name, with its number where an earlier one has the same."""
    names: list[str] = []
    for number, path in enumerate(paths, start=1):
        names.append(path.stem if path.stem not in names else f"{path.stem}-{number}")
    return names
