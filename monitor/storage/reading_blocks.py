"""The readings of closed sessions, packed: which rows a block has, its seal, and the rows of a session in either form.

A block changes how rows lie in the file and nothing else: each batch's hash is still over the rows themselves, which
come out of their block as they went in. Its own keyed hash is there so that no byte of it can change unnoticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from heapq import heappop, heappush, heapreplace, merge
from hmac import compare_digest
from itertools import pairwise
from math import inf
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from monitor.storage import tables
from monitor.storage.block_codec import BY_KEY, BlockDamagedError, pack, unpack
from monitor.storage.chain import MAC_BYTES, JournalDamagedError
from monitor.storage.rows import ReadingRow
from monitor.storage.statements import compiled

_BLOCKS = tables.reading_blocks
_PERSON = b"reading_blocks"
_N = itemgetter(5)
_INSERT = compiled(insert(_BLOCKS))
_PLAIN = "SELECT * FROM readings WHERE session = ? AND n > ? ORDER BY session, t, stream, seq, idx"
_PACKED = "SELECT * FROM reading_blocks WHERE session = ? AND last_n > ? ORDER BY first_t"
_PLAIN_BY_N = "SELECT * FROM readings WHERE n > ? ORDER BY n"
_PACKED_BY_N = "SELECT * FROM reading_blocks WHERE last_n > ? ORDER BY first_n"


class Block(NamedTuple):
    """A row of ``reading_blocks``: the smallest and largest of two columns among the rows, and how many there are."""

    first_n: int
    last_n: int
    session: int
    first_t: int
    last_t: int
    length: int
    content: bytes
    mac: bytes

    def is_sealed(self, key: bytes) -> bool:
        """Whether it is as it was written."""
        return compare_digest(self.mac, _mac(key, self))


def make_block(key: bytes, rows: Sequence[ReadingRow]) -> Block:
    """At least one row, all of one session, in the order of their key. Raises what ``pack`` raises."""
    content = pack(rows)
    session, first_t, *_ = rows[0]
    if unpack(session, content) != list(rows):
        raise ValueError("the rows do not come back from a block as they are")
    numbers = [row[5] for row in rows]
    block = Block(
        min(numbers), max(numbers), session, first_t, rows[-1][1], len(rows), content, b""
    )
    return block._replace(mac=_mac(key, block))


def write_block(connection: Connection, block: Block) -> None:
    """Put it into its table."""
    connection.exec_driver_sql(_INSERT, tuple(block))


def seal_blocks_anew(connection: Connection, old: bytes, new: bytes) -> None:
    """Put every seal under another key. Raises JournalDamagedError for a block that is not as it was written."""
    sealed = []
    for block in map(Block._make, connection.exec_driver_sql("SELECT * FROM reading_blocks")):
        if not block.is_sealed(old):
            raise JournalDamagedError("a block of readings was changed: verify says where")
        sealed.append((_mac(new, block), block.first_n))
    if sealed:
        connection.exec_driver_sql("UPDATE reading_blocks SET mac = ? WHERE first_n = ?", sealed)


def rows_of_block(block: Block) -> list[ReadingRow]:
    """In the order of their key. Raises BlockDamagedError."""
    rows = unpack(block.session, block.content)
    if len(rows) != block.length:
        raise BlockDamagedError(f"a block of {block.length} readings holds {len(rows)}")
    return rows


def packed_rows(connection: Connection, session: int, after_n: int = 0) -> list[ReadingRow]:
    """The session's rows that lie in blocks and have a larger running number. Raises BlockDamagedError."""
    return [row for block in _packed(connection, session, after_n) for row in block]


def _packed(connection: Connection, session: int, after_n: int) -> Iterator[list[ReadingRow]]:
    """Block by block."""
    for block in map(Block._make, _driver_rows(connection, _PACKED, (session, after_n))):
        rows = rows_of_block(block)
        yield [row for row in rows if row[5] > after_n] if after_n else rows


