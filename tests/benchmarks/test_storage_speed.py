"""What the record costs and how fast a session comes back from a large file. Ratios within one run.

``BENCHMARK_READINGS`` sets the size of the file (ten million by default, which takes some minutes).
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from monitor.service.batches import Batch
from monitor.storage import open_journal, open_records
from monitor.storage.engine import DATABASE_NAME
from monitor.storage.rows import INSERT_READING
from tests.benchmarks.history import TWO_HOURS_S, batches, frame
from tests.benchmarks.report import note
from tests.storage.builders import KEY, NOW, a_batch, session_started

pytestmark = pytest.mark.benchmark

READINGS = int(os.environ.get("BENCHMARK_READINGS", "10_000_000"))
ROOMS = 100
ALONE = 500
SECONDS_PER_BATCH = 20


def fill(directory: Path, made: Iterator[Batch]) -> tuple[int, float]:
    """How many readings were committed, and the seconds of processor time it took."""
    journal = open_journal(directory, KEY)
    count, spent = 0, 0.0
    for batch in made:
        started = time.process_time()
        journal.commit(batch)
        spent += time.process_time() - started
        count += len(batch.readings)
    journal.close()
    return count, spent


def used_bytes(directory: Path) -> int:
    """Of every table and index; pages that wait to be used again are not counted."""
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as database:
        pragmas = ("page_count", "freelist_count", "page_size")
        pages, free, size = (database.execute(f"PRAGMA {what}").fetchone()[0] for what in pragmas)
    return int((pages - free) * size)


def compact_all(directory: Path) -> list[float]:
    """How long each step took, in milliseconds."""
    took = []
    with closing(open_journal(directory, KEY)) as journal:
        more = True
        while more:
            started = time.perf_counter()
            more = journal.compact(NOW + 10**12)
            took.append((time.perf_counter() - started) * 1000)
    return took[:-1]


def median_ms(work: Callable[[], object], times: int = 9) -> float:
    took = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)


def test_a_reading_takes_at_most_60_bytes_then_40_and_two_hours_load_within_50_ms(
    tmp_path: Path,
) -> None:
    count, spent = fill(tmp_path, batches(ROOMS, READINGS, SECONDS_PER_BATCH))
    size = (tmp_path / DATABASE_NAME).stat().st_size / count
    records = open_records(tmp_path)
    some = [s.id for s in records.sessions()][:: max(1, len(records.sessions()) // 5)]
    took = max(median_ms(partial(records.trace, session_id)) for session_id in some)
    note(
        f"{READINGS:,} readings of {ROOMS} rooms on disk",
        goal="at most 60 bytes a reading, two hours of one session load in under 50 ms",
        measured=f"{size:.1f} bytes a reading, two hours load in {took:.1f} ms",
        compared=f"{spent / count * 1e6:.1f} us of processor time a reading",
    )
    assert size <= 60
    assert took < 50
    before = records.readings(some[0])
    steps = compact_all(tmp_path)
    packed = used_bytes(tmp_path) / count
    took = max(median_ms(partial(records.trace, session_id)) for session_id in some)
    note(
        f"{READINGS:,} readings of {ROOMS} rooms, closed and compacted",
        goal="at most 40 bytes a reading, all tables and indexes; two hours load in under 50 ms",
        measured=f"{packed:.1f} bytes a reading, two hours load in {took:.1f} ms",
        compared=f"{sum(steps) / count * 1000:.1f} us to pack a reading",
    )
    assert packed <= 40
    assert took < 50
    assert records.readings(some[0]) == before
    records.close()


def test_one_frame_per_commit_stays_within_60_bytes_a_reading_then_40(tmp_path: Path) -> None:
    one_room = batches(1, 8 * TWO_HOURS_S, 1)
    count, spent = fill(tmp_path, one_room)
    size = (tmp_path / DATABASE_NAME).stat().st_size / count
    note(
        "one frame per commit",
        goal="at most 60 bytes a reading",
        measured=f"{size:.1f} bytes a reading",
        compared=f"{spent / count * 2e6:.0f} us of processor time a commit",
    )
    assert size <= 60
    compact_all(tmp_path)
    packed = used_bytes(tmp_path) / count
    note(
        "one frame per commit, its sessions closed and compacted",
        goal="at most 40 bytes a reading, all tables and indexes",
        measured=f"{packed:.1f} bytes a reading",
    )
    assert packed <= 40


def test_compacting_holds_hardly_a_commit_up_for_more_than_50_ms(tmp_path: Path) -> None:
    """As in the gateway: one thread writes, and what is to be committed meanwhile waits for the step under way."""
    fill(tmp_path, batches(10, 140_000, 20))
    journal = open_journal(tmp_path, KEY)
    journal.commit(a_batch([], session_started("live"), at=NOW))
    alone, beside, packing = list[float](), list[float](), threading.Event()
    with ThreadPoolExecutor(1) as writer:

        def live(seq: int) -> float:
            reading = next(iter(frame(0, 0, seq)))
            started = time.perf_counter()
            row = reading._replace(session_id="live", stream="live", seq=seq)
            writer.submit(journal.commit, Batch(NOW, [row])).result()
            return (time.perf_counter() - started) * 1000

        def pack() -> None:
            while writer.submit(journal.compact, NOW + 10**12).result():
                packing.wait(0.05)

        for seq in range(1, ALONE):
            alone.append(live(seq))
            time.sleep(0.005)
        thread = threading.Thread(target=pack)
        thread.start()
        seq = ALONE
        while thread.is_alive():
            beside.append(live(seq))
            time.sleep(0.005)
            seq += 1
        thread.join()
    journal.close()
    quiet, busy = sorted(alone), sorted(beside)
    note(
        "a commit of one reading while closed sessions are compacted, ten times as often as the gateway does",
        goal="99 of 100 in 50 ms",
        measured=f"{statistics.median(busy):.1f} ms, p99 {busy[-len(busy) // 100]:.1f} ms, slowest {busy[-1]:.1f} ms",
        compared=f"alone {statistics.median(quiet):.1f} ms, slowest {quiet[-1]:.1f} ms",
    )
    assert busy[-len(busy) // 100] < 50


def test_a_commit_costs_at_most_three_bare_inserts_of_the_same_rows(tmp_path: Path) -> None:
    """The bare insert is the driver alone with the same columns: no chain, no names, no positions."""
    count, spent = fill(tmp_path, batches(10, 140_000, 100))
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as source:
        (ddl,) = source.execute("SELECT sql FROM sqlite_master WHERE name = 'readings'").fetchone()
        rows = source.execute("SELECT * FROM readings ORDER BY n").fetchall()
    with closing(sqlite3.connect(tmp_path / "bare.sqlite3", isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute(ddl)
        started = time.process_time()
        for first in range(0, len(rows), 2000):
            bare.execute("BEGIN")
            bare.executemany(INSERT_READING, rows[first : first + 2000])
            bare.execute("COMMIT")
        bare_spent = time.process_time() - started
    note(
        "a commit against bare inserts of the same rows",
        goal="at most 3 x the processor time",
        measured=f"{spent / count * 1e6:.1f} us a reading",
        compared=f"{spent / bare_spent:.2f} x the bare insert's {bare_spent / count * 1e6:.1f} us",
    )
    assert spent / bare_spent < 3
