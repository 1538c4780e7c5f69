"""Contestants that are measured by turns: ours, the peers that can run a workload, and the bare limit."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Literal, NamedTuple

from playwright.sync_api import Error as BrowserError

from tests.benchmarks.bedside import Bed
from tests.benchmarks.peers.installing import Missing
from tests.benchmarks.peers.prometheus import Webhook
from tests.benchmarks.queueing import Acknowledges

Role = Literal["ours", "peer", "limit"]
Turn = dict[str, float]
"""What one turn measured: the measure's name with its unit, and its value."""

_FAILURES = (AssertionError, BrowserError, OSError)

NOT_SEEN = math.nan
"""A measure that cannot be taken of this contestant."""

_WORST_OF = frozenset(
    {
        "lost",
        "lost or twice",
        "readings lost",
        "false marks an hour",
        "max ms",
        "last alarm ms",
        "to stale s",
    }
)
"""What may not happen once: of these the worst turn counts, of everything else the median."""


@dataclass(frozen=True)
class Victim:
    """How it is killed, what its acknowledgements say, and how many readings it has on disk, where it keeps any."""

    kill: Callable[[], None]
    acknowledges: Acknowledges
    stored: Callable[[], int] | None = None
    rest_s: float = 0.0
    """How long it has to live until the next kill is no longer one of a row."""


class Served(NamedTuple):
    """A contestant that runs: its page, its devices, its process (and those below it), a cookie for its pages."""

    page: str
    beds: list[Bed]
    pid: int
    cookie: str = ""
    acknowledge: Callable[[list[str]], None] | None = None
    """Where alarms stay until somebody has acknowledged them."""
    webhook: Webhook | None = None
    """Where there is no page, and alarms are told to a webhook instead."""
    victim: Victim | None = None
    """Where it is to be killed."""


@dataclass(frozen=True)
class Contestant:
    """How one of them is started for so many rooms, in a folder of its own. Starting may raise Missing."""

    name: str
    role: Role
    serve: Callable[[Path, int], AbstractContextManager[Served]]


@dataclass
class Figures:
    """Every turn of every contestant in one part of a workload."""

    roles: dict[str, Role] = field(default_factory=dict)
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)
    """Turns that failed and were taken once more, with the reason."""

    def counted(self, name: str, measure: str) -> float:
        """The median of its turns, or the worst where one is too many; not a number where it was not measured."""
        values = self._values(name, measure)
        if values and measure in _WORST_OF:
            return max(values)
        return self._median(name, measure)

    def _median(self, name: str, measure: str) -> float:
        values = self._values(name, measure)
        return median(values) if values else NOT_SEEN

    def _values(self, name: str, measure: str) -> list[float]:
        return [turn[measure] for turn in self.turns.get(name, ()) if measure in turn]

    def failed(self, name: str) -> bool:
        """Whether a turn of its had to be taken once more."""
        return any(turn.startswith(f"{name}, ") for turn in self.again)

    def named(self, role: Role) -> list[str]:
        return [name for name, its in self.roles.items() if its == role and name in self.turns]

    def ratio(self, name: str, measure: str) -> float:
        """To the limit's; not a number where there is none."""
        limits = self.named("limit")
        return self.beside(limits[0], name, measure) if limits else NOT_SEEN

    def beside(self, other: str, name: str, measure: str) -> float:
        """How many times the other's it is, by the medians of both: two worst turns are two accidents."""
        its = self._median(other, measure)
        return self._median(name, measure) / its if its else NOT_SEEN


class Party(NamedTuple):
    """One who takes turns."""

    name: str
    role: Role
    turn: Callable[[], Turn]


def by_turns(parties: Sequence[Party], rounds: int, seed: int = 1) -> Figures:
    """Everybody once in each round, in an order that changes from round to round.

    A turn that fails is taken once more, which the table says. A peer that fails again is left out from then on, with
    the reason; ours and the limit may not.
    """
    figures = Figures(roles={party.name: party.role for party in parties})
    order = random.Random(seed)
    staying = list(parties)
    for number in range(rounds):
        order.shuffle(staying)
        for party in list(staying):
            try:
                turn = _taken(party, number, figures)
            except _FAILURES as failure:
                if party.role != "peer":
                    raise
                figures.skipped[party.name] = f"round {number + 1}: {_first_line(failure)}"
                staying.remove(party)
                continue
            figures.turns.setdefault(party.name, []).append(turn)
            say(f"  {number + 1}/{rounds} {party.name}: {_told(turn)}")
    names = [party.name for party in parties if party.name in figures.turns]
    figures.turns = {name: figures.turns[name] for name in names}
    return figures


def _taken(party: Party, number: int, figures: Figures) -> Turn:
    try:
        return party.turn()
    except _FAILURES as failure:
        told = f"{party.name}, round {number + 1}: {_first_line(failure)}"
        say(f"  once more: {told}")
        figures.again.append(told)
        return party.turn()


def started(
    contestants: Sequence[Contestant], path: Path, rooms: int, stack: ExitStack
) -> Iterator[tuple[Contestant, Served | str]]:
    """Each of them served until the stack is closed, or the reason why a peer is not."""
    for contestant in contestants:
        folder = path / contestant.name.replace(" ", "-").lower()
        folder.mkdir(parents=True)
        try:
            yield contestant, stack.enter_context(contestant.serve(folder, rooms))
        except Missing as why:
            yield contestant, str(why)
        except (AssertionError, OSError) as failure:
            if contestant.role != "peer":
                raise
            yield contestant, f"it did not start: {_first_line(failure)}"


def say(line: str) -> None:
    """To whoever waits for the end."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _first_line(failure: BaseException) -> str:
    lines = str(failure).splitlines()
    return lines[0][:200] if lines else type(failure).__name__


def _told(turn: Turn) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in turn.items())
