"""Everything that leaves with a session, read once; every format is made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.domain.chart import Chart, chart_of
from monitor.domain.course import Course
from monitor.domain.facts import AlarmChanged, Fact
from monitor.domain.limits import AlarmSettings
from monitor.domain.outcomes import Outcome
from monitor.domain.readings import MANUAL_SOURCE, Instant
from monitor.domain.registry import Device
from monitor.domain.review.record import SessionRecord, record_of
from monitor.domain.sessions import Session
from monitor.export.sealed_file import Seal
from monitor.service.batches import ChainHead, StoredReading
from monitor.service.erasing import why_missing
from monitor.service.past_sessions import protocol_of
from monitor.service.ports import Records
from monitor.service.protocols import Protocol
from monitor.service.seal import seal_text


class ExportRefusedError(ValueError):
    """What is on record cannot be said in this format, or not in the way that was asked for; the message says why."""


class RecordProof(NamedTuple):
    """Whether the session's record was proven; ``fault`` is what was found else, empty where nobody looked."""

    proven: bool = False
    fault: str = ""


NOBODY_LOOKED = RecordProof()


@dataclass(frozen=True, slots=True)
class Extract:
    """One session as it is on record.

    ``readings`` by the devices' own times, voided ones too; ``voided`` are the seqs of manual readings that do not
    count. ``alarms`` are the raised occurrences in their newest state. ``outcomes`` are all of the patient, by day.
    ``now`` is the newest moment on record. ``head`` is the newest batch that holds anything of the session.
    """

    session: Session
    room: str
    readings: Sequence[StoredReading]
    facts: Sequence[Fact]
    alarms: Sequence[AlarmChanged]
    voided: frozenset[int]
    devices: Mapping[str, Device]
    course: Course
    settings: AlarmSettings
    simulated: bool
    head: ChainHead
    now: Instant
    deidentified: bool = False
    outcomes: Sequence[Outcome] = ()
    proof: RecordProof = NOBODY_LOOKED
    title: str = ""
    """What the protocol is called; empty for one that is gone."""

    @property
    def is_open(self) -> bool:
        """Whether the session goes on: then nothing here is final."""
        return self.session.is_open

    @property
    def sealed(self) -> str:
        """The session's seal as people compare it: ``infusion-monitor verify`` and the review page say the same."""
        return seal_text(self.head)

    def chart(self) -> Chart:
        """What was planned and entered; its entries say what became of them."""
        return chart_of(self.facts, ())

    def record(self) -> SessionRecord:
        """The same as a review looks at it."""
        return record_of(
            self.session,
            course=self.course,
            settings=self.settings,
            facts=self.facts,
            readings=[stored.reading for stored in self.readings],
            alarms=self.alarms,
            now=self.now,
        )

    def device_name(self, source: str) -> str:
        """The name of a reading's device; empty for a person."""
        if source == MANUAL_SOURCE:
            return ""
        known = self.devices.get(source)
        return source if known is None else known.name

    def is_voided(self, stored: StoredReading) -> bool:
        """Whether a reading's entry was taken back."""
        return stored.seq in self.voided and stored.reading.source == MANUAL_SOURCE

    def seal(self, rows: int) -> Seal:
        """The seal of a file with that many rows, without its hash."""
        return Seal(
            self.session.id,
            rows,
            sha256="",
            batch=self.head.batch_id,
            mac=self.head.mac,
            simulated=self.simulated,
            open=self.is_open,
            deidentified=self.deidentified,
            verified=self.proof.proven,
            fault=self.proof.fault,
        )


def read_extract(
    records: Records, session_id: str, protocols: Mapping[str, Protocol], *, simulated: bool
) -> Extract:
    """All of one session; ``simulated`` is the data directory's. Raises LookupError where there is none."""
    session = records.session(session_id)
    if session is None:
        raise LookupError(why_missing(records, session_id))
    # Before the readings: everything the seal's batch covers is then in the file.
    head = records.session_head(session_id)
    protocol = protocol_of(records, protocols, session)
    rooms = {room.id: room.name for room in records.rooms()}
    stored = records.readings(session_id)
    return Extract(
        session=session,
        room=rooms.get(session.room_id, session.room_id),
        # Equal times stay in the order in which the record has them.
        readings=sorted(stored, key=lambda known: known.reading.measured_at),
        facts=records.facts(session_id),
        alarms=[known for known in records.alarms(session_id) if known.raised_at is not None],
        voided=frozenset(records.voided_seqs(session_id)),
        devices={device.id: device for device in records.devices()},
        course=Course() if protocol is None else protocol.course,
        settings=AlarmSettings() if protocol is None else protocol.alarms,
        simulated=simulated,
        head=head,
        now=records.newest_instant(),
        outcomes=records.outcomes(session.patient),
        title="" if protocol is None else protocol.title,
    )
