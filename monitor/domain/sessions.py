"""Sessions and their phases: one table says which phase may follow which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.domain.readings import Instant


class Phase(StrEnum):
    """Where a session stands."""

    PRECHECK = "precheck"
    BASELINE = "baseline"
    INFUSION = "infusion"
    OBSERVATION = "observation"
    DISCHARGED = "discharged"
    CANCELLED = "cancelled"


NEXT_PHASES: dict[Phase, frozenset[Phase]] = {
    Phase.PRECHECK: frozenset({Phase.BASELINE, Phase.CANCELLED}),
    Phase.BASELINE: frozenset({Phase.INFUSION, Phase.CANCELLED}),
    Phase.INFUSION: frozenset({Phase.OBSERVATION}),
    Phase.OBSERVATION: frozenset({Phase.DISCHARGED}),
    Phase.DISCHARGED: frozenset(),
    Phase.CANCELLED: frozenset(),
}
CLOSED_PHASES = frozenset({Phase.DISCHARGED, Phase.CANCELLED})


@dataclass(frozen=True, slots=True)
class PhaseEntry:
    phase: Phase
    at: Instant


@dataclass(frozen=True, slots=True)
class Stay:
    """From ``since`` on the session is in this room."""

    room_id: str
    since: Instant


@dataclass(frozen=True, slots=True)
class Session:
    """One infusion session. ``number`` counts the patient's sessions from 1, cancelled ones left out.

    A cancelled one has the number of the next one, to be put in order by: people are told ``number_in_series``.
    ``room_id`` is where it is now; ``stays`` where it has been, oldest first, empty for one that never moved.
    ``edition`` says which text of the protocol it keeps; ``paper`` that it was kept on paper and entered afterwards.
    """

    id: str
    room_id: str
    patient: str
    weight_kg: float | None
    protocol: str
    number: int
    phases: tuple[PhaseEntry, ...]
    edition: str = ""
    stays: tuple[Stay, ...] = ()
    visit: str | None = None
    paper: bool = False

    @property
    def phase(self) -> Phase:
        return self.phases[-1].phase

    @property
    def number_in_series(self) -> int | None:
        """Which one of the series it is; None for a cancelled one, which is none of it."""
        return None if self.phase is Phase.CANCELLED else self.number

    @property
    def started_at(self) -> Instant:
        return self.phases[0].at

    @property
    def ended_at(self) -> Instant | None:
        return self.phases[-1].at if self.phase in CLOSED_PHASES else None

    @property
    def is_open(self) -> bool:
        return self.phase not in CLOSED_PHASES

    def was_open_at(self, at: Instant) -> bool:
        """Whether a moment lies in this session; the ending instant no longer does.

        No moment lies in one that was kept on paper: what a device measures meanwhile is somebody else's.
        """
        if self.paper or at < self.phases[0].at:
            return False
        newest = self.phases[-1]
        return newest.phase not in CLOSED_PHASES or at < newest.at

    def room_at(self, at: Instant) -> str:
        """The room it was in at a moment."""
        if not self.stays:
            return self.room_id
        since = [stay.room_id for stay in self.stays if stay.since <= at]
        return since[-1] if since else self.stays[0].room_id

    def moving(self, room_id: str, at: Instant) -> Session:
        """This session after it has moved to another room."""
        stays = self.stays or (Stay(self.room_id, self.started_at),)
        return replace(self, room_id=room_id, stays=(*stays, Stay(room_id, at)))

    def entering(self, phase: Phase, at: Instant) -> Session:
        """This session after the phase has begun. Raises ValueError, with the reason, for an illegal move."""
        if phase not in NEXT_PHASES[self.phase]:
            legal = ", ".join(sorted(NEXT_PHASES[self.phase])) or "nothing"
            raise ValueError(f"{phase} cannot follow {self.phase}; {legal} can")
        return replace(self, phases=(*self.phases, PhaseEntry(phase, at)))
