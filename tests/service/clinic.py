"""A clinic for tests: orders and frames in, facts on disk, restarts on demand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from monitor.domain.readings import SECOND
from monitor.identity import new_token
from monitor.service.intake import FrameOutcome
from monitor.service.monitor import Monitor, Outcome
from monitor.service.past_sessions import protocol_of
from monitor.service.protocols import load_protocols
from monitor.service.rehearsal import prove_alarms
from monitor.service.restore import restore
from monitor.storage import open_journal, open_records
from monitor.wire import orders
from monitor.wire.base import rfc3339
from monitor.wire.device import Hello, Readings, Welcome, parse_from_device
from monitor.wire.live import Update
from monitor.wire.orders import Order

START = 1_795_000_000_000
KEY = bytes(32)


class RandomTokens:
    """Real tokens."""

    def new_token(self) -> str:
        return new_token()


class Clinic:
    """``now`` moves only when a test moves it; everything is committed as it happens."""

    def __init__(self, directory: Path, *, simulated: bool = True) -> None:
        self.directory = directory
        self.simulated = simulated
        self.now = START
        self.journal = open_journal(directory, KEY)
        self.records = open_records(directory)
        self.updates: list[Update] = []
        self.monitor = self._restored()
        self.order(orders.AddRoom(name="1"))
        added = self.order(orders.AddDevice(room="1", name="Monitor 1", simulated=simulated))
        self.device, self.token = added.result["id"], added.result["token"]
        self.session: str = self.order(
            orders.StartSession(room="1", patient="P-1", weight_kg=80)
        ).result["session"]
        self.stream = uuid4()
        self.seq = 0
        self.hello()

    def _restored(self) -> Monitor:
        return restore(
            self.records, load_protocols(), RandomTokens(), self.now, simulated=self.simulated
        )

    def restart(self, after_s: float = 0) -> None:
        """The process dies and comes back; the device says hello again."""
        self.now += round(after_s * SECOND)
        self.monitor = self._restored()
        self.commit()
        self.hello()

    def commit(self) -> None:
        """Make durable what has happened."""
        batch = self.monitor.take_batch(self.now)
        if batch is not None:
            assert self.journal.commit(batch).poisoned == ()
        update = self.monitor.take_update(self.now)
        if update is not None:
            self.updates.append(update)

    def order(self, order: Order, *, by: str = "N-12", role: str = "administrator") -> Outcome:
        """Give an order and commit."""
        outcome = self.monitor.execute(order, by=by, role=role, now=self.now, password_hash="hash")
        self.commit()
        return outcome

    def enter(self, phase: str, *, override: str | None = "test") -> Outcome:
        """Go on to a phase, past its gate."""
        entered = {"session": self.session, "phase": phase, "override": override}
        return self.order(orders.EnterPhase.model_validate(entered))

    def hello(self, stream: UUID | None = None, **more: Any) -> Welcome:
        """The device says hello."""
        self.stream = stream or self.stream
        message = Hello.model_validate(
            {"type": "hello", "stream": str(self.stream), "sent_at": rfc3339(self.now), **more}
        )
        welcome = self.monitor.welcome(self.device, message, self.now)
        self.commit()
        return welcome

    def frame(
        self, *readings: dict[str, Any], seq: int | None = None, offset_ms: int = 0
    ) -> FrameOutcome:
        """The device sends a frame; readings without ``measured_at`` were measured now."""
        self.seq = self.seq + 1 if seq is None else seq
        message = parse_from_device(frame_text(self.seq, self.now, readings))
        assert isinstance(message, Readings)
        outcome = self.monitor.record_frame(self.device, message, offset_ms, self.now)
        self.commit()
        return outcome

    def seconds(self, count: int, spo2: float | None = 97, pulse: float | None = 80) -> None:
        """That many seconds of a living feed."""
        for _ in range(count):
            self.wait(1)
            self.frame(value("pulse_rate", pulse), value("spo2", spo2))

    def wait(self, seconds: float) -> None:
        """Time passes; the engine ticks each quarter of a second."""
        end = self.now + round(seconds * SECOND)
        while self.now < end:
            self.now = min(self.now + 250, end)
            self.monitor.tick(self.now)
            self.commit()

    def alarms(self) -> dict[str, str]:
        """State by id of every raised occurrence, as it is on disk."""
        return {
            known.alarm_id: known.state
            for known in self.records.alarms(self.session)
            if known.raised_at is not None
        }

    def prove_alarms(self) -> None:
        """The alarms on disk are those that readings and facts on disk give."""
        protocols = load_protocols()
        for session in self.records.sessions():
            inputs = self.records.alarm_inputs(session.id)
            protocol = protocol_of(self.records, protocols, session)
            if protocol is not None and protocol.edition == session.edition:
                proof = prove_alarms(inputs, protocol.alarms, protocol.course)
                assert proof.difference is None, proof.difference


def value(metric: str, number: float | None, **more: Any) -> dict[str, Any]:
    """One single value."""
    return {"metric": metric, "value": number, **more}


def cuff(systolic: float | None, diastolic: float | None, **more: Any) -> dict[str, Any]:
    """One cuff."""
    return {"metric": "nibp", "systolic": systolic, "diastolic": diastolic, **more}


def frame_text(seq: int, now: int, readings: tuple[dict[str, Any], ...]) -> str:
    """A frame as a device sends it."""
    dated = [{"measured_at": rfc3339(now), **reading} for reading in readings]
    return json.dumps({"type": "readings", "seq": seq, "sent_at": rfc3339(now), "readings": dated})
