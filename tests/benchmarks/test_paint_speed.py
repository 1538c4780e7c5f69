"""From a reading's sending to its paint in a real browser, against a bare relay of the same text; in one run, by turns.

``BENCHMARK_SECONDS`` sets the length of one turn, ``BENCHMARK_ROUNDS`` how many turns each of the two has.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from monitor.data_directory import create
from monitor.identity import COOKIE_NAME, sign_cookie
from tests.benchmarks import clinic
from tests.benchmarks.bedside import Bed
from tests.benchmarks.feeding import feeding
from tests.benchmarks.load import percentile
from tests.benchmarks.painting import Watched, chromium
from tests.benchmarks.report import note

pytestmark = pytest.mark.benchmark

SECONDS = float(os.environ.get("BENCHMARK_SECONDS", "12"))
ROUNDS = int(os.environ.get("BENCHMARK_ROUNDS", "3"))
WARM_S = 5.0
MOST_TIMES_THE_RELAY = 1.5


@dataclass
class Product:
    """One of the two that are compared, and what was measured of it in all its turns."""

    name: str
    page: str
    pid: int
    beds: list[Bed]
    waits: list[float] = field(default_factory=list)
    lost: int = 0
    processor_s: float = 0.0
    busy_s: float = 0.0
    received: int = 0
    watched_s: float = 0.0

    def take_turn(self, context: BrowserContext) -> None:
        """One fresh page, fed until it is warm and then measured."""
        page = context.new_page()
        watched = Watched(page)
        page.goto(self.page)
        with feeding(self.beds) as sent:
            last = page.locator(f'[data-room="{self.beds[-1].room}"] [data-metric="nibp"]')
            expect(last).to_contain_text("/", timeout=30_000)
            page.wait_for_timeout(WARM_S * 1000)
            before, processor, begin = (
                watched.cost(),
                clinic.processor_seconds(self.pid),
                time.time(),
            )
            page.wait_for_timeout(SECONDS * 1000)
            end = time.time()
            self.processor_s += clinic.processor_seconds(self.pid) - processor
            after = watched.cost()
            page.wait_for_timeout(500)
        waits, lost = watched.waits([reading for reading in sent if begin <= reading.at < end])
        self.waits += waits
        self.lost += lost
        self.busy_s += after.busy_s - before.busy_s
        self.received += after.received - before.received
        self.watched_s += end - begin
        page.close()

    @property
    def median_ms(self) -> float:
        return percentile(self.waits, 0.5) * 1000

    def __str__(self) -> str:
        return (
            f"{self.median_ms:.1f} ms (p95 {percentile(self.waits, 0.95) * 1000:.1f});"
            f" server {self.processor_s / self.watched_s:.1%} of a core,"
            f" page {self.busy_s / self.watched_s:.1%} of its thread,"
            f" {self.received / self.watched_s / 1000:.1f} kB/s"
        )


@contextmanager
def ours(path: Path, rooms: int) -> Iterator[tuple[Product, str]]:
    """The product, and a cookie for its pages."""
    directory = create(path / "data", simulated=False)
    tokens = clinic.with_rooms(directory, rooms)
    with clinic.served(directory) as (page, gateway, pid):
        beds = [Bed(str(n + 1), f"{gateway}/device", token) for n, token in enumerate(tokens)]
        cookie = sign_cookie(directory.cookie_key, clinic.OPERATOR)
        yield Product("the ward", page, pid, beds), cookie


@contextmanager
def relayed(path: Path, rooms: int) -> Iterator[Product]:
    port = clinic.free_port()
    with clinic.process(path / "relay.log", "tests.benchmarks.relay", str(port)) as process:
        clinic.await_port(port)
        url = f"ws://127.0.0.1:{port}/device"
        beds = [Bed(str(room + 1), f"{url}/{room + 1}", "-") for room in range(rooms)]
        yield Product("a bare relay", f"http://127.0.0.1:{port}/", process.pid, beds)


def by_turns(browser: Browser, path: Path, rooms: int) -> tuple[Product, Product]:
    """Ours and the relay, measured by turns."""
    with ours(path, rooms) as (product, cookie), relayed(path, rooms) as relay:
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        context.add_cookies([{"name": COOKIE_NAME, "value": cookie, "url": product.page}])
        for _ in range(ROUNDS):
            relay.take_turn(context)
            product.take_turn(context)
        context.close()
        return product, relay


@pytest.mark.parametrize("rooms", [8, 32])
def test_a_reading_is_painted_within_one_and_a_half_times_a_bare_relay(
    tmp_path: Path, rooms: int
) -> None:
    with chromium() as browser:
        product, relay = by_turns(browser, tmp_path, rooms)
    ratio = product.median_ms / relay.median_ms
    note(
        f"reading to paint, {rooms} rooms",
        goal=f"median at most {MOST_TIMES_THE_RELAY} x a bare relay",
        measured=str(product),
        compared=f"{ratio:.2f} x the relay's {relay}",
    )
    assert product.lost == relay.lost == 0
    assert ratio <= MOST_TIMES_THE_RELAY
