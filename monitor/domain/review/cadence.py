"""Whether pressures were taken as often as the protocol asks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from monitor.domain.conditions.overdue import next_cuff_at
from monitor.domain.readings import Instant
from monitor.domain.review.record import SessionRecord
from monitor.domain.sessions import Phase


class Late(NamedTuple):
    """A pressure that was due at ``due_at`` and came ``by_ms`` after its grace, or was never taken (None)."""

    due_at: Instant
    by_ms: int | None


class Cadence(NamedTuple):
    """``due`` pressures were asked for; ``late`` are those of them that did not come within the grace."""

    due: int
    late: tuple[Late, ...]

    @property
    def kept(self) -> int:
        """Those that came in time."""
        return self.due - len(self.late)


class _Stretch(NamedTuple):
    phase: Phase
    since: Instant
    until: Instant


def cuffs_kept(record: SessionRecord) -> Cadence:
    """Each due time of the due list, and what came of it. What was due but for the phase's end is not counted.

    A pressure taken in the first half of the time to the next one is an extra one: it moves what is due, as on the
    due list. Extra ones count together for as many as they made unnecessary.
    """
    dues = [due for stretch in _phases(record) for due in _dues(record, stretch)]
    grace = record.settings.overdue_grace_ms
    late = (
        Late(due_at, None if taken_at is None else taken_at - due_at)
        for due_at, taken_at in dues
        if taken_at is None or taken_at > due_at + grace
    )
    return Cadence(len(dues), tuple(late))


def _phases(record: SessionRecord) -> Iterator[_Stretch]:
    entries = record.session.phases
    ends = [entry.at for entry in entries[1:]] + [record.until]
    for entry, until in zip(entries, ends, strict=True):
        yield _Stretch(entry.phase, entry.at, until)


def _dues(record: SessionRecord, stretch: _Stretch) -> Iterator[tuple[Instant, Instant | None]]:
    """Due times of a phase with the pressure that answered each; None for one that went by without any."""
    every = record.course.cuff_ms.get(stretch.phase)
    if every is None:
        return
    spared = 0
    taken = [cuff.at for cuff in record.chart.cuffs()]
    last = max((at for at in taken if at < stretch.since), default=None)
    due_at = next_cuff_at(last, stretch.since, every)
    for at in (at for at in taken if stretch.since <= at < stretch.until):
        if at > due_at - every // 2:
            answered = due_at + max(0, at - due_at) // every * every
            yield from ((missed, None) for missed in range(due_at, answered, every))
            yield answered, at
        else:
            spared += at + every - due_at
        if spared >= every:
            spared -= every
            yield at, at
        due_at = next_cuff_at(at, stretch.since, every)
    gone = stretch.until - record.settings.overdue_grace_ms
    yield from ((missed, None) for missed in range(due_at, gone, every))
