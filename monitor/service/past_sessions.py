"""A session's whole record, read from what is durable: for reviews, exports and rehearsals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from monitor.domain.course import Course
from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import Instant
from monitor.domain.review.record import SessionRecord, record_of
from monitor.domain.sessions import Session
from monitor.service.ports import Records
from monitor.service.protocols import Protocol, read_protocol


@lru_cache(maxsize=32)
def _read(text: str, name: str) -> Protocol:
    return read_protocol(text, name)


def protocol_of(
    records: Records, protocols: Mapping[str, Protocol], session: Session
) -> Protocol | None:
    """The edition that the session began with, also after the file was changed; None for a protocol that is gone.

    ``protocols`` are those of today, by name.
    """
    current = protocols.get(session.protocol)
    if not session.edition or (current is not None and current.edition == session.edition):
        return current
    text = records.protocol_texts().get(session.edition)
    return current if text is None else _read(text, session.protocol)


def session_record(
    records: Records, protocols: Mapping[str, Protocol], session: Session, now: Instant
) -> SessionRecord:
    """All of one session; one of a protocol that is gone has neither limits nor a course. Slow for a long one."""
    protocol = protocol_of(records, protocols, session)
    return record_of(
        session,
        course=Course() if protocol is None else protocol.course,
        settings=AlarmSettings() if protocol is None else protocol.alarms,
        facts=records.facts(session.id),
        readings=[stored.reading for stored in records.readings(session.id)],
        alarms=records.alarms(session.id),
        now=now,
    )
