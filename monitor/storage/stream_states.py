"""How far each device queue is durable, kept beside the table so that most batches need not repeat it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from monitor.storage.tables import streams

Holes = list[list[int]]
_SAVE = (
    update(streams)
    .where(streams.c.key == bindparam("of"))
    .values(
        last_seq=bindparam("last_seq"),
        holes=bindparam("holes"),
        last_received=bindparam("last_received"),
    )
)


@dataclass(slots=True)
class StreamState:
    """``last_seq`` is None for a stream without a position: the manual entries."""

    last_seq: int | None = None
    holes: Holes = field(default_factory=list)
    last_received: int | None = None


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

    def received(self, stream: int, at: int) -> None:
        """A reading of the stream arrived at that moment."""
        state = self._state(stream)
        if state.last_received is None or at > state.last_received:
            state.last_received = at
            self.touched.add(stream)

    def follow(
        self, reading_rows: Sequence[tuple[Any, ...]], rejected_rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Take in the moves that a batch's stored rows imply."""
        for _, _, stream, seq, *_ in reading_rows:
            self._advance(stream, seq)
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
            connection.execute(
                _SAVE,
                [
                    {
                        "of": key,
                        "last_seq": self.states[key].last_seq,
                        "holes": self.states[key].holes or None,
                        "last_received": self.states[key].last_received,
                    }
                    for key in sorted(self.touched)
                ],
            )
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
