"""The desk's socket on this machine: one JSON text for each request, one for its answer."""

from __future__ import annotations

import asyncio
import hmac
import http
import json
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from simulators.desk.asked import NotDoneError, read
from simulators.desk.desk import Desk
from simulators.desk.kept import Kept, KeptError, read_kept, write_privately

_LONGEST_REQUEST = 64 * 1024


async def run_desk(
    control: Path, url: str, rooms: Sequence[Kept], say: Callable[[str], None]
) -> None:
    """Be the desk until SIGTERM or SIGINT. ``control`` is written: where it listens, and what lets a program in.

    The rooms of an earlier process that was killed go on; without any, ``rooms`` begin. A desk that is told to stop
    leaves nothing but the queues of its devices. Raises KeptError, ScenarioError and OSError.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    rooms_file = control.with_name(f"{control.stem}-rooms.json")
    queues = control.with_name(f"{control.stem}-queues")
    with _alone(control, queues):
        earlier = read_kept(rooms_file)
        desk = Desk(url, queues, rooms_file, say)
        desk.open(rooms if earlier is None else earlier)
        async with open_door(desk, control):
            await stop.wait()
            await desk.close()
        rooms_file.unlink(missing_ok=True)


@asynccontextmanager
async def open_door(desk: Desk, control: Path) -> AsyncIterator[None]:
    """Let programs in that can read ``control``, for the length of the block."""
    credential = secrets.token_urlsafe(32)

    def admit(connection: ServerConnection, request: Request) -> Response | None:
        if "Origin" in request.headers:
            return connection.respond(http.HTTPStatus.FORBIDDEN, "this is not for browsers\n")
        given = request.headers.get("Authorization", "").encode()
        if hmac.compare_digest(given, f"Bearer {credential}".encode()):
            return None
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "the credential is wanted\n")

    async def converse(socket: ServerConnection) -> None:
        try:
            while True:
                await socket.send(json.dumps(await _answered(desk, await socket.recv())))
        except ConnectionClosed:
            return

    async with serve(
        *(converse, "127.0.0.1", 0),
        process_request=admit,
        max_size=_LONGEST_REQUEST,
        compression=None,
        close_timeout=1,
    ) as server:
        port = server.sockets[0].getsockname()[1]
        note = {"pid": os.getpid(), "url": f"ws://127.0.0.1:{port}", "credential": credential}
        with _written(control, json.dumps(note).encode()):
            yield


@contextmanager
def _alone(control: Path, queues: Path) -> Iterator[None]:
    """Be the only desk there: a second one would take the first one's rooms and files for its own."""
    queues.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(queues / "desk.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise KeptError(f"another desk has {control}") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _written(file: Path, content: bytes) -> Iterator[None]:
    write_privately(file, content)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


async def _answered(desk: Desk, text: str | bytes) -> dict[str, Any]:
    number: object = None
    try:
        written = _parsed(text)
        number = written.get("id")
        return {"id": number, "ok": True, **await desk.answer(read(written))}
    except NotDoneError as refusal:
        return {"id": number, "ok": False, "field": refusal.field, "message": refusal.message}
    except OSError as error:
        words = f"the desk cannot keep its rooms on disk: {error.strerror}"
        return {"id": number, "ok": False, "field": None, "message": words}


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        written = json.loads(text)
    except ValueError:
        raise NotDoneError("a request is one JSON text") from None
    if not isinstance(written, dict):
        raise NotDoneError("a request is a JSON object")
    return written
