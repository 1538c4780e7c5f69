"""A running gateway under frames by the million (FRAMES=1000000): it stays up, and every answer is by the contract.

Real sockets, a real journal, and frames made of the corpus by a seeded chance (SEED). What breaks the contract is
written into the corpus, so that every later run begins with it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import uvloop

from monitor.storage.verify import verify
from tests.fuzz import report
from tests.fuzz.attack import Attack
from tests.fuzz.conversations import LAST_SEQ
from tests.fuzz.served import Served, served

FRAMES = int(os.environ.get("FRAMES", "3000"))
SEED = int(os.environ.get("SEED", str(time.time_ns())))
JOURNAL_KEY = b"j" * 32


def test_a_gateway_answers_every_frame_by_the_contract_and_stays_up(tmp_path: Path) -> None:
    # What is said at once goes out at once, and costs half the time of the usual loop.
    uvloop.run(attacked(tmp_path))


async def attacked(tmp_path: Path) -> None:
    """Attack a gateway, then look at what it has kept, and start it again."""
    folder, log = tmp_path / "clinic", tmp_path / "log"
    folder.mkdir()
    async with served(folder, log) as first:
        attack = Attack(first, FRAMES, SEED)
        began_s = time.monotonic()
        await attack.run()
        took_s = time.monotonic() - began_s
        await assert_all_is_well(first, 1)
    verified = verify(folder, JOURNAL_KEY)
    assert verified.fault is None, (SEED, verified)
    restarted_s = time.monotonic()
    async with served(folder, log, first.clinic.token) as second:
        restarted_s = time.monotonic() - restarted_s
        await assert_all_is_well(second, 2)
    assert log.read_text() == "", SEED
    report.note(attack, took_s, restarted_s, verified.batches)


async def assert_all_is_well(gateway: Served, seq: int) -> None:
    """Up and healthy, and a reading is taken."""
    status, told = await gateway.clinic.health()
    assert (status, told["status"]) == (200, "ok"), (SEED, told)
    async with gateway.clinic.device() as feed:
        await feed.readings(LAST_SEQ + seq, 82)
        assert (await feed.ack())["stored"] == 1
