"""What the use cases need from outside, as Protocol classes; each has one suite in ``tests/contracts``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from monitor.domain.facts import AlarmChanged, Fact
from monitor.domain.readings import Instant, Reading
from monitor.domain.registry import Binding, Device, Operator, Room
from monitor.domain.sessions import Session
from monitor.service.batches import (
    Batch,
    ChainHead,
    Commit,
    StoredReading,
    StreamPosition,
)
from monitor.service.plan_ports import PlanRecords
from monitor.service.proof_ports import ProofRecords
from monitor.service.review_ports import ReviewRecords


class JournalUnavailableError(RuntimeError):
    """The batch could not be made durable now (disk full, file locked, read-only); nothing of it was stored."""


class RecordsUnavailableError(RuntimeError):
    """The stored record cannot be read now: no database yet, or one that cannot be opened."""


class Journal(Protocol):
    """The only writer. Used by one thread at a time."""

    def commit(self, batch: Batch) -> Commit:
        """Make the batch durable and return; only then may anything of it be acknowledged.

        A row that the database refuses is left out alone and named in ``Commit.poisoned``.
        Raises JournalUnavailableError when nothing could be stored; the same batch may be tried again.
        """

    def compact(self, now: Instant) -> bool:
        """Let some readings of a session that closed a while ago take less room; whether there were any.

        They stay what they are. Short enough to be done between two commits. Raises JournalUnavailableError when
        it could not be done; nothing has changed then.
        """

    def close(self) -> None:
        """Release the files."""


class RestoredSession(NamedTuple):
    """An open session with its newest checkpoint and what was committed after it, in commit order."""

    session: Session
    checkpoint: str | None
    events: Sequence[Reading | Fact]


class Trace(NamedTuple):
    """A session's readings in the shape of ``wire.live.Point``, and the newest batch they go up to."""

    batch: int
    points: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """Which raised occurrences are wanted; None leaves a question open. The times are about the raising."""

    since: Instant | None = None
    until: Instant | None = None
    room_id: str | None = None
    priority: str | None = None
    type: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """What of the access log is wanted; None leaves a question open."""

    kind: str | None = None
    """sign_ins, openings, exports or orders."""
    by: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    """Up to here, and not with it."""


class PastAlarm(NamedTuple):
    """A raised occurrence as it is now; room and patient are empty for one that is no patient's."""

    alarm: AlarmChanged
    room: str
    patient: str
    painted_at: Instant | None
    """When the first screen had it in sight."""
    changes: Sequence[Fact] = ()
    """Its transitions, in the order of their commit."""


class AlarmHistory(NamedTuple):
    """One page of the raised occurrences, and how many there are in all."""

    total: int
    rows: list[PastAlarm]


class Records(PlanRecords, ProofRecords, ReviewRecords, Protocol):
    """Read-only views of what is durable. Safe to use from any thread."""

    def rooms(self) -> list[Room]: ...

    def devices(self) -> list[Device]: ...

    def bindings(self) -> list[Binding]:
        """By device, then by time."""

    def operators(self) -> list[Operator]: ...

    def ended_sign_ins(self) -> list[str]:
        """The ids of those that were signed out, as many as are remembered, the oldest first."""

    def sessions(
        self,
        *,
        open_only: bool = False,
        ended_after: Instant | None = None,
        patient: str | None = None,
    ) -> list[Session]:
        """By start. ``ended_after`` keeps the open ones and those that ended later than that."""

    def session(self, session_id: str) -> Session | None: ...

    def positions(self) -> list[StreamPosition]:
        """By when something came last, the latest at the end."""

    def position(self, source: str, stream: str) -> StreamPosition | None: ...

    def alarms(
        self, session_id: str | None = None, *, open_only: bool = False
    ) -> list[AlarmChanged]:
        """The newest state of each occurrence, pending ones too, by onset; ``open_only`` leaves the ended out."""

    def alarm_history(
        self,
        which: AlarmFilter,
        *,
        order_by: str = "raised_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
    ) -> AlarmHistory:
        """Raised occurrences of all sessions; those without a value to order by come last.

        ``order_by``: room, patient, kind, type, priority, onset, raised_at, acknowledged_after, acknowledged_by,
        ended_at, state. Raises KeyError for any other.
        """

    def facts(self, session_id: str | None, kinds: Iterable[str] = ()) -> list[Fact]:
        """The session's facts in commit order; None for those that belong to no session."""

    def newest_fact(self, kind: str) -> Fact | None:
        """The fact of this kind that was committed last, of whatever session; None where there is none."""

    def access_log(self, which: AccessFilter, *, limit: int = 100) -> list[Fact]:
        """Sign-ins, openings, exports and what people ordered, the newest first. Raises KeyError for another kind."""

    def readings(self, session_id: str, *, after_batch: int = 0) -> list[StoredReading]:
        """The session's readings by corrected time, with those that a confirmed assignment gave it (``late``)."""

    def trace(self, session_id: str, *, after_batch: int = 0) -> Trace:
        """The same readings as plain tuples (``wire.live.Point``), quickly; for drawing a whole session.

        Without those whose entries were voided.
        """

    def chain_head(self) -> ChainHead: ...

    def unassigned(self, *, since: Instant = 0, limit: int = 1000) -> list[StoredReading]:
        """Readings that belong to no session and were given to none, newest first."""

    def unassigned_count(self, *, since: Instant = 0) -> int: ...

    def rejected_count(self, session_id: str | None = None) -> int: ...

    def last_seen(self) -> dict[str, Instant]:
        """Source id to the arrival of its newest reading."""

    def newest_instant(self) -> Instant:
        """The newest moment on record, of a fact or of an arrival, by the clock of that time; 0 before the first."""

    def restored_sessions(self) -> list[RestoredSession]:
        """Every open session, ready to be replayed."""

    def counters(self) -> dict[str, int]:
        """The highest numbers given so far: room, device, session, visit, assignment (ids r1, d1, s1, v1, x1)."""


class Clock(Protocol):
    """The gateway's clock; in a simulated data directory it may run faster."""

    speed: float

    def now(self) -> Instant: ...


class Page(NamedTuple):
    """Something that must leave the house. Never a patient reference; ``room`` is empty where it is about no room."""

    code: str
    room: str
    alarm_id: str
    priority: str
    kind: str
    seconds: int
    """How long nobody has answered."""
    to: str = ""
    """The operator it goes to now; empty: everybody."""


class Pager(Protocol):
    """Takes notices out of the house, to people who are not in front of a screen. Never blocks; any thread."""

    @property
    def sent(self) -> int:
        """How many were delivered, one for each address."""

    @property
    def failed(self) -> int:
        """How many were given up."""

    @property
    def waiting(self) -> int:
        """How many are still to be delivered."""

    def submit(self, page: Page) -> None:
        """Deliver it to every address, again and again until it is taken or no longer true.

        One that still waits is replaced by a newer one about the same alarm.
        """

    def problem(self) -> str:
        """Why notices do not get through now, in words fit for every screen; empty while they do."""

    def close(self) -> None:
        """Send nothing more."""


class PasswordHasher(Protocol):
    """Argon2 behind a port, so that tests need not spend seconds on it."""

    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str, password: str) -> bool: ...


class TokenSource(Protocol):
    """Where new device tokens come from."""

    def new_token(self) -> str: ...
