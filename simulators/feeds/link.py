"""One device's connection: it says hello, sends what is queued, takes acknowledgements, and comes back."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from monitor.wire.base import InvalidMessageError, milliseconds
from monitor.wire.device import (
    SUBPROTOCOL,
    Ack,
    Error,
    SessionChanged,
    Welcome,
    parse_to_device,
)
from simulators.feeds.address import Address, Tally
from simulators.feeds.clock import DeviceClock
from simulators.feeds.disturbances import Frame, Network
from simulators.feeds.frames import readings_text
from simulators.feeds.queue import FrameQueue
from simulators.feeds.tasks import cancel

WELCOME_WITHIN_S = 10.0
_BACKOFF_S = (0.2, 2.0)
_CLOCK_STEP_MS = 2000
_AT_A_TIME = 50
_AT_ONCE_S = 0.2
"""A frame that leaves within so many real seconds was sent when it was measured, as far as a simulated device knows."""
_FINAL_REFUSALS = {
    401: "the gateway does not know this token (401)",
    403: "this device's token is revoked (403)",
}
_FINAL_CLOSES = {
    4000: "replaced by a newer connection of the same device (4000)",
    4003: "this device was revoked (4003)",
}


class FeedRefusedError(RuntimeError):
    """The gateway will not have this device; trying again would not help."""


class _SetAnewError(RuntimeError):
    """What the hello said is no longer so: it is said again on a new connection."""


@dataclass(slots=True)
class Link:
    """Sends the queue of one device to the gateway.

    ``hello`` gives the first frame's text for a time of sending. ``say`` takes one line of progress. ``patience_s``
    ends the link when no gateway ever answered for that long (real seconds; None: never). ``welcomed`` is set once the
    clock is the gateway's; ``stepped_ms`` is how far later welcomes have moved the clock. ``network`` is what the
    frames go through, ``second`` how late it is for it. ``connected``: there is a connection that was welcomed.
    """

    address: Address
    queue: FrameQueue
    clock: DeviceClock
    hello: Callable[[int], str]
    say: Callable[[str], None]
    patience_s: float | None = None
    tally: Tally = field(default_factory=Tally)
    welcomed: asyncio.Event = field(default_factory=asyncio.Event)
    stepped_ms: int = 0
    network: Network | None = None
    second: float = 0.0
    connected: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _unsent: deque[int] = field(default_factory=deque)
    _measured: dict[int, int] = field(default_factory=dict)
    _asides: list[str] = field(default_factory=list)
    _ending: bool = False
    _trouble: str = ""

    def send(self, seq: int, measured_at: int) -> None:
        """A frame was queued, measured at this time of the clock."""
        self._unsent.append(seq)
        self._measured[seq] = measured_at
        self._news.set()

    def go_on(self, second: float, aside: str | None = None) -> None:
        """It is this second now; ``aside`` is sent where there is a connection, and forgotten where there is none."""
        self.second = second
        if aside is not None:
            self._asides = [aside]
        if self.network is not None:
            self._news.set()

    def end(self) -> None:
        """Nothing more will be queued: ``run`` returns when everything is acknowledged."""
        self._ending = True
        self._news.set()

    async def run(self) -> None:
        """Keep a connection until there is nothing more to send; raises FeedRefusedError."""
        began = asyncio.get_running_loop().time()
        delay = _BACKOFF_S[0]
        while not self._is_done():
            trouble = await self._attempt() if self._is_up() else "the network is cut"
            if trouble is None:
                delay = _BACKOFF_S[0]
            else:
                self._tell_once(trouble)
                self._keep_patience(asyncio.get_running_loop().time() - began, trouble)
            if self._is_done():
                return
            await asyncio.sleep(delay * random.uniform(0.7, 1.3))
            delay = min(delay * 2, _BACKOFF_S[1])

    def _is_up(self) -> bool:
        return self.network is None or self.network.is_up(self.second)

    def _is_done(self) -> bool:
        return self._ending and not self.queue.pending

    def _keep_patience(self, waited_s: float, trouble: str) -> None:
        never_welcomed = not self.welcomed.is_set()
        if never_welcomed and self.patience_s is not None and waited_s > self.patience_s:
            raise FeedRefusedError(f"no gateway answers at {self.address.url}: {trouble}")

    async def _attempt(self) -> str | None:
        """One connection from beginning to end; what went wrong, None after a connection that had been welcomed."""
        welcomed = False
        try:
            async with connect(
                self.address.url,
                additional_headers={"Authorization": f"Bearer {self.address.token}"},
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                compression=None,
                proxy=None,
                close_timeout=1,
            ) as socket:
                await self._enter(socket)
                welcomed = True
                self.connected = True
                await self._converse(socket)
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            if status in _FINAL_REFUSALS:
                raise FeedRefusedError(_FINAL_REFUSALS[status]) from None
            return f"the gateway answered HTTP {status}"
        except ConnectionClosed as closed:
            trouble = self._why_closed(closed)
            return None if welcomed else trouble
        except _SetAnewError:
            return None
        except TimeoutError:
            return f"{self.address.url} does not answer"
        except OSError as error:
            return f"no connection to {self.address.url} ({error.strerror or error})"
        except (InvalidHandshake, InvalidMessageError) as error:
            return f"{self.address.url} is no device feed: {error}"
        finally:
            self.connected = False
        return None

    def _why_closed(self, closed: ConnectionClosed) -> str:
        code = closed.rcvd.code if closed.rcvd else 1006
        if code in _FINAL_CLOSES:
            raise FeedRefusedError(_FINAL_CLOSES[code]) from None
        reason = closed.rcvd.reason if closed.rcvd else ""
        trouble = f"the connection closed ({code}{': ' if reason else ''}{reason})"
        self._tell_once(trouble)
        return trouble

    async def _enter(self, socket: ClientConnection) -> None:
        """Say hello, take the gateway's clock, and learn what it has already."""
        await socket.send(self.hello(self.clock.now() + self.clock.error_ms))
        async with asyncio.timeout(WELCOME_WITHIN_S):
            welcome = await _welcome(socket)
        step = self.clock.set(
            milliseconds(datetime.fromisoformat(welcome.server_time)), welcome.clock_speed
        )
        stream = self.queue.stream
        self.tally.resumed += self.queue.resume(welcome.last_seq)
        if self.queue.stream != stream or step < -_CLOCK_STEP_MS:
            # The hello named a stream that is not ours any more, or a time that would count as this connection's
            # least delay: say it again on a new connection.
            raise _SetAnewError
        if self.welcomed.is_set() and abs(step) > _CLOCK_STEP_MS:
            self.stepped_ms += step
        self.welcomed.set()
        self._unsent = deque(self.queue.pending)
        self._measured.clear()
        self._trouble = ""
        kept = f", {len(self._unsent)} frames kept" if self._unsent else ""
        where = f"{_named('room', welcome.room)}, {_named('session', welcome.session)}"
        self.say(f"{self.address.name}: connected, {where}{kept}")

    async def _converse(self, socket: ClientConnection) -> None:
        receiving = asyncio.create_task(self._receive(socket))
        receiving.add_done_callback(lambda _: self._news.set())
        try:
            while not receiving.done():
                self._news.clear()
                if not self._is_up():
                    raise _SetAnewError
                await self._send_all(socket, receiving)
                if self._is_done():
                    return
                await self._news.wait()
            receiving.result()
        finally:
            if self.network is not None:
                self.network.cut()
            await cancel(receiving)

    async def _send_all(self, socket: ClientConnection, receiving: asyncio.Task[None]) -> None:
        asides, self._asides = self._asides, []
        for text in asides:
            await socket.send(text)
        while not receiving.done():
            unsent = [self._unsent.popleft() for _ in range(min(len(self._unsent), _AT_A_TIME))]
            pending = self.queue.pending
            frames = [Frame(seq, pending[seq]) for seq in unsent if seq in pending]
            if self.network is not None:
                frames = self.network.carry(self.second, frames)
            for frame in frames:
                await socket.send(self._written(frame))
            if not self._unsent:
                return

    def _written(self, frame: Frame) -> str:
        if not frame.seq:
            return frame.text
        now, measured_at = self.clock.now(), self._measured.pop(frame.seq, None)
        at_once = (
            measured_at is not None and now - measured_at <= _AT_ONCE_S * 1000 * self.clock.speed
        )
        sent_at = measured_at if measured_at is not None and at_once else now
        return readings_text(frame.seq, sent_at + self.clock.error_ms, frame.text)

    async def _receive(self, socket: ClientConnection) -> None:
        while True:
            match parse_to_device(await socket.recv()):
                case Ack() as ack:
                    self._take_ack(ack)
                case Error() as error:
                    self._take_error(error)
                case SessionChanged(session=session):
                    self.say(f"{self.address.name}: {_named('session', session)}")
                case _:
                    # A device ignores types it does not know.
                    pass

    def _take_ack(self, ack: Ack) -> None:
        self.tally.frames += self.queue.acknowledge(ack.seq)
        self.tally.stored += ack.stored
        self.tally.rejected += len(ack.rejected)
        for reading in ack.rejected:
            self.say(
                f"{self.address.name}: rejected frame {reading.seq} reading {reading.index}: "
                f"{reading.code}: {reading.message}"
            )
        if self._ending:
            self._news.set()

    def _take_error(self, error: Error) -> None:
        dropped = error.seq is not None and self.queue.drop(error.seq)
        self.tally.errors += 1
        frame = f"frame {error.seq} dropped" if dropped else "refused"
        self.say(f"{self.address.name}: {frame}: {error.code}: {error.message}")
        self._news.set()

    def _tell_once(self, trouble: str) -> None:
        """Say what is wrong when it begins or changes, not at every attempt."""
        if trouble != self._trouble:
            self._trouble = trouble
            self.say(f"{self.address.name}: {trouble}; trying again")


async def _welcome(socket: ClientConnection) -> Welcome:
    while True:
        message = parse_to_device(await socket.recv())
        if isinstance(message, Welcome):
            return message
        if isinstance(message, Error):
            raise InvalidMessageError(f"hello was refused: {message.message}")


def _named(what: str, name: str | None) -> str:
    return f"no {what}" if name is None else f"{what} {name}"
