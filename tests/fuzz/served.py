"""A gateway in a process of its own: real sockets, a real journal; ``python -m tests.fuzz.served FOLDER``.

It says its port and a device's token as one line of JSON, and stops in good order when its stdin ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from monitor.gateway.limits import Limits
from monitor.gateway.server import settle_memory
from monitor.logs import log_libraries_to_stderr, log_to_stderr
from tests.gateway.clinic import Clinic

UNLIMITED = Limits(
    device_frames_per_s=1e6,
    screen_frames_per_s=1e6,
    snapshots_per_minute=1e9,
    orders_per_minute=10**9,
)
"""What is asked here is whether each answer is right; the limits have tests of their own."""
STOPS_WITHIN_S = 120


@dataclass(slots=True)
class Served:
    """The gateway's process, and its clinic as those who talk to it see it."""

    clinic: Clinic
    pid: int

    def memory_mb(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def busy_s(self) -> float:
        """Processor time it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def served(folder: Path, log: Path, token: str = "") -> AsyncIterator[Served]:
    """Run one for as long as this takes; it must end with code 0. ``token`` of an older run of the same folder."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fuzz.served", str(folder), token),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = json.loads(await process.stdout.readline())
        clinic = Clinic(folder)
        clinic.port, clinic.token = said["port"], said["token"]
        yield Served(clinic, process.pid)
        process.stdin.close()
        async with asyncio.timeout(STOPS_WITHIN_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def serve(folder: Path, token: str) -> None:
    """Serve until stdin ends."""
    clinic = Clinic(folder, limits=UNLIMITED)
    clinic.token = token
    await clinic.open()
    settle_memory()
    sys.stdout.write(json.dumps({"port": clinic.port, "token": clinic.token}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.buffer.read)
    await clinic.close()


def main(folder: Path, token: str) -> None:
    """As the product runs its gateway; only what goes wrong is logged."""
    log_to_stderr("error")
    log_libraries_to_stderr("error")
    uvloop.run(serve(folder, token))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
