"""A block holds exactly the rows that were packed into it, in a few bytes each; whatever else it is, is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.storage.block_codec import BlockDamagedError, pack, unpack
from monitor.storage.int_columns import ColumnHead, pack_column, unpack_column
from monitor.storage.rows import ReadingRow

SESSION = 7
INT64 = st.integers(-(2**63), 2**63 - 1)
SMALL = st.integers(0, 3)
NUMBERS = st.one_of(INT64, SMALL, st.integers(-(10**6), 10**6))
ROWS = st.lists(
    st.tuples(
        st.just(SESSION),
        NUMBERS,
        SMALL,
        NUMBERS,
        SMALL,
        NUMBERS,
        SMALL,
        *([st.none() | NUMBERS] * 4),
        st.none() | SMALL,
        st.integers(0, 1),
        NUMBERS,
        NUMBERS,
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[1:5],
)


def monitor_rows(seconds: int) -> list[ReadingRow]:
    """What a monitor sends each second, in the order of the table's key."""
    rows: list[Any] = []
    for second in range(seconds):
        t, seq, received = second * 1000 + second * 7 % 13, second + 1, 20 + second * 11 % 40
        for idx, value in enumerate((60_000 + second % 50 * 1000, 90_000 + second % 10 * 1000)):
            n = second * 200 + idx
            row = (SESSION, t, 3, seq, idx, n, idx + 1, value, None, None, None, None, 0)
            rows.append((*row, -30, received))
    return rows


@settings(deadline=None)
@given(ROWS)
def test_whatever_lies_in_the_table_comes_back_in_the_order_of_its_key(
    rows: list[ReadingRow],
) -> None:
    assert unpack(SESSION, pack(rows)) == sorted(rows, key=lambda row: row[:5])


@given(st.lists(NUMBERS, min_size=1))
def test_a_column_comes_back_and_says_where_it_ends(numbers: list[int]) -> None:
    head, body = pack_column(numbers)
    found, size = unpack_column(head, len(numbers), memoryview(body + b"next"))
    assert (list(found), size) == (numbers, len(body))


def test_even_steps_take_no_bytes_and_whole_beats_take_one_each() -> None:
    assert pack_column(range(0, 9000, 3)) == (ColumnHead(0, 3, 0, ""), b"")
    head, body = pack_column([82_000, 84_000, 83_000, 90_000])
    assert (head, len(body)) == (ColumnHead(82_000, -1000, 1000, "B"), 3)


def test_an_hour_of_a_monitor_takes_less_than_four_bytes_a_reading() -> None:
    rows = monitor_rows(1024)
    assert len(pack(rows)) < 4 * len(rows)


@pytest.mark.parametrize("wrong", [0.5, "text", b"bytes", float("nan")])
def test_what_is_no_integer_is_not_packed(wrong: object) -> None:
    pulses = monitor_rows(3)[::2]
    with pytest.raises((TypeError, ValueError)):
        pack([*pulses[:2], (*pulses[2][:14], wrong)])


def test_every_changed_byte_is_noticed_or_changes_no_row() -> None:
    rows = monitor_rows(40)
    content = pack(rows)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x10
        try:
            assert unpack(SESSION, bytes(changed)) == rows
        except BlockDamagedError as error:
            assert "block of readings" in str(error)  # noqa: PT017 - either of two outcomes is right


@pytest.mark.parametrize("content", [b"", b"hello", pack(monitor_rows(3))[:-1]])
def test_what_is_cut_short_or_no_block_is_told(content: bytes) -> None:
    with pytest.raises(BlockDamagedError):
        unpack(SESSION, content)


def test_a_block_with_something_behind_it_is_told() -> None:
    with pytest.raises(BlockDamagedError, match="does not end"):
        unpack(SESSION, pack(monitor_rows(3)) + b"x")
