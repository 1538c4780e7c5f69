"""Asks the doctor, in a process of its own: pages do not read the files of the data directory."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress
from pathlib import Path

from monitor.service.findings import FINDINGS, Finding

LONGEST_S = 30.0
_COURTESY = 15


class NotExaminedError(RuntimeError):
    """Nobody knows how things stand; the message is the doctor's own last line."""


class Examiner:
    """Over one data directory; one examination at a time."""

    def __init__(self, directory: Path, *, longest_s: float = LONGEST_S) -> None:
        self._directory = directory
        self._longest_s = longest_s
        self._one_at_a_time = asyncio.Semaphore(1)

    async def examine(self) -> list[Finding]:
        """How things stand now. Raises NotExaminedError."""
        said = b""
        try:
            async with self._one_at_a_time, asyncio.timeout(self._longest_s):
                told, said = await self._asked()
            return [
                Finding(row["code"], row["values"])
                for row in json.loads(told)
                if row["code"] in FINDINGS
            ]
        except TimeoutError:
            raise NotExaminedError(f"not done after {self._longest_s:g} s") from None
        except OSError as error:
            raise NotExaminedError(str(error)) from error
        except ValueError:
            why = said.decode(errors="replace").strip().rpartition("\n")[2]
            logging.getLogger(__name__).warning("the data directory was not examined: %s", why)
            raise NotExaminedError(why) from None

    async def _asked(self) -> tuple[bytes, bytes]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monitor.lifeline", "monitor"),
            *("--data", str(self._directory), "doctor", "--json"),
            # Held open while it runs: by it the process knows that somebody waits.
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _COURTESY)
        try:
            told, said = await asyncio.gather(_whole(process.stdout), _whole(process.stderr))
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return told, said


async def _whole(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()