def session_rows(connection: Connection, session: int, after_n: int = 0) -> list[ReadingRow]:
    """The same of all its rows, however they lie, in the order of their key. Raises BlockDamagedError."""
    plain = _driver_rows(connection, _PLAIN, (session, after_n))
    parts = [part for part in (*_packed(connection, session, after_n), plain) if part]
    rows = [row for part in parts for row in part]
    # Blocks that were made one after the other follow each other in time; what came late does not.
    if all(BY_KEY(one[-1]) < BY_KEY(next_one[0]) for one, next_one in pairwise(parts)):
        return rows
    return sorted(rows, key=BY_KEY)


def has_blocks(connection: Connection, session: int) -> bool:
    """Whether any of the session's rows lie in one."""
    found = select(_BLOCKS.c.first_n).where(_BLOCKS.c.session == session).limit(1)
    return connection.execute(found).first() is not None


def first_rows(connection: Connection, session: int, limit: int) -> list[ReadingRow]:
    """The session's first rows in the order of their key, of those that do not lie in blocks."""
    return _driver_rows(connection, f"{_PLAIN} LIMIT ?", (session, -inf, limit))


def newest_n(connection: Connection, session: int) -> int:
    """The running number of the session's newest row; 0 where there is none."""
    of_table = (
        select(func.max(column)).where(key == session)
        for column, key in (
            (tables.readings.c.n, tables.readings.c.session),
            (_BLOCKS.c.last_n, _BLOCKS.c.session),
        )
    )
    return max(connection.scalar(query) or 0 for query in of_table)


class CommittedReadings:
    """Every row after a running number in the order in which they were committed, and what is wrong with blocks."""

    def __init__(self, connection: Connection, key: bytes, after_n: float = -inf) -> None:
        self.unreadable: dict[int, str] = {}
        """What was found instead of rows, by the running number that the block says it begins with."""
        self.unsealed: list[int] = []
        """The running number of each block that is not as it was written."""
        self._connection = connection
        self._key = key
        self._after_n = after_n

    def __iter__(self) -> Iterator[ReadingRow]:
        plain = self._connection.exec_driver_sql(_PLAIN_BY_N, (self._after_n,))
        return merge(map(tuple, plain), self._packed(), key=_N)

    def _packed(self) -> Iterator[ReadingRow]:
        """Sessions are packed one by one and were committed all at once: their blocks interleave."""
        open_blocks: list[_OpenBlock] = []
        found = self._connection.exec_driver_sql(_PACKED_BY_N, (self._after_n,))
        for block in map(Block._make, found):
            yield from _up_to(open_blocks, block.first_n)
            rows = iter(sorted(self._opened(block), key=_N))
            for row in rows:
                heappush(open_blocks, (row[5], block.first_n, row, rows))
                break
        yield from _up_to(open_blocks, None)

    def _opened(self, block: Block) -> Iterable[ReadingRow]:
        try:
            if not block.is_sealed(self._key):
                self.unsealed.append(block.first_n)
            return [row for row in rows_of_block(block) if row[5] > self._after_n]
        except (BlockDamagedError, TypeError) as error:
            self.unreadable[block.first_n] = str(error)
            return ()


_OpenBlock = tuple[int, int, ReadingRow, Iterator[ReadingRow]]
"""Its next row's running number, its own first one, that row, and the rows behind it."""


def _up_to(open_blocks: list[_OpenBlock], limit: int | None) -> Iterator[ReadingRow]:
    while open_blocks and (limit is None or open_blocks[0][0] < limit):
        _, number, row, rest = open_blocks[0]
        yield row
        following = next(rest, None)
        if following is None:
            heappop(open_blocks)
        else:
            heapreplace(open_blocks, (following[5], number, following, rest))


def _mac(key: bytes, block: Block) -> bytes:
    digest = blake2b(json.dumps(block[:6]).encode(), digest_size=MAC_BYTES, key=key, person=_PERSON)
    digest.update(block.content)
    return digest.digest()


def _driver_rows(connection: Connection, query: str, values: tuple[Any, ...]) -> list[Any]:
    """The driver's own tuples: wrapping each of them would take longer than reading it."""
    return list(connection.exec_driver_sql(query, values).cursor.fetchall())
