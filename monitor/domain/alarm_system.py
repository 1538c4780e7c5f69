"""The alarm system: the alarms of every open session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.domain.controls import Ending
from monitor.domain.feed_watch import Told
from monitor.domain.limits import AlarmSettings
from monitor.domain.occurrence_book import Change, UnknownAlarmError
from monitor.domain.readings import Instant, Metric, Reading, Rejection
from monitor.domain.session_alarms import SessionAlarms
from monitor.domain.session_state import SessionState


class SessionChange(NamedTuple):
    """A transition and the session it belongs to."""

    session_id: str
    change: Change


class SessionEnding(NamedTuple):
    """A pause that is over and the session it belonged to."""

    session_id: str
    ending: Ending


class AlarmSystem:
    """Sessions are independent of each other: the order in which their messages interleave changes nothing.

    Call ``tick`` at least each quarter of a second and ``take_changes`` after every call; commit what it gives
    together with what caused it, and only then show it.
    """

    def __init__(self) -> None:
        self._sessions: dict[str, SessionAlarms] = {}
        self._touched: dict[str, None] = {}
        self._changes: list[SessionChange] = []
        self._endings: list[SessionEnding] = []
        self._told: list[tuple[Instant, Told]] = []

    def __iter__(self) -> Iterator[SessionAlarms]:
        return iter(self._sessions.values())

    def __len__(self) -> int:
        """How many sessions are watched."""
        return len(self._sessions)

    def watch(self, settings: AlarmSettings, state: SessionState) -> SessionAlarms:
        """Begin (or, with a restored state, go on) to watch a session."""
        alarms = self._sessions[state.session_id] = SessionAlarms(settings, state)
        self._touched[state.session_id] = None
        return alarms

    def session(self, session_id: str) -> SessionAlarms | None:
        """The alarms of an open session."""
        return self._sessions.get(session_id)

    def observe(self, session_id: str, readings: Sequence[Reading], now: Instant) -> None:
        """Take readings of one source in. Raises KeyError for a session that is not watched."""
        # Most readings change nothing; to look at every session once more, when it is not at hand, would cost more.
        if self._sessions[session_id].observe(readings, now):
            self._touched[session_id] = None

    def reject(
        self, session_id: str, source: str, metric: Metric, rejection: Rejection, now: Instant
    ) -> None:
        """A reading of a session that cannot be true."""
        self._touched[session_id] = None
        self._sessions[session_id].reject(source, metric, rejection, now)

    def tick(self, now: Instant) -> None:
        """Let time pass in every session."""
        for session_id, alarms in self._sessions.items():
            if now >= alarms.next_due:
                self._touched[session_id] = None
                alarms.tick(now)

    def acknowledge(self, alarm_id: str, by: str, note: str | None, now: Instant) -> bool:
        """An operator has seen it; see SessionAlarms.acknowledge. Raises UnknownAlarmError, EndedAlarmError."""
        session_id = alarm_id.rpartition("-a")[0]
        alarms = self._sessions.get(session_id)
        if alarms is None:
            raise UnknownAlarmError(f"there is no alarm {alarm_id} in an open session")
        self._touched[session_id] = None
        return alarms.acknowledge(alarm_id, by, note, now)

    def touch(self, session_id: str) -> SessionAlarms | None:
        """The alarms of a session that the caller is about to change directly."""
        self._touched[session_id] = None
        return self._sessions.get(session_id)

    def end(self, session_id: str, now: Instant) -> None:
        """Stop watching; what was left ends with the session and is taken with the next changes."""
        alarms = self._sessions.pop(session_id)
        self._touched.pop(session_id, None)
        alarms.end_session(now)
        self._collect(session_id, alarms)

    def take_changes(self) -> list[SessionChange]:
        """Every transition since the last call, by session in the order they were touched."""
        touched, self._touched = self._touched, {}
        for session_id in touched:
            alarms = self._sessions.get(session_id)
            if alarms is not None:
                self._collect(session_id, alarms)
        changes, self._changes = self._changes, []
        return changes

    def take_endings(self) -> list[SessionEnding]:
        """Every pause that is over since the last call; call it after ``take_changes``."""
        endings, self._endings = self._endings, []
        return endings

    def take_told(self) -> list[tuple[Instant, Told]]:
        """What has gone in and stands in no other fact; call it after ``take_changes``."""
        told, self._told = self._told, []
        return told

    def _collect(self, session_id: str, alarms: SessionAlarms) -> None:
        if changes := alarms.take_changes():
            self._changes += [SessionChange(session_id, change) for change in changes]
        if endings := alarms.take_endings():
            self._endings += [SessionEnding(session_id, ending) for ending in endings]
        self._told += alarms.take_told()
