"""The monitor itself as the counterpart of a check: no process, no socket, no disk; what it would store is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from monitor.domain.readings import MANUAL_SOURCE
from monitor.gateway.feed_protocol import DeviceFeed
from monitor.service.batches import Batch, StoredReading
from monitor.service.monitor import Monitor
from monitor.service.proof_ports import AlarmInputs, RecordedFact, RecordedFrame
from monitor.service.protocols import Protocol, load_protocols
from monitor.service.restore import restore
from monitor.storage import open_journal, open_records
from monitor.wire.device import Ack, Error, parse_to_device
from monitor.wire.live import AlarmView
from monitor.wire.orders import parse_order
from simulators.check.counterpart import Answer, Heard, Record, SeenAlarm
from tests.service.clinic import KEY, START, RandomTokens


@contextmanager
def engine(directory: Path, protocols: dict[str, Protocol] | None = None) -> Iterator[Engine]:
    """A monitor without a past; ``directory`` has an empty database."""
    directory.mkdir(exist_ok=True)
    open_journal(directory, KEY).close()
    with closing(open_records(directory)) as records:
        known = load_protocols() if protocols is None else protocols
        monitor = restore(records, known, RandomTokens(), START, simulated=True, clock_speed=1000)
        yield Engine(monitor)


class Engine:
    """See ``Counterpart``."""

    def __init__(self, monitor: Monitor) -> None:
        self.now = START
        self.monitor = monitor
        self.readings: dict[str, list[StoredReading]] = {}
        self._batches: list[Batch] = []
        self._alarms: dict[str, AlarmView] = {}
        self._sessions: dict[str, tuple[str, int]] = {}

    async def advance(self, to: int) -> None:
        self.now = max(self.now, to)
        self.monitor.tick(self.now)
        self.take()

    async def order(self, order: dict[str, Any], by: str) -> Answer:
        message = {"type": "order", "order_id": str(uuid4()), "order": order}
        outcome = self.monitor.execute(
            parse_order(json.dumps(message)).order,
            by=by or "console:test",
            role="administrator",
            now=self.now,
            password_hash="hash",
        )
        self.take()
        return Answer(outcome.ok, outcome.message or outcome.code, outcome.result)

    async def connect(self, token: str, hello: str) -> EngineLine:
        device = self.monitor.device_with_token(token)
        assert device is not None
        line = EngineLine(self, DeviceFeed(self.monitor, device))
        line.take(hello)
        return line

    async def record(self, session: str, *, readings: bool) -> Record:
        phase, number = self._sessions[session]
        alarms = [_seen(view) for view in self._alarms.values() if view.session == session]
        return Record(
            phase,
            number,
            sorted(alarms, key=lambda alarm: alarm.raised_at),
            [_row(stored) for stored in self.readings.get(session, ()) if readings],
        )

    def alarm_inputs(self, session: str) -> AlarmInputs:
        """What would be on record of how the session's alarms came about."""
        facts: list[RecordedFact] = []
        frames: list[RecordedFrame] = []
        for number, batch in enumerate(self._batches, start=1):
            facts += [
                RecordedFact(number, fact) for fact in batch.facts if fact.session_id == session
            ]
            frames += _frames(number, batch, session)
        return AlarmInputs(session, facts, frames)

    def take(self) -> None:
        """Take what would be stored and shown."""
        batch = self.monitor.take_batch(self.now)
        self._batches += [] if batch is None else [batch]
        for stored in () if batch is None else batch.readings:
            if stored.session_id is not None:
                self.readings.setdefault(stored.session_id, []).append(stored)
        update = self.monitor.take_update(self.now)
        self.monitor.take_notices()
        self.monitor.take_pages()
        if update is None:
            return
        self._alarms.update((view.id, view) for view in update.alarms)
        for room in update.rooms:
            if room.session is not None:
                self._sessions[room.session.id] = (room.session.phase, room.session.number)


class EngineLine:
    """See ``Line``."""

    def __init__(self, owner: Engine, feed: DeviceFeed) -> None:
        self.last_seq = 0
        self._owner = owner
        self._feed = feed
        self._heard = Heard()

    def take(self, frame: str) -> None:
        """One frame, durable at once."""
        self._feed.receive_text(frame, self._owner.now)
        self._owner.take()
        self._feed.seal()
        self._feed.committed()
        for text in self._feed.take_outgoing():
            self._hear(text)

    async def send(self, texts: Sequence[str], *, readings: int, garbage: int) -> None:  # noqa: ARG002 - answered at once
        for text in texts:
            self.take(text)

    async def settle(self, heard: Heard) -> None:
        heard.stored += self._heard.stored
        heard.rejected += self._heard.rejected
        heard.refused += self._heard.refused
        self._heard = Heard()

    async def close(self) -> None:
        self._feed.lost("cut", self._owner.now)
        self._owner.take()

    def _hear(self, text: str) -> None:
        match parse_to_device(text):
            case Ack() as ack:
                self._heard.stored += ack.stored
                self._heard.rejected += len(ack.rejected)
            case Error():
                self._heard.refused += 1
            case other:
                self.last_seq = getattr(other, "last_seq", self.last_seq)


def _frames(number: int, batch: Batch, session: str) -> Iterator[RecordedFrame]:
    """A batch is of one frame, or of none."""
    stored = [known for known in batch.readings if known.session_id == session]
    rejected = tuple(known for known in batch.rejected if known.session_id == session)
    readings = tuple(known.reading for known in stored)
    if readings and readings[0].source != MANUAL_SOURCE:
        source, at = readings[0].source, readings[0].received_at
        yield RecordedFrame(number, at, source, stored[0].stream, stored[0].seq, readings, rejected)
    elif rejected:
        _, source, stream, seq, _, at, *_ = rejected[0]
        yield RecordedFrame(number, at, source, stream, seq, (), rejected)


def _seen(view: AlarmView) -> SeenAlarm:
    return SeenAlarm(
        view.id,
        view.kind,
        view.metric,
        view.type,
        view.priority,
        view.state,
        view.raised_at,
        view.ended_at,
        view.text["en"],
    )


def _row(stored: StoredReading) -> dict[str, str]:
    reading = stored.reading
    late = str(bool(reading.late)).lower()
    return {"metric": str(reading.metric), "status": str(reading.status), "late": late}
