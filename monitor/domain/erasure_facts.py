"""Facts of patients who were erased. See ``facts`` for what a fact is."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.readings import Instant


@dataclass(frozen=True, slots=True)
class PatientErased:
    """All of a patient is gone but these ids, which lead nowhere; the envelope says by whom. Never a reference."""

    sessions: dict[str, int]
    """Id and the number that stood for it in the rows: neither is given again."""
    visits: list[str]
    outcomes: list[str]
    mentions: list[int]
    """Numbers of the facts of others in which the reference was blotted out."""
    readings: int
    """How many went."""
    second: str
    """The second person."""
    reason: str
    station: str
    """Where it was ordered: ``console:<os user>``."""
    first_at: Instant | None
    """When it was first carried out, for one that a restore carried out anew."""
    numbers: dict[str, int]
    """The highest numbers that were given by then, by kind: none of them is given again."""
    left: str
    """What ``erasures`` holds from now on, as a hash."""
    seal: str
    """A keyed hash of all this: who reads it in a record that is damaged can still tell that it was ordered."""
