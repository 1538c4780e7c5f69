"""A gateway of the check's own: a process on a directory that passes, spoken to as anybody would."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from monitor.wire.base import milliseconds, rfc3339
from monitor.wire.device import SUBPROTOCOL, Ack, Error, Welcome, parse_to_device
from monitor.wire.orders import OrderResult
from simulators.check.counterpart import Answer, CheckError, Heard, Record
from simulators.check.screen import WatchingScreen, watching

PACE = 100
"""The gateway is told that its clock is taken on about so many times as fast as real time."""
_START_S = 60.0
_STOP_S = 10.0
_ANSWER_S = 60.0
_LOOK_EVERY_S = 0.05
_CONSOLE = "console:infusion-simulate"
_SETTINGS = "INFUSION_MONITOR_"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it


@asynccontextmanager
async def own_gateway() -> AsyncIterator[OwnGateway]:
    """A gateway for the length of the block; nothing of it stays. Raises CheckError."""
    with tempfile.TemporaryDirectory(prefix="infusion-simulate-check-", dir=_memory()) as passing:
        data = Path(passing) / "data"
        async with (
            _process(data, Path(passing) / "gateway.log") as process,
            AsyncExitStack() as opened,
        ):
            yield await _opened(data, process, opened)


class OwnGateway:
    """See ``Counterpart``."""

    def __init__(
        self,
        data: Path,
        address: dict[str, Any],
        screen: WatchingScreen,
        orders: ClientConnection,
        steps: ClientConnection,
    ) -> None:
        self.now = 0
        self._data = data
        self._address = address
        self._screen = screen
        self._orders = orders
        self._steps = steps

    async def begin(self) -> None:
        """Learn how late it is: the clock tells whoever asks for a time that is past."""
        answer = await self._ask(rfc3339(0))
        self.now = milliseconds(datetime.fromisoformat(answer["now"]))

    async def advance(self, to: int) -> None:
        """See ``Counterpart``."""
        if to > self.now:
            answer = await self._ask(rfc3339(to))
            if "error" in answer:
                raise CheckError(f"the gateway's clock: {answer['error']}")
            self.now = to

    async def order(self, order: dict[str, Any], by: str) -> Answer:
        """See ``Counterpart``."""
        message = {"type": "order", "order_id": str(uuid4()), "operator": by or _CONSOLE}
        await self._orders.send(json.dumps({**message, "order": order}))
        async with asyncio.timeout(_ANSWER_S):
            result = OrderResult.model_validate_json(await self._orders.recv())
        return Answer(result.ok, result.message or result.code, result.result)

    async def connect(self, token: str, hello: str) -> DeviceLine:
        """See ``Counterpart``."""
        socket = await connect(
            f"{self._address['url']}/device",
            additional_headers={"Authorization": f"Bearer {token}"},
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            proxy=None,
            close_timeout=1,
        )
        line = DeviceLine(socket)
        await line.greet(hello)
        return line

    async def record(self, session: str, *, readings: bool) -> Record:
        """See ``Counterpart``."""
        await self._screen.catch_up()
        phase, number = self._screen.sessions.get(session, ("", 0))
        rows = await self._exported(session) if readings else []
        return Record(phase, number, self._screen.alarms_of(session), rows)

    def problem(self) -> str:
        """Why the gateway says that it is not well; empty when it is."""
        address = self._address["url"].replace("ws://", "http://", 1)
        try:
            with urlopen(f"{address}/healthz", timeout=_ANSWER_S) as answer:  # noqa: S310 - our own gateway
                health = json.load(answer)
        except HTTPError as error:
            health = json.load(error)
        return "" if health["status"] == "ok" else ", ".join(health.get("reasons", ["degraded"]))

    async def _ask(self, moment: str) -> dict[str, str]:
        await self._steps.send(moment)
        async with asyncio.timeout(_ANSWER_S):
            answer: dict[str, str] = json.loads(await self._steps.recv())
        return answer

    async def _exported(self, session: str) -> list[dict[str, str]]:
        file = self._data.parent / f"{session}.csv"
        await self._command("export", session, "--format", "csv", "--out", str(file))
        with file.open(newline="") as written:
            return list(csv.DictReader(written))

    async def _command(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monitor", "--data", str(self._data), *arguments),
            env=_environment(),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
        told, said = await process.communicate()
        if process.returncode:
            raise CheckError(f"{' '.join(arguments)}: {said.decode().strip()}")
        return told.decode()


class DeviceLine:
    """See ``Line``."""

    def __init__(self, socket: ClientConnection) -> None:
        self.last_seq = 0
        self._socket = socket
        self._readings = 0
        self._garbage = 0

    async def greet(self, hello: str) -> None:
        """Say hello and hear the welcome."""
        await self._socket.send(hello)
        while not isinstance(message := await self._hear(), Welcome):
            if isinstance(message, Error):
                raise CheckError(f"a device's hello was refused: {message.message}")
        self.last_seq = message.last_seq

    async def send(self, texts: Sequence[str], *, readings: int, garbage: int) -> None:
        """See ``Line``."""
        self._readings += readings
        self._garbage += garbage
        for text in texts:
            await self._socket.send(text)

    async def settle(self, heard: Heard) -> None:
        """See ``Line``."""
        while self._readings > 0 or self._garbage > 0:
            match await self._hear():
                case Ack() as ack:
                    heard.stored += ack.stored
                    heard.rejected += len(ack.rejected)
                    self._readings -= ack.stored + len(ack.rejected)
                case Error() as error:
                    heard.refused += 1
                    self._garbage -= 1
                    if not self._garbage >= 0:
                        raise CheckError(f"a frame was refused: {error.message}")
                case _:
                    # What else a gateway tells a device asks for no answer.
                    pass

    async def close(self) -> None:
        """See ``Line``."""
        await self._socket.close()

    async def _hear(self) -> object:
        try:
            async with asyncio.timeout(_ANSWER_S):
                return parse_to_device(await self._socket.recv())
        except (TimeoutError, WebSocketException) as error:
            raise CheckError(
                f"a device was not answered: {type(error).__name__} {error}"
            ) from error


def _memory() -> str | None:
    """Where files are kept in memory: nothing of a check stays, so nothing of it need wait for a disk."""
    return str(_SHARED_MEMORY) if os.access(_SHARED_MEMORY, os.W_OK) else None


@asynccontextmanager
async def _process(data: Path, log: Path) -> AsyncIterator[Process]:
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monitor.lifeline", "monitor", "gateway"),
            *("--simulated", "--stepped", "--speed", str(PACE)),
            *("--data", str(data), "--host", "127.0.0.1", "--gateway-port", "0"),
            env=_environment(),
            # Open for as long as this process lives: the gateway ends with it, however it ends.
            stdin=PIPE,
            stdout=written,
            stderr=written,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _opened(data: Path, process: Process, opened: AsyncExitStack) -> OwnGateway:
    address = await _address(data, process)
    credential = {"Authorization": f"Bearer {address['credential']}"}
    orders, steps, live = [
        await opened.enter_async_context(
            connect(
                f"{address['url']}/{path}",
                additional_headers=credential,
                proxy=None,
                # A ward's snapshot at the end of a long day.
                max_size=None,
            )
        )
        for path in ("orders", "clock", "live")
    ]
    screen = await opened.enter_async_context(watching(live))
    gateway = OwnGateway(data, address, screen, orders, steps)
    await gateway.begin()
    return gateway


async def _address(data: Path, process: Process) -> dict[str, Any]:
    """What the gateway writes once it listens. Raises CheckError."""
    file = data / "gateway.json"
    async with asyncio.timeout(_START_S):
        while not file.exists():
            if process.returncode is not None:
                log = data.parent / "gateway.log"
                raise CheckError(f"the gateway did not start: {log.read_text(errors='replace')}")
            await asyncio.sleep(_LOOK_EVERY_S)
    address: dict[str, Any] = json.loads(file.read_text())
    return address


def _environment() -> dict[str, str]:
    """Ours, without the settings that are meant for somebody's own monitor."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
