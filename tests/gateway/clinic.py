"""What the gateway's tests have in common: a clinic on disk, its gateway, and those who talk to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from monitor import identity
from monitor.gateway.clock import SystemClock
from monitor.gateway.core import Core
from monitor.gateway.limits import Limits
from monitor.gateway.origins import Pages
from monitor.gateway.passwords import Passwords
from monitor.gateway.routes import Routes
from monitor.gateway.server import ListensAt, serve_gateway
from monitor.service.batches import Batch, Commit
from monitor.service.keeping_ports import RecordCare
from monitor.service.monitor import Monitor
from monitor.service.ports import Clock, JournalUnavailableError, Page
from monitor.service.protocols import load_protocols
from monitor.service.restore import restore
from monitor.storage import open_journal, open_records
from monitor.storage.journal import SqliteJournal
from monitor.wire import orders
from monitor.wire.base import rfc3339
from monitor.wire.device import SUBPROTOCOL

CREDENTIAL = "local-credential"
COOKIE_KEY = b"c" * 32
Json = dict[str, Any]


class DisturbedJournal:
    """The real journal, with a disk that is full while ``is_full``."""

    def __init__(self, journal: SqliteJournal) -> None:
        self.is_full = False
        self.failures = 0
        self._journal = journal

    def commit(self, batch: Batch) -> Commit:
        if self.is_full:
            self.failures += 1
            raise JournalUnavailableError("database or disk is full")
        return self._journal.commit(batch)

    def compact(self, now: int) -> bool:
        return self._journal.compact(now)

    def close(self) -> None:
        self._journal.close()


class QuickHasher:
    """Password hashes without argon2's seconds."""

    def hash(self, password: str) -> str:
        return f"hash of {len(password)} characters"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == self.hash(password)


class JumpingClock(SystemClock):
    """Real time that a test may let jump ahead."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead_ms = 0

    def now(self) -> int:
        return super().now() + self._ahead_ms

    def jump(self, seconds: float) -> None:
        self._ahead_ms += round(seconds * 1000)


class RecordingPager:
    """Keeps what would leave the house."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.trouble = ""
        self.failed = self.waiting = 0

    @property
    def sent(self) -> int:
        return len(self.pages)

    def submit(self, page: Page) -> None:
        self.pages.append(page)

    def problem(self) -> str:
        return self.trouble

    def close(self) -> None:
        """There is nothing to stop."""


