"""The small numbers that stand for sessions, streams, metrics and statuses in the rows of ``readings``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from monitor.domain.readings import MANUAL_SOURCE
from monitor.storage.tables import UNASSIGNED, metrics, sessions, statuses, streams

_STREAM_NAMES = select(streams.c.key, streams.c.source, streams.c.stream)


class UnknownSessionError(ValueError):
    """A reading says it belongs to a session that was never started."""


class _NamesOfStreams(dict[int, tuple[str, str]]):
    """Asks for each stream when it is met first. Of use as long as the connection is."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def __missing__(self, key: int) -> tuple[str, str]:
        _, source, stream = self._connection.execute(
            _STREAM_NAMES.where(streams.c.key == key)
        ).one()
        self[key] = (source, stream)
        return source, stream


@dataclass(slots=True)
class Names:
    """Both directions of the four dictionaries, as they are in the file and in the transaction under way."""

    sessions: dict[str | None, tuple[int, int]] = field(default_factory=dict)
    """Session id to its number and its start."""
    session_ids: dict[int, tuple[str | None, int]] = field(default_factory=dict)
    streams: dict[tuple[str, str], int] = field(default_factory=dict)
    stream_names: dict[int, tuple[str, str]] = field(default_factory=dict)
    metrics: dict[str, int] = field(default_factory=dict)
    metric_words: dict[int, str] = field(default_factory=dict)
    statuses: dict[str, int | None] = field(default_factory=dict)
    status_words: dict[int | None, str] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection) -> Names:
        """What the file has."""
        names = cls()
        names._load_words(connection)
        for key, source, stream in connection.execute(_STREAM_NAMES):
            names._add_stream(source, stream, key)
        names.load_sessions(connection)
        return names

    @classmethod
    def of_session(cls, connection: Connection, session_id: str) -> Names:
        """What is needed to read one session's readings: with years of sessions all the names are a long list."""
        names = cls(stream_names=_NamesOfStreams(connection))
        names._load_words(connection)
        query = select(sessions.c.key, sessions.c.started_at).where(sessions.c.id == session_id)
        for key, started_at in connection.execute(query):
            names._add_session(session_id, key, started_at)
        return names

    def _load_words(self, connection: Connection) -> None:
        self._add_session(None, UNASSIGNED, 0)
        self._add_status("ok", None)
        for key, word in connection.execute(select(metrics.c.key, metrics.c.word)):
            self._add_metric(word, key)
        for key, word in connection.execute(select(statuses.c.key, statuses.c.word)):
            self._add_status(word, key)

    def load_sessions(self, connection: Connection) -> None:
        """Take in the sessions that have been started since."""
        newest = max(self.session_ids)
        query = select(sessions.c.id, sessions.c.key, sessions.c.started_at)
        for session_id, key, started_at in connection.execute(query.where(sessions.c.key > newest)):
            self._add_session(session_id, key, started_at)

    def session(self, session_id: str | None) -> tuple[int, int]:
        """The session's number and start. Raises UnknownSessionError."""
        try:
            return self.sessions[session_id]
        except KeyError:
            raise UnknownSessionError(f"session {session_id} was never started") from None

    def ensure_stream(self, connection: Connection, source: str, stream: str) -> int:
        key = self.streams.get((source, stream))
        if key is None:
            known = select(streams.c.key).where(
                streams.c.source == source, streams.c.stream == stream
            )
            key = connection.scalar(known)
            if key is not None:
                self._add_stream(source, stream, key)
        if key is None:
            row = insert(streams).values(source=source, stream=stream).returning(streams.c.key)
            key = int(connection.execute(row).scalar_one())
            self._add_stream(source, stream, key)
        return key

    def forget_streams(self) -> set[int]:
        """All but those of manual entries, which figures ask for; the numbers that are left."""
        left = {key: name for key, name in self.stream_names.items() if name[0] == MANUAL_SOURCE}
        self.stream_names = left
        self.streams = {name: key for key, name in left.items()}
        return set(left)

    def ensure_metric(self, connection: Connection, word: str) -> int:
        key = self.metrics.get(word)
        if key is None:
            row = insert(metrics).values(word=word).returning(metrics.c.key)
            key = int(connection.execute(row).scalar_one())
            self._add_metric(word, key)
        return key

    def ensure_status(self, connection: Connection, word: str) -> None:
        if word not in self.statuses:
            row = insert(statuses).values(word=word).returning(statuses.c.key)
            self._add_status(word, int(connection.execute(row).scalar_one()))

    def used_by(
        self, rows: Iterable[tuple[Any, ...]], rejected_streams: Iterable[int]
    ) -> dict[str, Any]:
        """What the small numbers of these ``readings`` rows mean, in a fixed order, for the chain."""
        used_sessions, used_streams, used_metrics, used_statuses = (
            set(),
            set(rejected_streams),
            set(),
            set(),
        )
        for session, _, stream, _, _, _, metric, _, _, _, _, status, _, _, _ in rows:
            used_sessions.add(session)
            used_streams.add(stream)
            used_metrics.add(metric)
            used_statuses.add(status)
        used_statuses.discard(None)
        return {
            "sessions": [(key, *self.session_ids[key]) for key in sorted(used_sessions)],
            "streams": [(key, *self.stream_names[key]) for key in sorted(used_streams)],
            "metrics": [(key, self.metric_words[key]) for key in sorted(used_metrics)],
            "statuses": [(key, self.status_words[key]) for key in sorted(used_statuses)],
        }

    def _add_session(self, session_id: str | None, key: int, started_at: int) -> None:
        self.sessions[session_id] = (key, started_at)
        self.session_ids[key] = (session_id, started_at)

    def _add_stream(self, source: str, stream: str, key: int) -> None:
        self.streams[source, stream] = key
        self.stream_names[key] = (source, stream)

    def _add_metric(self, word: str, key: int) -> None:
        self.metrics[word] = key
        self.metric_words[key] = word

    def _add_status(self, word: str, key: int | None) -> None:
        self.statuses[word] = key
        self.status_words[key] = word
