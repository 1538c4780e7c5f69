"""What orders name: ids and names that the gateway gave away lately, so that what is right reaches something."""

from __future__ import annotations

import time
from collections import deque
from random import Random
from typing import Any
from uuid import UUID

from monitor.wire.base import rfc3339

LATELY = 8
NAMES = 40
"""Rooms and operators of a clinic are few; a run that made thousands would be measuring something else."""
PATIENTS = 200
SEQS = 200
"""Some frames of a conversation then come twice, and out of order."""
HOUR_MS = 3_600_000
HOURS = (-26, -1, -0.1, -0.01, 0, 0.01, 1, 24, 24 * 200)
TIMES = frozenset({"at", "first_at", "last_at", "measured_at", "paper_from", "sent_at"})
FRESH = frozenset({"order_id", "stream", "screen"})
AMENDING = frozenset({"void_entry", "correct_entry", "void_outcome"})
Json = dict[str, Any]


class References:
    """Fills in what a frame names, from the results of orders before it."""

    def __init__(self) -> None:
        self._lately: dict[str, deque[str]] = {
            "session": deque(["s1"], LATELY),
            "visit": deque(["v1"], LATELY),
            "assignment": deque(["x1"], LATELY),
            "room": deque(["1"], LATELY),
            "device": deque(["d99"], LATELY),
            "entry": deque(["00000000-0000-0000-0000-000000000011"], LATELY),
        }

    def learn(self, result: Json) -> None:
        """An order was carried out."""
        if "token" in result and "room" in result:
            self._lately["device"].append(result["id"])
        for field in ("session", "visit", "assignment", "entry", "room"):
            if isinstance(said := result.get(field), str):
                self._lately[field].append(said)
        self._lately["visit"].extend(result.get("visits", ()))

    def fill(self, message: Any, chance: Random) -> None:
        """Give each field that names something a name that may be one; in place."""
        if not isinstance(message, dict):
            return
        for field, value in message.items():
            if isinstance(value, dict):
                self.fill(value, chance)
            elif isinstance(value, list):
                for part in value:
                    self.fill(part, chance)
            elif isinstance(value, str):
                message[field] = self._named(field, message, value, chance)
            elif field == "seq":
                message[field] = chance.randrange(1, SEQS)

    def _named(self, field: str, message: Json, value: str, chance: Random) -> str:
        kind = message.get("kind", "")
        if field in FRESH or (field == "entry" and kind not in AMENDING):
            return str(UUID(int=chance.getrandbits(128), version=4))
        if field in self._lately:
            return chance.choice(self._lately[field])
        if field in TIMES:
            return rfc3339(round(time.time() * 1000 + chance.choice(HOURS) * HOUR_MS))
        if field == "alarm":
            return f"{chance.choice(self._lately['session'])}-a{chance.randrange(1, 5)}"
        if field == "patient":
            return f"P-{chance.randrange(PATIENTS)}"
        if field == "name" or (field == "operator" and kind):
            return f"{value.rstrip('0123456789 ')} {chance.randrange(NAMES)}"
        return value
