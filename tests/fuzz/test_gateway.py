"""A running gateway under frames by the million (FRAMES=1000000): it stays up, and every answer is by the contract.

Real sockets, a real journal, and frames made of the corpus by a seeded chance (SEED). What breaks the contract is
written into the corpus, so that every later run begins with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from monitor.gateway.limits import Limits
from monitor.wire import orders
from tests.fuzz.mutating import CORPUS, corpus, mutated
from tests.gateway.clinic import CREDENTIAL, Clinic, Feed, bearer
from tests.gateway.conftest import running

FRAMES = int(os.environ.get("FRAMES", "3000"))
SEED = int(os.environ.get("SEED", str(time.time_ns())))
PART = 60
"""Frames of one conversation: fewer than the hundred errors after which a device is shown the door."""
BY_CONTRACT = {1003, 1008, 1009, 4001}
UNLIMITED = Limits(device_frames_per_s=1e6, screen_frames_per_s=1e6, orders_per_minute=10**9)
"""What is asked here is whether each answer is right; the limits have tests of their own."""
WATCHER = "Vera"
"""Whom no frame of the corpus names, so that none disables her."""
LAST_SEQ = 2**40


class BrokenContractError(AssertionError):
    """The gateway did what the contract does not allow."""


async def converse_as_device(
    clinic: Clinic, frames: list[str], number: int, seen: Counter[str]
) -> None:
    """Hostile frames, then a good one: it is stored, whatever came before, unless a frame has ended the connection."""
    async with clinic.device(stream=str(uuid4())) as feed:
        for frame in frames:
            await feed.say(frame)
        await feed.readings(LAST_SEQ + number, 80)
        await hear_device(feed, LAST_SEQ + number, len(frames), seen)


async def hear_device(feed: Feed, last_seq: int, sent: int, seen: Counter[str]) -> None:
    errors = 0
    try:
        while True:
            answer = await feed.hear()
            seen[answer["type"]] += 1
            errors += answer["type"] == "error"
            if answer["type"] == "error" and not (
                answer["code"] == "invalid_message" and answer["message"] and errors <= sent
            ):
                raise BrokenContractError(f"an error by no contract: {answer}")
            if answer["type"] not in ("ack", "error", "session"):
                raise BrokenContractError(f"an answer by no contract: {answer}")
            if answer["type"] == "ack" and answer["seq"] >= last_seq:
                return
    except ConnectionClosed as closed:
        code = None if closed.rcvd is None else closed.rcvd.code
        seen[f"closed {code}"] += 1
        if code not in BY_CONTRACT:
            raise BrokenContractError(f"closed with {code}") from None


async def converse_with_orders(
    socket: ClientConnection, frames: list[str], seen: Counter[str]
) -> None:
    """Every order is answered by one result, in the order in which they were given."""
    for frame in frames:
        await socket.send(frame)
    for frame in frames:
        async with asyncio.timeout(30):
            answer = json.loads(await socket.recv())
        seen[f"{answer['type']} {'done' if answer.get('ok') else 'refused'}"] += 1
        if not is_result(answer):
            raise BrokenContractError(f"{frame} was answered {answer}")


def is_result(answer: dict[str, Any]) -> bool:
    if answer["type"] == "error":
        return bool(answer["message"])
    said = bool(answer["code"]) and bool(answer["message"])
    return answer["type"] == "order_result" and answer["ok"] is not said


async def converse_as_screen(clinic: Clinic, frames: list[str], seen: Counter[str]) -> None:
    """Hostile frames, then a subscription, which is answered by a snapshot."""
    async with clinic.screen(WATCHER, subscribe=False) as screen:
        for frame in frames:
            await screen.say(frame)
        await screen.say({"type": "subscribe", "screen": str(uuid4())})
        try:
            await screen.hear("snapshot")
            seen["snapshot"] += 1
        except ConnectionClosed as closed:
            code = None if closed.rcvd is None else closed.rcvd.code
            if code not in BY_CONTRACT:
                raise BrokenContractError(f"a screen was closed with {code}") from None


def sendable(frame: str) -> str:
    """Text that a websocket carries; a frame of half a character is the library's to refuse."""
    return frame.encode("utf-8", "replace").decode()


def keep(name: str, frames: list[str]) -> None:
    with (CORPUS / f"{name}.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(frame) + "\n" for frame in frames)


async def attack(clinic: Clinic, chance: Random, seen: Counter[str]) -> None:
    seeds = {name: corpus(name) for name in ("device", "greetings", "orders", "screens")}
    # A greeting ends a conversation, so there are few of them.
    kinds = (*("device", "orders") * 6, "screens", "greetings")
    options: dict[str, Any] = {"additional_headers": bearer(CREDENTIAL), "proxy": None}
    async with connect(clinic.url("/orders"), **options) as socket:
        for number in range(max(1, FRAMES // PART)):
            kind = kinds[number % len(kinds)]
            seed = seeds[kind]
            frames = [sendable(mutated(chance.choice(seed), chance)) for _ in range(PART)]
            try:
                if kind in ("device", "greetings"):
                    await converse_as_device(clinic, frames, number, seen)
                elif kind == "orders":
                    await converse_with_orders(socket, frames, seen)
                else:
                    await converse_as_screen(clinic, frames, seen)
            except (BrokenContractError, TimeoutError, ConnectionClosed):
                keep(f"broke-{kind}", frames)
                raise
            seen["frames"] += PART


async def test_a_gateway_answers_every_frame_by_the_contract_and_stays_up(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    async with running(Clinic(tmp_path, limits=UNLIMITED)) as clinic:
        watcher = orders.AddOperator(name=WATCHER, role="nurse", password="long enough")
        for order in (watcher, orders.StartSession(room="1", patient="P-1")):
            assert (await clinic.order(order))["ok"]
        began_s = time.monotonic()
        await attack(clinic, Random(SEED), seen)
        took_s = time.monotonic() - began_s
        status, report = await clinic.health()
        assert (status, report["status"]) == (200, "ok"), (SEED, report)
        async with clinic.device() as feed:
            await feed.readings(1, 82)
            assert (await feed.ack())["stored"] == 1
    sys.stderr.write(
        f"seed {SEED}: {seen['frames']} frames in {took_s:.0f} s, {seen['frames'] / took_s:.0f}/s: {dict(seen)}\n"
    )
