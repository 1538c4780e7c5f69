"""A column of integers that moves by nearly even steps, in a few bits each.

Kept are the first number, the smallest step, and by how many of a common measure each step is longer than that.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import gcd
from operator import add
from typing import NamedTuple

_WIDTHS = ((0xFF, "B"), (0xFFFF, "H"), (0xFFFFFFFF, "I"), (0xFFFFFFFFFFFFFFFF, "Q"))
_EVEN, _PLAIN = "", "q"


class ColumnHead(NamedTuple):
    """What the bytes of a column are to be read with. ``code``: the width of a step, none for even steps."""

    first: int
    step: int
    measure: int
    code: str


def pack_column(numbers: Sequence[int]) -> tuple[ColumnHead, bytes]:
    """At least one number, each of 64 bits at the most. Raises TypeError or OverflowError for anything else."""
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    step = min(steps, default=0)
    longer = [one - step for one in steps]
    measure = gcd(*longer)
    if not measure:
        return ColumnHead(numbers[0], step, 0, _EVEN), b""
    most = max(longer) // measure
    code = next((code for limit, code in _WIDTHS if most <= limit), _PLAIN)
    if code == _PLAIN:
        return ColumnHead(0, 0, 1, _PLAIN), _to_bytes(array(_PLAIN, numbers))
    packed = array(code, (one // measure for one in longer))
    return ColumnHead(numbers[0], step, measure, code), _to_bytes(packed)


def unpack_column(head: ColumnHead, count: int, body: memoryview) -> tuple[Sequence[int], int]:
    """``count`` numbers, and how many bytes of the body they took. Raises ValueError for a body that is too short."""
    first, step, measure, code = head
    if code == _EVEN:
        return (range(first, first + step * count, step) if step else [first] * count), 0
    stored = array(code)
    size = (count - (code != _PLAIN)) * stored.itemsize
    stored.frombytes(body[:size])
    if len(stored) * stored.itemsize != size:
        raise ValueError("a column is cut short")
    if sys.byteorder == "big":
        stored.byteswap()
    if code == _PLAIN:
        return stored.tolist(), size
    longer = stored if measure == 1 else map(measure.__mul__, stored)
    numbers = accumulate(longer, initial=first)
    if not step:
        return list(numbers), size
    return list(map(add, numbers, range(0, step * count, step))), size


def _to_bytes(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
