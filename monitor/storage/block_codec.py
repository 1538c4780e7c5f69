"""Rows of ``readings`` of one session in a few bytes each, and back to exactly the same rows.

The rows are taken apart into lanes: one metric of one queue with one status. What differs within a lane is kept
column by column; zlib then finds that the times of one lane are those of the next.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import compress, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from monitor.storage.int_columns import ColumnHead, pack_column, unpack_column
from monitor.storage.rows import ReadingRow

_MOST_BYTES = 16 * 1024 * 1024
"""Of a block when it is unpacked; far more than the most unlike rows take."""
_LEVEL = 9
_VARYING = (1, 3, 5, 7, 8, 9, 10, 13, 14)
"""The places of t, seq, n, the four values, measured and received in a row."""
_VALUES = range(7, 11)
BY_KEY = itemgetter(0, 1, 2, 3, 4)
"""The key of a row in the table: session, t, stream, seq, idx."""

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class BlockDamagedError(ValueError):
    """A stored block is not what rows were packed into."""


class _Lane(NamedTuple):
    """What the rows of a lane have in common."""

    stream: int
    idx: int
    metric: int
    status: int | None
    late: int
    lacking: tuple[int, ...]
    """The places of the values that they do not have."""


def pack(rows: Iterable[ReadingRow]) -> bytes:
    """Rows of one session. Raises TypeError, ValueError or OverflowError for what is no integer of the database's."""
    lanes = _lanes_of(rows)
    heads, bodies = [], []
    for lane, place in _columns(lanes):
        head, body = pack_column([row[place] for row in lanes[lane]])
        heads.append(head)
        bodies.append(body)
    described = [[*lane, len(members)] for lane, members in lanes.items()]
    header = _encode([described, heads]).encode("ascii")
    return zlib.compress(b"\n".join((header, b"".join(bodies))), _LEVEL)


def unpack(session: int, content: bytes) -> list[ReadingRow]:
    """The rows in the order of the table's key: time, stream, seq, index. Raises BlockDamagedError."""
    try:
        header, _, body = _inflated(content).partition(b"\n")
        described, heads = json.loads(header)
        counts = {
            _Lane._make((*common, tuple(lacking))): count for *common, lacking, count in described
        }
        columns = _unpacked(counts, iter(heads), memoryview(body))
        rows = [row for lane in counts for row in _whole(session, lane, columns[lane])]
    except (zlib.error, ValueError, TypeError, LookupError, OverflowError, StopIteration) as error:
        raise BlockDamagedError(f"a block of readings cannot be unpacked ({error})") from error
    rows.sort(key=BY_KEY)
    return rows


def _lanes_of(rows: Iterable[ReadingRow]) -> dict[_Lane, list[ReadingRow]]:
    alike = defaultdict[tuple[Any, ...], list[ReadingRow]](list)
    for row in rows:
        lacking = tuple([value is None for value in row[7:11]])
        alike[row[2], row[4], row[6], row[11], row[12], lacking].append(row)
    return {
        _Lane._make((*common, tuple(compress(_VALUES, lacking)))): members
        for (*common, lacking), members in alike.items()
    }


def _columns(lanes: Iterable[_Lane]) -> Iterator[tuple[_Lane, int]]:
    """Every lane's columns in the order in which they are kept: those of the same meaning beside each other."""
    known = list(lanes)
    for place in _VARYING:
        for lane in known:
            if place not in lane.lacking:
                yield lane, place


def _inflated(content: bytes) -> bytes:
    inflating = zlib.decompressobj()
    whole = inflating.decompress(content, _MOST_BYTES)
    if not inflating.eof or inflating.unused_data:
        raise ValueError("it does not end where it should")
    return whole


def _unpacked(
    counts: dict[_Lane, int], heads: Iterator[Any], body: memoryview
) -> dict[_Lane, dict[int, Any]]:
    found: dict[_Lane, dict[int, Any]] = {lane: {} for lane in counts}
    for lane, place in _columns(counts):
        found[lane][place], size = unpack_column(ColumnHead(*next(heads)), counts[lane], body)
        body = body[size:]
    return found


def _whole(session: int, lane: _Lane, columns: dict[int, Any]) -> Iterator[ReadingRow]:
    common = {0: session, 2: lane.stream, 4: lane.idx, 6: lane.metric, 11: lane.status}
    same = common | {12: lane.late} | dict.fromkeys(lane.lacking)
    return zip(*(columns[p] if p in columns else repeat(same[p]) for p in range(15)), strict=False)
