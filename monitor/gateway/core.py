"""The heart of the gateway: one monitor, one commit loop, and everybody who waits for a commit.

Everything here runs on the event loop's thread. ``collect`` and ``publish`` are the two ends of a commit: what was
collected with a batch is told to devices, screens and those who gave orders only when ``publish`` is called.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from monitor.domain.facts import Fact
from monitor.gateway.access import is_current
from monitor.gateway.commits import GroupCommit
from monitor.gateway.feed_protocol import ACKS_NOT_READ, REVOKED, ROTATED, Close
from monitor.gateway.health import OLDEST_SELF_CHECK_S, Health
from monitor.gateway.limits import Limits, OrderCount
from monitor.gateway.peers import Device, Screen
from monitor.gateway.recount import Recount, Unassigned
from monitor.gateway.stations import Stations
from monitor.service.batches import StoredReading
from monitor.wire.live import Heartbeat, Snapshot, Update

if TYPE_CHECKING:
    from monitor.service.batches import Batch, Commit
    from monitor.service.keeping_ports import Keeper
    from monitor.service.monitor import Monitor, Notice
    from monitor.service.ports import Clock, Journal, Page, Pager

_log = structlog.get_logger("monitor.gateway")

MOST_UNREAD_BYTES = 1024 * 1024
STANDSTILL_S = OLDEST_SELF_CHECK_S
"""A tick that comes so late means that the whole gateway stood still; what is ready by then waited with it."""
OPERATOR_DISABLED = Close(4003, "this operator is disabled")
PASS_ENDED = Close(4003, "whoever signed in here last has a new password")
SIGNED_OUT = Close(4003, "this sign-in was ended")
_LAST_WORDS = {"revoked": REVOKED, "rotated": ROTATED}
TOO_MANY_SCREENS = Close(1013, "too many screens of one operator; close some of them")
TOO_SLOW = Close(1013, "this screen does not keep up; it starts again from a snapshot")


@dataclass(slots=True)
class Group:
    """Everything that waits for one batch."""

    batch: Batch | None
    update: Update | None
    notices: list[Notice]
    pages: list[Page]
    devices: list[Device]
    replies: list[Callable[[], None]]
    given: list[str] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    snapshot: Snapshot | None = None


class Core:
    """Holds the state of the running gateway. ``poisoned`` counts rows that the database refused."""

    def __init__(
        self,
        monitor: Monitor,
        journal: Journal,
        clock: Clock,
        pager: Pager,
        unassigned: Unassigned,
        keeper: Keeper | None = None,
        *,
        limits: Limits | None = None,
    ) -> None:
        self.monitor = monitor
        self.clock = clock
        self.pager = pager
        self.keeper = keeper
        self.limits = limits or Limits()
        # Staff, and those who play staff, have as much more to do as the clock is faster.
        self.order_count = OrderCount(round(self.limits.orders_per_minute * monitor.clock_speed))
        self.recount = Recount(monitor, clock, unassigned)
        self.stations = Stations(monitor, monitor.clock_speed)
        self.commits: GroupCommit[Group] = GroupCommit(journal, self.collect, self.publish)
        self.health = Health(self.commits, self._now_s())
        self.devices: dict[str, Device] = {}
        self.screens: set[Screen] = set()
        self.frames = 0
        self.poisoned = 0
        self.too_slow = 0
        self.published = 0
        self._ticked_s = (self._now_s(), time.time())
        self._collected = 0
        self._waiting_devices: set[Device] = set()
        self._replies: list[Callable[[], None]] = []

    # What is waited for

    def device_waits(self, device: Device, readings: int) -> None:
        """The device is to be told something once what it has sent so far is durable."""
        self._waiting_devices.add(device)
        self.commits.want(readings)

    def after_commit(self, reply: Callable[[], None]) -> None:
        """Call ``reply`` once everything that has happened so far is durable."""
        self._replies.append(reply)
        self.commits.want()

    def has_too_many_screens(self, holder: str) -> bool:
        """Whether this operator, or this locked station, has as many live feeds open as one may."""
        mine = sum(screen.holder == holder for screen in self.screens)
        return mine >= self.limits.screens_per_operator

    def screen_wants_snapshot(self, screen: Screen) -> None:
        """The screen is sent a snapshot with the next commit that it is due, so that all it shows is durable."""
        screen.viewer.wants_snapshot = True
        self.commits.want()

    # The two ends of a commit

    def collect(self) -> Group | None:
        """Take everything that waits; None when nothing does."""
        now = self.clock.now()
        batch, update = self.monitor.take_batch(now), self.monitor.take_update(now)
        devices, self._waiting_devices = list(self._waiting_devices), set()
        replies, self._replies = self._replies, []
        notices, pages = self.monitor.take_notices(), self.monitor.take_pages()
        group = Group(batch, None, notices, pages, devices, replies, self.monitor.take_given())
        if update is not None:
            self._collected += 1
            group.update = update.model_copy(update={"seq": self._collected})
        now_s = self._now_s()
        group.screens = [s for s in self.screens if s.viewer.is_due_a_snapshot(now_s)]
        if group.screens:
            group.snapshot = self._snapshot(now)
        if group == Group(None, None, [], [], [], []):
            return None
        for device in devices:
            device.feed.seal()
        return group

    def publish(self, group: Group, commit: Commit | None) -> None:
        """The group's batch is durable: tell everybody."""
        refused = self._count_poisoned(commit)
        # Staff first: a storm's first alarm does not wait for every device's acknowledgement.
        if group.update is not None:
            self._publish_update(group.update)
        for device in group.devices:
            device.feed.committed(refused[device.feed.device.id] if refused else 0)
            device.flush()
            if device.socket.unsent_bytes() > MOST_UNREAD_BYTES:
                self.end(device, ACKS_NOT_READ)
        if group.snapshot is not None:
            self.stations.deliveries.told(group.snapshot.alarms)
            data, now_s = group.snapshot.model_dump_json().encode(), self._now_s()
            for screen in group.screens:
                screen.viewer.send_snapshot(data, now_s)
        for notice in group.notices:
            self._notify(notice)
        for page in group.pages:
            self.pager.submit(page)
        for reply in group.replies:
            reply()
        if group.given:
            self.recount.start(group.given)

    # Time

    def tick(self) -> None:
        """Let the alarm engine act on time passing; call it several times a second."""
        now, now_s = self.clock.now(), self._now_s()
        self._notice_standstill(now, now_s)
        self.monitor.tick(now)
        self._watch_pager(now)
        self.health.engine_checked(now_s)
        self.commits.want()
        for screen in self.screens:
            screen.viewer.pump(now_s)
            if screen.viewer.is_too_slow(now_s) and not screen.socket.is_closing:
                self.too_slow += 1
                screen.socket.close(TOO_SLOW)

    def heartbeat(self) -> None:
        """Tell every screen that the gateway lives and how it is; call it once a second."""
        self._end_screens_that_were_signed_out()
        self._watch_the_record()
        now_s = self._now_s()
        data = (
            Heartbeat(
                seq=self.published,
                server_time=self.clock.now(),
                self_check_age_s=round(self.health.self_check_age_s(now_s), 3),
                degraded=self.health.reasons(now_s),
            )
            .model_dump_json()
            .encode()
        )
        for screen in self.screens:
            screen.viewer.send_heartbeat(data)

    def end(self, device: Device, close: Close) -> None:
        """Close a device's connection for a reason of the gateway's."""
        device.feed.end(close, self.clock.now())
        device.flush()

    def _snapshot(self, now: int) -> Snapshot:
        age_s = self.health.self_check_age_s(self._now_s())
        snapshot = self.monitor.snapshot(now)
        return snapshot.model_copy(
            update={"seq": self._collected, "self_check_age_s": round(age_s, 3)}
        )

    def _notice_standstill(self, now: int, now_s: float) -> None:
        # The loop's clock does not run while the machine is suspended; the wall clock does.
        ticked_s, self._ticked_s = self._ticked_s, (now_s, time.time())
        gap_s = max(after - before for before, after in zip(ticked_s, self._ticked_s, strict=True))
        if gap_s > STANDSTILL_S:
            _log.error("the gateway stood still", seconds=round(gap_s, 1))
            self.monitor.stood_still(gap_s, now)

    def _watch_pager(self, now: int) -> None:
        """Notices that do not get through are something that is not watched, on every screen."""
        if self.pager.problem():
            self.monitor.pager_failed(now)
        else:
            self.monitor.pager_ok()

    def _watch_the_record(self) -> None:
        """Backups that fail and a disk that fills harm nobody today: they are told, and the system is not degraded."""
        if self.keeper is not None:
            problems = self.keeper.care().problems
            self.health.warnings = list(problems.values())
            self.monitor.record_kept(problems, self.clock.now())

    def _end_screens_that_were_signed_out(self) -> None:
        for screen in self.screens:
            known = self.monitor.operator(screen.operator or screen.pass_holder)
            if known is None or screen.socket.is_closing:
                continue
            if known.disabled:
                screen.socket.close(OPERATOR_DISABLED)
            elif screen.operator and not is_current(
                self.monitor, known.name, screen.generation, screen.sign_in
            ):
                screen.socket.close(SIGNED_OUT)
            elif screen.pass_holder and known.passwords != screen.passwords:
                screen.socket.close(PASS_ENDED)

    def _publish_update(self, update: Update) -> None:
        self.published = update.seq
        self.stations.deliveries.told(update.alarms)
        if self.screens:
            data, now_s = update.model_dump_json().encode(), self._now_s()
            for screen in self.screens:
                screen.viewer.offer(update, data, now_s)

    def _notify(self, notice: Notice) -> None:
        device = self.devices.get(notice.device_id)
        if device is None:
            return
        if notice.kind in _LAST_WORDS:
            self.end(device, _LAST_WORDS[notice.kind])
        else:
            device.feed.session_changed(notice.session)
            device.flush()

    def _count_poisoned(self, commit: Commit | None) -> Counter[str]:
        rows = [row for row, _ in commit.poisoned] if commit is not None else []
        refused = Counter(row.reading.source for row in rows if isinstance(row, StoredReading))
        if rows:
            self.poisoned += len(rows)
            _log.error("the database refused rows", count=len(rows), devices=sorted(refused))
        if any(isinstance(row, Fact) for row in rows):
            self.health.journal_incomplete()
        return refused

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()
