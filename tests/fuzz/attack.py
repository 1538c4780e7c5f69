"""Several attackers at once, each with a device, order sockets and screens of its own, and a device that means well.

What an attacker says next follows from the seed; what orders name also from the answers before, so a seed repeats the
kinds of frames and not the run to the letter.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from websockets.exceptions import ConnectionClosed

from monitor.wire import orders
from tests.fuzz.conversations import (
    PATIENCE_S,
    WATCHER,
    BrokenContractError,
    check,
    converse_as_device,
    converse_as_screen,
    converse_with_orders,
    sendable,
)
from tests.fuzz.mutating import CORPUS, corpus, mutated
from tests.fuzz.references import References
from tests.fuzz.served import Served

PART = 60
"""Frames of one conversation: fewer than the hundred errors after which a device is shown the door."""
ATTACKERS = 24
"""So many that the gateway need not wait for the slowest of them."""
ROOMS = ("1", "2", "3", "4", "quiet")
"""The last one has the device that means well."""
KINDS = (*("device", "orders") * 6, "screens", "greetings")
"""A greeting ends a conversation, so there are few of them."""
STAFF: dict[str, orders.Role] = {"Ole": "clinician", "Ada": "administrator", WATCHER: "nurse"}
TENTHS = 10
BETWEEN_S = 0.2
"""Between two readings of the device that means well."""


@dataclass(slots=True)
class Stretch:
    """One tenth of a run."""

    frames_per_s: float
    busy_percent: float
    """Of one core, by the gateway."""
    memory_mb: float


@dataclass(slots=True)
class Attack:
    """An attack on one gateway, and what it has seen."""

    target: Served
    frames: int
    seed: int
    seen: Counter[str] = field(default_factory=Counter)
    stretches: list[Stretch] = field(default_factory=list)
    slowest_ack_s: float = 0.0
    """That the device that means well has waited for."""
    _references: References = field(default_factory=References)
    _left: Iterator[int] = field(default_factory=lambda: iter(()))
    _mark: tuple[float, float, int] = (0.0, 0.0, 0)

    async def run(self) -> None:
        """Say all of it. Raises BrokenContractError; what broke is in the corpus then."""
        await self._furnish()
        tokens = [await self._device(ROOMS[n % len(ROOMS[:-1])]) for n in range(ATTACKERS)]
        quiet = await self._device(ROOMS[-1])
        self._left = iter(range(math.ceil(self.frames / PART)))
        self._mark = (time.monotonic(), self.target.busy_s(), 0)
        bystander = asyncio.create_task(self._mean_well(quiet))
        try:
            async with asyncio.TaskGroup() as attackers:
                for token in tokens:
                    attackers.create_task(self._attack(token))
        finally:
            bystander.cancel()
            [outcome] = await asyncio.gather(bystander, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome

    async def _furnish(self) -> None:
        for name, role in STAFF.items():
            await self._done(orders.AddOperator(name=name, role=role, password="long enough"))
        for room in ROOMS[1:]:
            await self._done(orders.AddRoom(name=room))
        for number, room in enumerate(ROOMS):
            await self._done(orders.StartSession(room=room, patient=f"P-90{number}"))

    async def _device(self, room: str) -> str:
        return str((await self._done(orders.AddDevice(room=room, name="bedside")))["token"])

    async def _done(self, order: orders.Order) -> dict[str, object]:
        answer = await self.target.clinic.order(order)
        check(answer["ok"], answer)
        result: dict[str, object] = answer["result"]
        return result

    async def _attack(self, token: str) -> None:
        seeds = {name: corpus(name) for name in ("device", "greetings", "orders", "screens")}
        for number in self._left:
            kind, chance = KINDS[number % len(KINDS)], Random(f"{self.seed} {number}")
            fill = self._references.fill
            frames = [
                sendable(mutated(chance.choice(seeds[kind]), chance, fill)) for _ in range(PART)
            ]
            try:
                await self._converse(kind, token, frames, number)
            except (BrokenContractError, TimeoutError, ConnectionClosed, OSError):
                keep(f"broke-{kind}", frames)
                raise
            self._measure()

    async def _converse(self, kind: str, token: str, frames: list[str], number: int) -> None:
        clinic, learn = self.target.clinic, self._references.learn
        if kind == "orders":
            await converse_with_orders(clinic, frames, self.seen, learn)
        elif kind == "screens":
            await converse_as_screen(clinic, frames, self.seen, learn)
        else:
            await converse_as_device(clinic, token, frames, number, self.seen)

    async def _mean_well(self, token: str) -> None:
        """A device whose every reading is stored, whatever the others do."""
        async with self.target.clinic.device(token) as feed:
            seq = 0
            while True:
                seq += 1
                said_s = time.monotonic()
                await feed.readings(seq, 80 + seq % 10)
                async with asyncio.timeout(PATIENCE_S):
                    answer = json.loads(await feed.socket.recv())
                check(answer["type"] == "ack" and answer["stored"] == 1, answer)
                self.slowest_ack_s = max(self.slowest_ack_s, time.monotonic() - said_s)
                self.seen["readings of the bystander"] += 1
                await asyncio.sleep(BETWEEN_S)

    def _measure(self) -> None:
        """Once each tenth: did it get slower, did it grow?"""
        since_s, busy_s, frames = self._mark
        said = self.seen["frames"] - frames
        if said < self.frames / TENTHS:
            return
        now_s, now_busy_s = time.monotonic(), self.target.busy_s()
        took_s = now_s - since_s
        self._mark = (now_s, now_busy_s, self.seen["frames"])
        self.stretches.append(
            Stretch(
                round(said / took_s),
                round(100 * (now_busy_s - busy_s) / took_s),
                round(self.target.memory_mb(), 1),
            )
        )
        sys.stderr.write(f"{self.seen['frames']} frames: {self.stretches[-1]}\n")


def keep(name: str, frames: list[str]) -> None:
    """Append what broke to the corpus."""
    with (CORPUS / f"{name}.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(frame) + "\n" for frame in frames)
