"""What is said to a gateway, and the oracle of each answer: what the contract demands is worked out beside it.

A frame that must end its connection ends its conversation; what was left to say is said on the next one.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosed

from monitor.wire.base import InvalidMessageError
from monitor.wire.device import MAX_FRAME_BYTES, Hello, Readings, parse_from_device
from monitor.wire.live import parse_from_screen
from monitor.wire.orders import OrderMessage, parse_order
from tests.gateway.clinic import Clinic, Feed, Screen

TOO_BIG, NOT_HELLO = 1009, 4001
LAST_SEQ = 2**40
PATIENCE_S = 60
WATCHER = "Vera"
"""Whom no frame names, so that none disables her."""
Json = dict[str, Any]
Learn = Callable[[Json], None]


class BrokenContractError(AssertionError):
    """The gateway did what the contract does not allow."""


@dataclass(slots=True)
class Part:
    """Frames that one connection takes, and the code with which the last of them ends it, if it does."""

    frames: list[str] = field(default_factory=list)
    closes: int | None = None

    @property
    def answered(self) -> list[str]:
        """Those after which the connection goes on."""
        return self.frames if self.closes is None else self.frames[:-1]


def parts(frames: list[str], code_of: Callable[[str], int | None]) -> Iterator[Part]:
    """The frames, cut after each one that ends a connection."""
    part = Part()
    for frame in frames:
        part.frames.append(frame)
        part.closes = TOO_BIG if len(frame.encode()) > MAX_FRAME_BYTES else code_of(frame)
        if part.closes is not None:
            yield part
            part = Part()
    if part.frames:
        yield part


def sendable(frame: str) -> str:
    """Text that a websocket carries; a frame of half a character is the library's to refuse."""
    return frame.encode("utf-8", "replace").decode()


# Devices


def ends_a_device(frame: str) -> int | None:
    """A second hello ends a connection; nothing else that can be said in words does."""
    try:
        return NOT_HELLO if isinstance(parse_from_device(frame), Hello) else None
    except InvalidMessageError:
        return None


@dataclass(slots=True)
class Demanded:
    """What a device must be told: each refusal, and how many readings were stored or rejected."""

    refusals: list[tuple[int | None, str, str]] = field(default_factory=list)
    readings: int = 1
    """With the good one at the end."""
    _seqs: set[int] = field(default_factory=set)

    def add(self, frame: str) -> None:
        """One frame of a device that is not a simulated one."""
        try:
            message = parse_from_device(frame)
        except InvalidMessageError as refused:
            self.refusals.append((refused.seq, refused.message, refused.path))
            return
        if not isinstance(message, Readings):
            return
        demo = (i for i, reading in enumerate(message.readings) if reading.status == "demo")
        for index in demo:
            text = f"readings[{index}].status: demo is for simulated devices only"
            self.refusals.append((message.seq, text, f"readings.{index}.status"))
            return
        if message.seq not in self._seqs:
            self._seqs.add(message.seq)
            self.readings += len(message.readings)


async def converse_as_device(
    clinic: Clinic, token: str, frames: list[str], number: int, seen: Counter[str]
) -> None:
    """Hostile frames, then a good one: each refused in turn with its reason, or stored, once."""
    for part in parts(frames, ends_a_device):
        demanded = Demanded()
        for frame in part.answered:
            demanded.add(frame)
        async with clinic.device(token) as feed:
            for frame in part.frames:
                await feed.say(frame)
            if part.closes is None:
                await feed.readings(LAST_SEQ + number, 80)
            await hear_device(feed, demanded, part, seen)
        seen["frames"] += len(part.frames)


async def hear_device(feed: Feed, demanded: Demanded, part: Part, seen: Counter[str]) -> None:
    refusals: list[tuple[int | None, str, str]] = []
    stored = rejected = 0
    try:
        while stored + rejected < demanded.readings or part.closes:
            async with asyncio.timeout(PATIENCE_S):
                answer = json.loads(await feed.socket.recv())
            seen[answer["type"]] += 1
            if answer["type"] == "error":
                check(answer["code"] == "invalid_message", answer)
                refusals.append((answer["seq"], answer["message"], answer["path"]))
                check(refusals == demanded.refusals[: len(refusals)], answer, demanded.refusals)
            elif answer["type"] == "ack":
                stored += answer["stored"]
                rejected += len(answer["rejected"])
                check(stored + rejected <= demanded.readings, answer, demanded.readings)
            else:
                check(answer["type"] == "session", answer)
    except ConnectionClosed as closed:
        heard = None if closed.rcvd is None else closed.rcvd.code
        seen[f"closed {heard}"] += 1
        check(heard == part.closes, f"closed with {heard}, not {part.closes}")
    else:
        check(refusals == demanded.refusals, "refusals", refusals, demanded.refusals)
    seen["readings stored"] += stored
    seen["readings rejected"] += rejected


