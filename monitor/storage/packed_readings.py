"""What lies in blocks is stored already: the table's key cannot tell, so the same reading once more is refused here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection, select

from monitor.storage.block_codec import BlockDamagedError
from monitor.storage.reading_blocks import Block, rows_of_block
from monitor.storage.rows import ReadingRow
from monitor.storage.tables import reading_blocks

_log = structlog.get_logger(__name__)
_AT = "SELECT * FROM reading_blocks WHERE session = ? AND first_t <= ? AND last_t >= ?"

_Identity = tuple[int, int, int, int]
"""t, stream, seq and idx."""


class KnownReadingError(ValueError):
    """A reading of this identity is stored already."""


@dataclass(slots=True)
class PackedReadings:
    """The sessions that have blocks, and what the block that was asked for last holds."""

    sessions: set[int] = field(default_factory=set)
    _first_n: int | None = None
    _known: frozenset[_Identity] = frozenset()

    @classmethod
    def load(cls, connection: Connection) -> PackedReadings:
        """As the table has it."""
        return cls(set(connection.execute(select(reading_blocks.c.session).distinct()).scalars()))

    def add(self, session: int) -> None:
        """Some of the session's readings were packed."""
        self.sessions.add(session)

    def refuse_known(self, connection: Connection, rows: Sequence[ReadingRow]) -> None:
        """Raises KnownReadingError. Costs next to nothing for sessions without blocks, which all open ones are."""
        if self.sessions.isdisjoint({row[0] for row in rows}):
            return
        for row in rows:
            if row[0] in self.sessions and self._has(connection, row):
                raise KnownReadingError(
                    f"reading {row[3]}, {row[4]} of its queue is stored already"
                )

    def _has(self, connection: Connection, row: ReadingRow) -> bool:
        found = connection.exec_driver_sql(_AT, (row[0], row[1], row[1])).all()
        return any(row[1:5] in self._identities(Block._make(block)) for block in found)

    def _identities(self, block: Block) -> frozenset[_Identity]:
        if block.first_n != self._first_n:
            try:
                self._known = frozenset(row[1:5] for row in rows_of_block(block))
            except BlockDamagedError as error:
                # What nobody can compare is better stored twice than lost; ``verify`` names the block.
                _log.error("block_unreadable", first_n=block.first_n, error=str(error))
                self._known = frozenset()
            self._first_n = block.first_n
        return self._known
