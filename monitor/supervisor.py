"""Several programs under one command: started together, each started again when it dies, stopped together.

Every child stays in this process's session, holds a lifeline to it (``monitor.lifeline``) and says when it is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

STOP_TIMEOUT_S = 4.0
LAST_WORDS_S = 1.0
"""For so long the others wait for a program that stops first."""
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 5.0
STEADY_AFTER_S = 30.0
"""A child that ran this long begins with the shortest pause again."""
REFUSED = 1
"""A command's own exit code for "refused or failed": it has already said why in one line."""


@dataclass(frozen=True, slots=True)
class Program:
    """A module to run, with arguments and variables; ``announces`` says whether it tells when it is ready to serve."""

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    announces: bool = True
    stops_first: bool = False
    """Whether it has last words for one of the others."""


_log = structlog.get_logger("supervisor")


class StartError(RuntimeError):
    """A program ended before it was ready; the message is empty where it has said why itself."""


class _Child:
    """One program and its present process."""

    def __init__(self, program: Program, process: Process) -> None:
        self.program = program
        self._process = process

    async def keep(self) -> None:
        """Start it again whenever it ends, at once at first and then more and more patiently."""
        pause_s = FIRST_PAUSE_S
        clock = asyncio.get_running_loop().time
        while True:
            began_s = clock()
            code = await self._process.wait()
            if clock() - began_s > STEADY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            _log.error("program ended", program=self.program.name, code=code, again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            self._process = await _launch(self.program)

    async def until_ready(self, listener: socket.socket) -> None:
        """Wait for its word on the listener. Raises StartError when it ends before that."""
        ready = asyncio.ensure_future(asyncio.get_running_loop().sock_recv(listener, 64))
        ended = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait((ready, ended), return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                code = ended.result()
                said = code == REFUSED
                raise StartError("" if said else f"the {self.program.name} ended with code {code}")
        finally:
            ready.cancel()
            ended.cancel()

    async def stop(self) -> None:
        """Ask the present process to end, and end it where it does not."""
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._process.wait()
        except TimeoutError:
            _log.warning("program killed", program=self.program.name, after_s=STOP_TIMEOUT_S)
            self._process.kill()
            await self._process.wait()


async def _launch(program: Program, ready_address: str = "") -> Process:
    # Empty where nobody listens: what this process's own starter gave is not for its children.
    told = {"NOTIFY_SOCKET": ready_address, "WATCHDOG_USEC": ""}
    environment = {**os.environ, **program.environment, **told}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "monitor.lifeline", program.module, *program.arguments),
        stdin=asyncio.subprocess.PIPE,
        # Standard output is for this command's own result.
        stdout=sys.stderr,
        env=environment,
    )


async def _start(program: Program, children: list[_Child]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="infusion-monitor-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener,
    ):
        address = str(Path(folder, "ready"))
        listener.bind(address)
        listener.setblocking(False)
        child = _Child(program, await _launch(program, address))
        children.append(child)
        if program.announces:
            await child.until_ready(listener)


async def _start_and_keep(
    programs: Sequence[Program], children: list[_Child], when_ready: Callable[[], None]
) -> None:
    async with asyncio.TaskGroup() as starting:
        for program in programs:
            starting.create_task(_start(program, children))
    when_ready()
    async with asyncio.TaskGroup() as keeping:
        for child in children:
            keeping.create_task(child.keep())


async def _stop(children: Sequence[_Child]) -> None:
    first = [asyncio.ensure_future(c.stop()) for c in children if c.program.stops_first]
    if first:
        await asyncio.wait(first, timeout=LAST_WORDS_S)
    others = (child.stop() for child in children if not child.program.stops_first)
    await asyncio.gather(*first, *others)


async def supervise(
    programs: Sequence[Program], stop: asyncio.Event, when_ready: Callable[[], None]
) -> None:
    """Start the programs and keep them running until ``stop`` is set; ``when_ready`` is called once all are.

    Raises StartError when one ends before it was ready for the first time. Leaves no process behind.
    """
    children: list[_Child] = []
    running = asyncio.ensure_future(_start_and_keep(programs, children, when_ready))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    except* StartError as failures:
        raise failures.exceptions[0] from None
    finally:
        running.cancel()
        stopping.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await _stop(children)


def supervise_until_told(programs: Sequence[Program], when_ready: Callable[[], None]) -> None:
    """Keep the programs running until SIGTERM or SIGINT comes. Raises StartError."""

    async def _until_told() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await supervise(programs, stop, when_ready)

    asyncio.run(_until_told())