# Orders


@dataclass(slots=True)
class Answer:
    """The result that a frame must be given: its order's id, or why it is no order."""

    frame: str
    order_id: str | None
    refused: tuple[str, str] | None = None

    def matches(self, said: Json) -> bool:
        """Whether a result is by the contract: of this order, and refused with a code and a sentence or neither."""
        explained = bool(said["code"]) and bool(said["message"])
        if said["type"] != "order_result" or said["order_id"] != self.order_id:
            return False
        if self.refused is not None:
            why = (said["message"], said["field"])
            return not said["ok"] and said["code"] == "invalid_message" and why == self.refused
        return bool(said["ok"] is not explained and (said["ok"] or not said["message"].isspace()))


def answer_to(frame: str, parse: Callable[[str], Any]) -> Answer | None:
    """What a frame must be answered; None where nothing is."""
    try:
        message = parse(frame)
    except InvalidMessageError as refused:
        return Answer(frame, None, (refused.message, refused.path))
    return Answer(frame, str(message.order_id)) if isinstance(message, OrderMessage) else None


def never(_: str) -> None:
    """No order ends a connection."""


async def converse_with_orders(
    clinic: Clinic, frames: list[str], seen: Counter[str], learn: Learn
) -> None:
    """Every order is answered by one result, in the order in which they were given."""
    for part in parts(frames, never):
        async with clinic.orders() as socket:
            for frame in part.answered:
                await socket.send(frame)
            for frame in part.answered:
                async with asyncio.timeout(PATIENCE_S):
                    result = json.loads(await socket.recv())
                hear_result(result, answer_to(frame, parse_order), seen, learn)
            if part.closes:
                await socket.send(part.frames[-1])
                await must_close(socket, part.closes, seen)
        seen["frames"] += len(part.frames)


def hear_result(result: Json, demanded: Answer | None, seen: Counter[str], learn: Learn) -> None:
    check(demanded is not None and demanded.matches(result), result, demanded)
    kinds = {"": "orders done", "invalid_message": "no orders"}
    seen[kinds.get(result["code"], "orders refused")] += 1
    if result["ok"]:
        learn(result["result"])


async def must_close(socket: Any, code: int, seen: Counter[str]) -> None:
    """The connection ends with this code, after whatever is still told."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await socket.recv()
    except ConnectionClosed as closed:
        heard = None if closed.rcvd is None else closed.rcvd.code
        seen[f"closed {heard}"] += 1
        check(heard == code, f"closed with {heard}, not {code}")


# Screens


async def converse_as_screen(
    clinic: Clinic, frames: list[str], seen: Counter[str], learn: Learn
) -> None:
    """Hostile frames, then an order and a subscription: each order has its result, each wish a snapshot after it."""
    for part in parts(frames, never):
        demanded = [
            known for frame in part.answered if (known := answer_to(frame, parse_from_screen))
        ]
        # A browser takes a snapshot of any size.
        async with clinic.screen(WATCHER, subscribe=False, max_queue=None, max_size=None) as screen:
            for frame in part.answered:
                await screen.say(frame)
            last_id, order = str(uuid4()), {"kind": "test_alarms"}
            await screen.say({"type": "order", "order_id": last_id, "order": order})
            await screen.say({"type": "subscribe", "screen": str(uuid4())})
            demanded.append(Answer("", last_id))
            await hear_screen(screen, demanded, seen, learn)
            await screen.say({"type": "resync"})
            await screen.snapshot()
            if part.closes:
                await screen.say(part.frames[-1])
                await must_close(screen.socket, part.closes, seen)
        seen["frames"] += len(part.frames)


async def hear_screen(
    screen: Screen, demanded: list[Answer], seen: Counter[str], learn: Learn
) -> None:
    waiting = iter(demanded)
    left, snapshots = len(demanded), 0
    while left or not snapshots:
        async with asyncio.timeout(PATIENCE_S):
            said = json.loads(await screen.socket.recv())
        if said["type"] == "order_result":
            hear_result(said, next(waiting, None), seen, learn)
            left -= 1
        else:
            snapshots += said["type"] == "snapshot"
            check(said["type"] in ("snapshot", "update", "heartbeat"), said)
    seen["snapshot"] += snapshots


def check(holds: bool, *told: object) -> None:
    """Raises BrokenContractError with what was told where this does not hold."""
    if not holds:
        raise BrokenContractError(" | ".join(str(part)[:1000] for part in told))
