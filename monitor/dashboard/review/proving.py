"""Proves the record of a session as ``infusion-monitor verify`` does, in a process of its own that stands back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

LONGEST_S = 120.0
"""Whoever wants an older session of a larger record proven has the command, which takes the time that it takes."""
_COURTESY = 15
"""How far behind the live pages the process stands, of 19."""


class Standing(StrEnum):
    """What is known of a record after it was looked at."""

    PROVEN = "proven"
    ALTERED = "altered"
    UNKNOWN = "unknown"


class Proof(NamedTuple):
    """What was found. ``message`` is the first fault, or why nothing was found out; both in English."""

    standing: Standing
    seal: str = ""
    batch: int | None = None
    message: str = ""
    alarms_derived: bool = False


class Prover:
    """Over the record in ``directory``. For one event loop."""

    def __init__(self, directory: Path, *, longest_s: float = LONGEST_S) -> None:
        self._directory = directory
        self._longest_s = longest_s
        self._one_at_a_time = asyncio.Semaphore(1)
        self._asked: dict[str, asyncio.Task[Proof]] = {}

    async def prove(self, session_id: str) -> Proof:
        """Look at the record now. Who asks while it is being looked at hears the same answer."""
        asked = self._asked.get(session_id)
        if asked is None:
            asked = asyncio.create_task(self._proven(session_id))
            self._asked[session_id] = asked
            asked.add_done_callback(lambda _: self._asked.pop(session_id, None))
        # Whoever leaves the page takes nobody else's answer along.
        return await asyncio.shield(asked)

    async def _proven(self, session_id: str) -> Proof:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(self._longest_s):
                    return await self._verified(session_id)
            except TimeoutError:
                return Proof(Standing.UNKNOWN, message=f"not done after {self._longest_s:g} s")
            except OSError as error:
                return Proof(Standing.UNKNOWN, message=str(error))

    async def _verified(self, session_id: str) -> Proof:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monitor.lifeline", "monitor"),
            *("--data", str(self._directory), "verify", "--json", "--", session_id),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _COURTESY)
        try:
            told, said = await _heard(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return _proof(told, said)


async def _heard(process: Process) -> tuple[bytes, bytes]:
    # Not communicate(): that may close standard input, by which the process knows that somebody waits for it.
    told, said = await asyncio.gather(_whole(process.stdout), _whole(process.stderr))
    await process.wait()
    return told, said


async def _whole(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


def _proof(told: bytes, said: bytes) -> Proof:
    try:
        found: dict[str, Any] = json.loads(told)
    except ValueError:
        why = said.decode(errors="replace").strip()
        logging.getLogger(__name__).warning("a record was not proven: %s", why)
        return Proof(Standing.UNKNOWN, message=why.rpartition("\n")[2])
    seal = str(found["seal"]).partition(" ")[2]
    fault = found["fault"]
    if fault is not None:
        return Proof(Standing.ALTERED, seal, fault["batch"], fault["message"])
    return Proof(Standing.PROVEN, seal, alarms_derived=bool(found["alarms_derived"]))
