"""The running system as one object: readings, orders and time in; batches, updates and notices out.

Synchronous and in memory: no I/O, no clock. Whoever runs it must call ``tick`` at least four times a second, make
each batch durable, and tell devices and screens only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.domain import facts
from monitor.domain.alarm_system import SessionChange
from monitor.domain.readings import HOUR, SECOND, Instant
from monitor.domain.registry import Device, Operator
from monitor.domain.screens import WARD
from monitor.identity import Holder, hash_token
from monitor.service import (
    attendance,
    checkpoints,
    given_readings,
    intake,
    orders,
    screens,
    updates,
    views,
)
from monitor.service.batches import Batch, StoredReading
from monitor.service.given import Given, Outcome
from monitor.service.intake import FrameOutcome
from monitor.service.ports import Page
from monitor.service.queues import forget_old_queues
from monitor.service.screen_lists import ScreenLists
from monitor.service.verdicts import Verdicts
from monitor.service.ward import Notice, Outbox, Ward
from monitor.wire import device as feed
from monitor.wire.live import Painted, Snapshot, Update
from monitor.wire.orders import Order

__all__ = ["FrameOutcome", "Monitor", "Notice", "Outcome"]


class Monitor:
    """See the module. Not safe for use from several threads."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self._lists = ScreenLists(ward)
        self._verdicts = Verdicts(ward)
        self._forget_at: Instant = 0

    @property
    def simulated(self) -> bool:
        """Whether this data directory is a simulated one."""
        return self.ward.simulated

    @property
    def clock_speed(self) -> float:
        """How many times as fast as real time the gateway's clock runs."""
        return self.ward.clock_speed

    def device_with_token(self, token: str) -> Device | None:
        """The device with this token, a revoked one too; None for a token that is nobody's."""
        return self.ward.registry.device_with_token(hash_token(token))

    def operator(self, name: str) -> Operator | None:
        """The operator of this name, a disabled one too."""
        return self.ward.registry.operators.get(name)

    def is_signed_out(self, sign_in: str) -> bool:
        """Whether this sign-in was ended by hand."""
        return sign_in in self.ward.registry.ended

    def pass_holders(self) -> Iterator[Holder]:
        """Those who may sign in, and by whose passes stations show the ward."""
        known = self.ward.registry.operators.values()
        return (Holder(one.name, one.passwords) for one in known if not one.disabled)

    def welcome(self, device_id: str, hello: feed.Hello, now: Instant) -> feed.Welcome:
        """A device has said hello; send the answer once this batch is durable.

        Its clock is not judged yet: a simulated device learns the gateway's clock from the answer.
        Raises RecordsUnavailableError where only the record knows the queue, and it cannot be read.
        """
        return attendance.welcome(self.ward, device_id, hello, now)

    def record_frame(
        self, device_id: str, frame: feed.Readings, offset_ms: int, now: Instant
    ) -> FrameOutcome:
        """Take a frame of a device that has said hello. What it stored is durable with the next batch."""
        stream = self.ward.connections[device_id].stream
        return intake.record_frame(self.ward, device_id, stream, frame, offset_ms, now)

    def device_status(
        self, device_id: str, battery_percent: float | None, offset_ms: int, now: Instant
    ) -> None:
        """How the device itself is."""
        attendance.status(self.ward, device_id, battery_percent, offset_ms, now)

    def frame_refused(self, device_id: str, message: str, now: Instant) -> None:
        """A frame was no valid message; journalled at most once per ten seconds, with their count."""
        attendance.frame_refused(self.ward, device_id, message, now)

    def disconnected(self, device_id: str, reason: str, now: Instant) -> None:
        """A device's connection is gone. Its silence is judged as any other."""
        attendance.disconnected(self.ward, device_id, reason, now)

    def screen_here(
        self, screen_id: str, operator: str, kind: str, now: Instant, *, station: str = ""
    ) -> None:
        """A screen was opened: ``station``, which staff count on, or ``quiet``, which never sounds.

        ``operator`` is empty while nobody is signed in there; ``station`` names the browser, where it has a pass.
        """
        self.ward.screens.here(screen_id, operator, kind, now, station=station)

    def screen_receipt(self, screen_id: str, painted: Painted, now: Instant) -> None:
        """A screen says what it has painted and sounded."""
        screens.receipt(self.ward, screen_id, painted, now)

    def screen_gone(self, screen_id: str, now: Instant, *, closed: bool = False) -> None:
        """A screen's connection is gone; ``closed`` when its reader closed the page, which is no fault."""
        self.ward.screens.gone(screen_id, closed=closed, now=now)

    def confirming_stations(self, now: Instant) -> int:
        """How many stations confirm what they show."""
        return self.ward.screens.confirming(now)

    def unwatched_sessions(self, now: Instant) -> int:
        """Open sessions that no station has confirmed to show for ten seconds."""
        return screens.unwatched_sessions(self.ward, now)

    def pager_failed(self, now: Instant) -> None:
        """Notices cannot leave the house: from now on that stands on the list of what is not watched."""
        if self.ward.pager_failing_since is None:
            self.ward.pager_failing_since = now
            self._lists.is_stale = True

    def pager_ok(self) -> None:
        """A notice has left the house."""
        self._lists.is_stale |= self.ward.pager_failing_since is not None
        self.ward.pager_failing_since = None

    def record_kept(self, problems: Iterable[str], now: Instant) -> None:
        """What is wrong now with how the record is kept (backups, disk): it is listed as long as it is."""
        known, ward = self.ward.record_problems, self.ward
        ward.record_problems = {problem: known.get(problem, now) for problem in problems}
        self._lists.is_stale |= known != ward.record_problems

    def take_pages(self) -> list[Page]:
        """What must leave the house, once the batch taken before is durable."""
        pages, self.ward.outbox.pages = self.ward.outbox.pages, []
        return pages

    def execute(
        self, order: Order, *, by: str, role: str, now: Instant, password_hash: str | None = None
    ) -> Outcome:
        """Carry out an order of ``by``, or say why not. Durable, like everything, with the next batch."""
        return orders.execute(self.ward, Given(order, by, now, password_hash, role), role)

    def password_refused(self, operator: str, seen_at_s: int, now: Instant) -> None:
        """The password that came with an order was not the operator's: on record like a refused sign-in."""
        body = facts.SignInRefused(operator, "", "wrong_with_order", "", "", 1, seen_at_s)
        self.ward.note(body, at=now, by=facts.Fact.SYSTEM)

    def stood_still(self, real_s: float, now: Instant) -> None:
        """Nothing ran here for so many seconds of real time (a suspended machine, a stopped process).

        To be told before anything else that happened since.
        """
        self.ward.screens.stood_still(round(real_s * SECOND * self.ward.clock_speed), now)

    def order_not_understood(self, by: str, message: str, now: Instant) -> None:
        """A frame that is no order: journalled like any refusal. What it said is not repeated."""
        body = facts.OrderRefused("", "invalid_message", message)
        self.ward.note(body, at=now, by=by or facts.Fact.SYSTEM)

    def tick(self, now: Instant) -> None:
        """Let time pass: delays end, feeds fall silent."""
        self.ward.alarms.tick(now)
        if now >= self._forget_at:
            self.ward.forget_old_sessions(now)
            self._forget_at = now + HOUR
        self._verdicts.let_time_pass(now)
        screens.let_time_pass(self.ward, now)
        attendance.let_time_pass(self.ward, now)

    def take_batch(self, now: Instant) -> Batch | None:
        """Everything since the last call that must be made durable, in one transaction; None when nothing must."""
        ward = self.ward
        forget_old_queues(ward)
        changes = ward.alarms.take_changes()
        screens.page_unanswered(ward, changes)
        changes += [SessionChange(WARD, change) for change in ward.screens.take_changes()]
        for change in changes:
            ward.pending.facts.append(checkpoints.fact_of(change))
        self._note_endings()
        checkpoints.note_what_went_in(ward)
        ward.outbox.changes += changes
        ward.pending.checkpoints += checkpoints.due_checkpoints(ward, changes, now)
        if ward.pending.is_empty():
            return None
        batch, ward.pending = ward.pending, Batch(now)
        batch.at = now
        return batch

    def take_update(self, now: Instant) -> Update | None:
        """What screens must be told of; publish it only after the batch taken with it is durable."""
        ward = self.ward
        lists = self._lists.changed(now)
        outbox, ward.outbox = (
            ward.outbox,
            Outbox(notices=ward.outbox.notices, pages=ward.outbox.pages),
        )
        return updates.update_of(ward, outbox, lists, now)

    def take_given(self) -> list[str]:
        """Assignments that were confirmed: once that is durable, their readings are taken in with ``take_in_given``."""
        given, self.ward.given = self.ward.given, []
        return given

    def take_in_given(
        self, assignment_id: str, stored: Iterable[StoredReading], now: Instant
    ) -> None:
        """The readings of a confirmed assignment as they are stored; each counts in its session once."""
        given_readings.take_in(self.ward, assignment_id, stored, now)

    def unassigned_since(self, now: Instant) -> tuple[Instant, int]:
        """Since when the unassigned readings are counted, and how many are known at this moment."""
        return now - 24 * HOUR, self.ward.unassigned(now)

    def unassigned_counted(self, counted: int, known: int, now: Instant) -> None:
        """The database has so many, asked when ``known`` were known; what came since then is added."""
        came_since = max(0, self.ward.unassigned(now) - known)
        self.ward.unassigned_by_hour = {now // HOUR: counted + came_since}

    def take_notices(self) -> list[Notice]:
        """What devices must be told of, once the batch taken before is durable."""
        notices, self.ward.outbox.notices = self.ward.outbox.notices, []
        return notices

    def snapshot(self, now: Instant) -> Snapshot:
        """Everything a screen needs; ``seq`` and ``self_check_age_s`` are the gateway's to fill in."""
        ward = self.ward
        return Snapshot(
            seq=0,
            server_time=now,
            clock_speed=ward.clock_speed,
            simulated=ward.simulated,
            self_check_age_s=0.0,
            rooms=[
                views.room_view(ward, room.id, now, with_values=True)
                for room in ward.registry.rooms.values()
                if not room.retired
            ],
            alarms=views.alarm_views(ward),
            due=views.due(ward, views.due_keys(ward)),
            not_watched=self._lists.not_watched(views.gap_keys(ward, now)),
            unassigned=ward.unassigned(now),
        )

    def _note_endings(self) -> None:
        """Pauses that are over are facts, and every screen counts them down."""
        for session_id, ending in self.ward.alarms.take_endings():
            body = facts.PauseEnded(session_id, ending.kind, ending.why)
            self.ward.note(body, at=ending.at, by=facts.Fact.SYSTEM, session_id=session_id)
            self.ward.must_checkpoint[session_id] = None
            self.ward.outbox.rooms[self.ward.sessions[session_id].room_id] = None
