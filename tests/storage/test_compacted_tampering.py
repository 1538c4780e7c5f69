"""Whatever is changed of a session whose readings are packed is found, and the batch named. Real files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.storage import verify, verify_session
from monitor.storage.engine import DATABASE_NAME
from monitor.storage.reading_blocks import Block, make_block, rows_of_block
from tests.storage.builders import KEY
from tests.storage.packing import CLOSED, change, rows

Row = tuple[Any, ...]
Edit = Callable[[list[Row]], int]


def repack(directory: Path, key: bytes, edit: Edit) -> int:
    """Change the rows of the first block and pack them again; the batch of the row that was changed."""
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as database:
        found = database.execute("SELECT * FROM reading_blocks ORDER BY first_t").fetchone()
        inside = rows_of_block(Block._make(found))
        n = edit(inside)
        block = make_block(key, sorted(inside, key=lambda row: row[:5]))
        database.execute("DELETE FROM reading_blocks WHERE first_n = ?", found[:1])
        database.execute("INSERT INTO reading_blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", block)
        database.commit()
        batch = database.execute("SELECT min(id) FROM batches WHERE last_n >= ?", (n,))
        return int(batch.fetchone()[0])


def faults(directory: Path) -> list[tuple[int | None, str]]:
    """Of the whole record and of the session's: both must be there."""
    found = [verify(directory, KEY).fault, verify_session(directory, KEY, CLOSED).fault]
    assert None not in found, "the change was not found"
    return [fault for fault in found if fault is not None]


def other_value(inside: list[Row]) -> int:
    row = inside[700]
    inside[700] = (*row[:7], 1, *row[8:])
    return int(row[5])


def one_less(inside: list[Row]) -> int:
    return int(inside.pop(700)[5])


def last_less(inside: list[Row]) -> int:
    return int(inside.pop()[5])


def swapped(inside: list[Row]) -> int:
    one, other = inside[700], inside[702]
    inside[700], inside[702] = (*one[:5], other[5], *one[6:]), (*other[:5], one[5], *other[6:])
    return int(min(one[5], other[5]))


@pytest.mark.parametrize("key", [KEY, b"x" * 32])
@pytest.mark.parametrize("edit", [other_value, one_less, last_less, swapped])
def test_changed_rows_are_found_in_their_batch_even_when_the_block_is_sealed_anew(
    packed: Path, edit: Edit, key: bytes
) -> None:
    batch = repack(packed, key, edit)
    assert [fault[0] for fault in faults(packed)] == [batch, batch]


def batch_of_block(directory: Path) -> int:
    query = "SELECT min(id) FROM batches WHERE last_n >= (SELECT min(first_n) FROM reading_blocks)"
    return int(str(rows(directory, query)[0][0]))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM reading_blocks WHERE first_n = (SELECT min(first_n) FROM reading_blocks)",
        "UPDATE reading_blocks SET session = 2",
        "UPDATE reading_blocks SET content = zeroblob(100)",
        "UPDATE reading_blocks SET content = 'text'",
        "UPDATE reading_blocks SET mac = zeroblob(12)",
        "UPDATE reading_blocks SET length = length + 1",
        "UPDATE reading_blocks SET last_t = last_t + 1",
        "UPDATE reading_blocks SET first_t = first_t - 1",
        "UPDATE reading_blocks SET last_n = last_n + 1",
    ],
)
def test_a_changed_block_is_found_and_the_batch_it_begins_with_named(
    packed: Path, statement: str
) -> None:
    batch = batch_of_block(packed)
    change(packed, statement)
    assert [fault[0] for fault in faults(packed)] == [batch, batch]


@pytest.mark.parametrize(
    ("statement", "batch"),
    [
        ("UPDATE batches SET mac = zeroblob(12) WHERE id = 6", 6),
        ("UPDATE batches SET last_n = last_n - 1 WHERE id = 5", 5),
        ("DELETE FROM batches WHERE id = 3", 3),
        ("DELETE FROM rejected_readings", 6),
        ("UPDATE facts SET by = 'kari' WHERE kind = 'vitals_entered'", 18),
        ("DELETE FROM facts WHERE kind = 'phase_entered'", 19),
        ("UPDATE metrics SET word = 'etco2' WHERE word = 'spo2'", 3),
        ("UPDATE statuses SET word = 'motion'", 3),
        ("UPDATE streams SET stream = 'x' WHERE source = 'of s1'", 3),
        ("UPDATE sessions SET started_at = started_at + 60000 WHERE id = 's1'", 3),
        ("DELETE FROM batches WHERE id = 19", 19),
    ],
)
def test_what_lies_beside_the_blocks_is_proven_as_ever(
    packed: Path, statement: str, batch: int
) -> None:
    change(packed, statement)
    assert [fault[0] for fault in faults(packed)] == [batch, batch]


def test_a_changed_block_is_found_also_by_who_goes_no_further_than_the_session(
    packed: Path,
) -> None:
    batch = batch_of_block(packed)
    change(packed, "UPDATE reading_blocks SET mac = zeroblob(12)")
    fault = verify_session(packed, KEY, CLOSED, to_head=False).fault
    assert fault is not None
    assert fault.batch_id == batch


@pytest.mark.parametrize("by", [-1, 1, 1000])
def test_a_block_that_says_it_begins_elsewhere_is_found(packed: Path, by: int) -> None:
    change(packed, "UPDATE reading_blocks SET first_n = first_n + ?", by)
    faults(packed)


def test_a_row_that_lies_in_both_forms_is_found(filled: Path, packed: Path) -> None:
    ((n, batch),) = rows(
        filled,
        "SELECT n, (SELECT min(id) FROM batches WHERE last_n >= n) FROM readings "
        "WHERE session = 1 AND seq = 950 AND idx = 1",
    )
    with closing(sqlite3.connect(packed / DATABASE_NAME)) as database:
        database.execute("ATTACH ? AS plain", (str(filled / DATABASE_NAME),))
        copied = "INSERT INTO main.readings SELECT * FROM plain.readings WHERE n = ?"
        assert database.execute(copied, (n,)).rowcount == 1
        database.commit()
    assert [fault[0] for fault in faults(packed)] == [batch, batch]


def test_every_changed_byte_of_a_block_is_found(packed: Path) -> None:
    ((content,),) = rows(packed, "SELECT content FROM reading_blocks ORDER BY first_n LIMIT 1")
    assert isinstance(content, bytes)
    first = "UPDATE reading_blocks SET content = ? WHERE first_n = (SELECT min(first_n) FROM reading_blocks)"
    # All of the end, where a compressed stream has bits that mean nothing, and some of the rest.
    for place in [*range(0, len(content), 211), *range(len(content) - 8, len(content))]:
        changed = bytearray(content)
        changed[place] ^= 0x80
        change(packed, first, bytes(changed))
        fault = verify_session(packed, KEY, CLOSED).fault
        assert fault is not None, place
