"""What a check plays to: a gateway, seen from outside. Its clock stands until it is told to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class CheckError(RuntimeError):
    """The check cannot be carried out; nothing is known about the scenarios. One sentence."""


class Answer(NamedTuple):
    """What became of an order."""

    ok: bool
    message: str
    result: dict[str, Any]


@dataclass(slots=True)
class Heard:
    """What the gateway has told a device so far."""

    stored: int = 0
    rejected: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class SeenAlarm:
    """A raised alarm as screens are told of it; times in milliseconds since the Unix epoch."""

    id: str
    kind: str
    metric: str | None
    type: str
    priority: str
    state: str
    raised_at: int
    ended_at: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """What there is to see of a session, with the rows of its CSV export where they were wanted."""

    phase: str
    number: int
    alarms: Sequence[SeenAlarm]
    readings: Sequence[dict[str, str]] = ()


class Line(Protocol):
    """A device's open connection; ``last_seq`` is what the welcome said."""

    last_seq: int

    async def send(self, texts: Sequence[str], *, readings: int, garbage: int) -> None:
        """Send frames with so many new readings in them, and so many that are no messages."""

    async def settle(self, heard: Heard) -> None:
        """Return when everything that was sent has been answered, and count the answers."""

    async def close(self) -> None:
        """Cut the connection."""


class Counterpart(Protocol):
    """``now`` is the clock, in milliseconds since the Unix epoch."""

    now: int

    async def advance(self, to: int) -> None:
        """Take the clock on, and return when everything that became due is dealt with."""

    async def order(self, order: dict[str, Any], by: str) -> Answer:
        """Give an order of the wire; without ``by`` as an administrator at the machine."""

    async def connect(self, token: str, hello: str) -> Line:
        """Open a device's connection and say hello."""

    async def record(self, session: str, *, readings: bool) -> Record:
        """What is on record of a session."""
