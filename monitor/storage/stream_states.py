"""How far each device queue is durable, kept beside the table so that most batches need not repeat it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from monitor.storage.names import Names
from monitor.storage.statements import run_many
from monitor.storage.tables import streams

Holes = list[list[int]]
_SAVE = "UPDATE streams SET last_seq = ?, holes = ?, last_received = ? WHERE key = ?"


@dataclass(slots=True)
class StreamState:
    """``last_seq`` is None for a stream without a position: the manual entries."""

    last_seq: int | None = None
    holes: Holes = field(default_factory=list)
    last_received: int | None = None

    def as_row(self) -> tuple[int | None, str | None, int | None]:
        return self.last_seq, json.dumps(self.holes) if self.holes else None, self.last_received


@dataclass(slots=True)
class StreamStates:
    """The state of every stream by its small number. A batch's rows imply most moves: the highest seq among them."""

    states: dict[int, StreamState] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)

    @classmethod
    def load(cls, connection: Connection) -> StreamStates:
        columns = (streams.c.key, streams.c.last_seq, streams.c.holes, streams.c.last_received)
        return cls(
            {
                key: StreamState(last_seq, holes or [], received)
                for key, last_seq, holes, received in connection.execute(select(*columns))
            }
        )

    def recall(self, connection: Connection, key: int) -> None:
        """Have the state of a stream that is about to move, new or forgotten."""
        if key in self.states:
            return
        query = select(streams.c.last_seq, streams.c.holes, streams.c.last_received)
        row = connection.execute(query.where(streams.c.key == key)).one()
        self.states[key] = StreamState(row.last_seq, row.holes or [], row.last_received)

    def keep_only(self, keys: Collection[int]) -> None:
        """Forget the others. What has changed must have been saved."""
        self.states = {key: state for key, state in self.states.items() if key in keys}

    def follow(
        self,
        names: Names,
        reading_rows: Sequence[tuple[Any, ...]],
        rejected_rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """Take in the moves that a batch's stored rows imply."""
        starts = names.session_ids
        for session, t, stream, seq, _, _, _, _, _, _, _, _, _, _, received in reading_rows:
            self._advance(stream, seq)
            state, at = self.states[stream], starts[session][1] + t + received
            if state.last_received is None or at > state.last_received:
                state.last_received = at
                self.touched.add(stream)
        for _, stream, seq, *_ in rejected_rows:
            self._advance(stream, seq)

    def move(self, stream: int, last_seq: int, holes: Holes) -> bool:
        """Set a stream's position; whether the rows did not already imply it."""
        state = self._state(stream)
        if (state.last_seq, state.holes) == (last_seq, holes):
            return False
        state.last_seq, state.holes = last_seq, holes
        self.touched.add(stream)
        return True

    def save(self, connection: Connection) -> None:
        """Write what has changed."""
        if self.touched:
            rows = [(*self.states[key].as_row(), key) for key in sorted(self.touched)]
            run_many(connection, _SAVE, rows)
            self.touched.clear()

    def _advance(self, stream: int, seq: int) -> None:
        state = self._state(stream)
        if state.last_seq is not None and seq > state.last_seq:
            state.last_seq = seq
            self.touched.add(stream)

    def _state(self, stream: int) -> StreamState:
        state = self.states.get(stream)
        if state is None:
            state = self.states[stream] = StreamState()
        return state
