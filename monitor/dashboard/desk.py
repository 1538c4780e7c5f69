"""The simulator desk of a simulated directory: asked over its local socket, one short connection for each question."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

LOOK_TIMEOUT_S = 1.5
"""Shorter than a screen waits for the dashboard, so that it hears why."""
WORK_TIMEOUT_S = 8.0
"""For what is done, not only told: a feed that is stopped sends first what it still has."""
RECORD_LIMIT = 16 * 1024 * 1024
"""Of one answer in bytes: a scenario file of a long day fits."""

_ANSWER: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class DeskUnreachableError(RuntimeError):
    """The desk gave no answer; what it simulated may run or not."""


class DeskRefusedError(RuntimeError):
    """The desk would not; ``field`` names the part of the question that was wrong, or is empty."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class _DeskAddress(NamedTuple):
    url: str
    credential: str


class DeskSocket:
    """Asks the desk that the file names at that moment, so that one that was started again is found at once."""

    def __init__(self, desk_file: Path, look_timeout_s: float = LOOK_TIMEOUT_S) -> None:
        self._desk_file = desk_file
        self._look_timeout_s = look_timeout_s

    async def ask(self, do: str, **given: Any) -> dict[str, Any]:
        """The desk's answer. Raises DeskUnreachableError and DeskRefusedError."""
        address = _read_address(self._desk_file)
        timeout_s = self._look_timeout_s if do == "state" else WORK_TIMEOUT_S
        try:
            answer = await _exchange(address, json.dumps({"id": 1, "do": do, **given}), timeout_s)
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            raise DeskUnreachableError(f"{type(error).__name__}: {error}") from error
        if not answer.get("ok"):
            raise DeskRefusedError(str(answer.get("message", "")), str(answer.get("field") or ""))
        return answer


async def _exchange(address: _DeskAddress, question: str, timeout_s: float) -> dict[str, Any]:
    async with (
        asyncio.timeout(timeout_s),
        connect(
            address.url,
            additional_headers={"Authorization": f"Bearer {address.credential}"},
            compression=None,
            max_size=RECORD_LIMIT,
            # A proxy of the environment must never stand between two processes of one machine.
            proxy=None,
            close_timeout=0.2,
        ) as socket,
    ):
        await socket.send(question)
        return _ANSWER.validate_json(await socket.recv())


def _read_address(path: Path) -> _DeskAddress:
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        return _DeskAddress(str(note["url"]), str(note["credential"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DeskUnreachableError("no desk has written its address") from error