class CalmKeeper:
    """Looks after the record as the test says."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    def care(self) -> RecordCare:
        return RecordCare(self.problems, 3600.0, 50 * 10**9, None, None)


class Clinic:
    """A data directory with its gateway; open and close as often as you like."""

    journal: DisturbedJournal
    monitor: Monitor
    port: int

    def __init__(
        self,
        directory: Path,
        *,
        simulated: bool = False,
        limits: Limits | None = None,
        pages: Pages | None = None,
    ) -> None:
        self.directory = directory
        self.limits = limits
        self.pages = pages or Pages()
        self.simulated = simulated
        self.clock = JumpingClock()
        self.pager = RecordingPager()
        self.keeper = CalmKeeper()
        self.token = ""
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self, port: int = 0) -> None:
        """Start the gateway; the first time also set the clinic up."""
        self._stop = asyncio.Event()
        self.journal = DisturbedJournal(open_journal(self.directory, b"j" * 32))
        self.records = open_records(self.directory)
        self.monitor = restore(
            self.records, load_protocols(), identity, self.clock.now(), simulated=self.simulated
        )
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(
            serve_gateway(
                self._routes(),
                ListensAt("127.0.0.1", port),
                ready=ready.set_result,
                stop=self._stop,
            )
        )
        self._task.add_done_callback(lambda _: ready.cancel())
        try:
            self.port = await ready
        except asyncio.CancelledError:
            await self.ended()
            raise
        if not self.token:
            await self._furnish()

    def _routes(self) -> Routes:
        core = Core(
            self.monitor,
            self.journal,
            self.clock,
            self.pager,
            self.records,
            self.keeper,
            limits=self.limits,
        )
        return Routes(
            core=core,
            credential=CREDENTIAL,
            cookie_key=COOKIE_KEY,
            passwords=Passwords(QuickHasher()),
            pages=self.pages,
        )

    async def close(self) -> None:
        """Stop the gateway in good order. Raises what it failed with."""
        self._stop.set()
        await self.ended()

    async def ended(self) -> None:
        """Wait until the gateway has ended by itself. Raises what it failed with."""
        task, self._task = self._task, None
        if task is not None:
            try:
                await task
            finally:
                self.records.close()

    def url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What is durable, seen from outside."""
        with contextlib.closing(sqlite3.connect(self.directory / "infusion-monitor.sqlite3")) as db:
            return db.execute(query).fetchall()

    def readings(self) -> int:
        return int(self.rows("SELECT count(*) FROM readings")[0][0])

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and body of a plain HTTP request."""
        return await asyncio.to_thread(self._get, path, headers)

    async def health(self) -> tuple[int, Json]:
        status, body = await self.get("/healthz")
        return status, json.loads(body)

    async def order(self, order: orders.Order, operator: str | None = "console:root") -> Json:
        """Give one order on ``/orders``; its result."""
        async with self.orders() as socket:
            return await ask(socket, order, operator)

    @asynccontextmanager
    async def orders(self, credential: str = CREDENTIAL) -> AsyncIterator[ClientConnection]:
        async with connect(
            self.url("/orders"), additional_headers=bearer(credential), proxy=None
        ) as socket:
            yield socket

    @asynccontextmanager
    async def screen(
        self,
        operator: str | None = "Kari",
        *,
        station: str = "",
        holder: str = "Kari",
        sign_in: str = "",
        subscribe: bool = True,
        **options: Any,
    ) -> AsyncIterator[Screen]:
        """A screen of an operator or, with none, of a locked ``station`` that ``holder`` left; subscribed."""
        cookies = ["theme=dark"]
        if operator is not None:
            proof = identity.sign_cookie(COOKIE_KEY, operator, sign_in=sign_in)
            cookies.append(f"{identity.COOKIE_NAME}={proof}")
        if station:
            left = identity.new_station("en", identity.holder_tag(COOKIE_KEY, holder))
            signed = identity.sign_station(COOKIE_KEY, left._replace(id=station))
            cookies.append(f"{identity.STATION_COOKIE_NAME}={signed}")
        headers = {
            "Origin": f"http://127.0.0.1:{self.port + 1}",
            "Cookie": "; ".join(cookies),
        }
        async with connect(
            self.url("/live"), additional_headers=headers, proxy=None, **options
        ) as socket:
            screen = Screen(socket)
            if subscribe:
                await screen.say({"type": "subscribe", "screen": str(uuid4())})
            yield screen

    @asynccontextmanager
    async def device(
        self, token: str | None = None, stream: str | None = None, *, hello: bool = True
    ) -> AsyncIterator[Feed]:
        """A connected device that has said hello and was welcomed."""
        async with connect(
            self.url("/device"),
            additional_headers=bearer(self.token if token is None else token),
            subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
            proxy=None,
            max_queue=None,
        ) as socket:
            feed = Feed(socket, self.clock, stream or str(uuid4()))
            if hello:
                await feed.hello()
            yield feed

    async def _furnish(self) -> None:
        await self.order(orders.AddRoom(name="1"))
        added = await self.order(
            orders.AddDevice(room="1", name="bedside", simulated=self.simulated)
        )
        self.token = added["result"]["token"]
        kari = orders.AddOperator(name="Kari", role="nurse", password="long enough")
        assert (await self.order(kari))["ok"]

    def _get(self, path: str, headers: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read().decode()


class Talker:
    """One end of a socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, message: object) -> None:
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def hear(self, *types: str) -> Json:
        """The next message of one of these types; of any type when none is given."""
        async with asyncio.timeout(10):
            while True:
                message: Json = json.loads(await self.socket.recv())
                if not types or message["type"] in types:
                    return message

    async def closed_with(self) -> int | None:
        """The code with which the gateway closes, after whatever it still says."""
        try:
            async with asyncio.timeout(15):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else None


class Feed(Talker):
    """A device."""

    def __init__(self, socket: ClientConnection, clock: Clock, stream: str) -> None:
        super().__init__(socket)
        self.stream = stream
        self.welcome: Json = {}
        self._clock = clock

    async def hello(self) -> None:
        await self.say({"type": "hello", "stream": self.stream, "sent_at": self.now()})
        self.welcome = await self.hear("welcome")

    async def readings(self, seq: int, *values: float | None, metric: str = "pulse_rate") -> None:
        await self.say(self.frame(seq, *values, metric=metric))

    def frame(self, seq: int, *values: float | None, metric: str = "pulse_rate") -> str:
        now = self.now()
        readings = [{"metric": metric, "value": v, "measured_at": now} for v in values]
        return json.dumps({"type": "readings", "seq": seq, "sent_at": now, "readings": readings})

    async def ack(self) -> Json:
        return await self.hear("ack")

    def now(self) -> str:
        return rfc3339(self._clock.now())


class Screen(Talker):
    """A screen; ``snapshot`` waits for one."""

    async def snapshot(self) -> Json:
        return await self.hear("snapshot")

    async def order(self, order: orders.Order) -> Json:
        return await ask(self.socket, order, None)


async def ask(socket: ClientConnection, order: orders.Order, operator: str | None) -> Json:
    """Send an order and wait for its result."""
    message = orders.OrderMessage(order_id=uuid4(), operator=operator, order=order)
    await socket.send(message.model_dump_json())
    return await Talker(socket).hear("order_result")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
