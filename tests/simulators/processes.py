"""``infusion-simulate`` as a process."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

_started: list[Process] = []


async def simulate(*arguments: str, queue: Path, token: str = "t1", wait: bool = True) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulators",
        *arguments,
        env={
            **os.environ,
            "INFUSION_SIMULATE_TOKEN": token,
            "INFUSION_SIMULATE_QUEUE": str(queue),
        },
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    _started.append(process)
    if wait:
        await asyncio.wait_for(process.wait(), 30)
    return process


async def output(process: Process, within_s: float = 30) -> tuple[str, str]:
    stdout, stderr = await asyncio.wait_for(process.communicate(), within_s)
    return stdout.decode(), stderr.decode()


def kill_started() -> None:
    """End what a failed test left behind."""
    for process in _started:
        if process.returncode is None:
            process.kill()
    _started.clear()
