"""The journal's thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from monitor.gateway.writer import Writer


async def test_what_is_given_is_done_in_its_order_in_one_thread_that_is_not_the_loops() -> None:
    writer, done = Writer("journal"), []

    def note(what: int) -> int:
        done.append((what, threading.current_thread().name))
        return what

    assert await asyncio.gather(*(writer.do(note, n) for n in range(20))) == list(range(20))
    assert done == [(n, "journal") for n in range(20)]
    writer.close()


async def test_what_it_raises_is_raised_where_it_is_waited_for_and_the_next_is_done() -> None:
    writer = Writer("journal")

    def fail() -> None:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        await writer.do(fail)
    assert await writer.do(len, "next") == 4
    writer.close()


async def test_who_no_longer_waits_stops_nothing_and_close_waits_for_what_was_given() -> None:
    writer, held, done = Writer("journal"), threading.Event(), []

    def write() -> None:
        held.wait(10)
        done.append(True)

    waiting = asyncio.create_task(writer.do(write))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    held.set()
    await asyncio.to_thread(writer.close)
    assert done == [True]


async def test_a_writer_that_was_never_asked_is_closed_at_once() -> None:
    Writer("journal").close()
