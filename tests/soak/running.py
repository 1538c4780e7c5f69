"""The product as it is installed, with rooms that are fed and pages that stay open, looked at again and again."""

from __future__ import annotations

import csv
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.data_directory import open_existing
from tests.processes import Running, until
from tests.soak import vitals
from tests.soak.plan import Plan
from tests.soak.screens import Screens, browsing
from tests.soak.turnover import Turnover

Sample = dict[str, float]

_SERVED = {"gateway": "gateway", "dashboard": "dashboard", "desk": "desk"}
_FEEDS_S = 300.0
_MINUTE_S = 60.0
_FEWEST_SAMPLES = 3
_SETTLE_S = 1.0
"""A page that was closed is still known to the gateway for a moment; it is not to be counted."""


class Soak:
    """One run. ``samples`` grows; what was seen so far is also in ``kept``, should the run be ended from outside."""

    def __init__(self, plan: Plan, directory: Path, kept: Path) -> None:
        self.plan, self.samples = plan, list[Sample]()
        self._directory, self._kept = directory, kept
        self._stop = threading.Event()

    def run(self) -> list[Sample]:
        """Keep going for the plan's time or until interrupted; every sample. A broken page or process fails."""
        flags = ("--rooms", str(self.plan.rooms), "--speed", f"{self.plan.speed:g}", "--no-browser")
        with Running(self._directory / "data", "demo", *flags) as product:
            product.wait_until_pages()
            self._await_feeds(product)
            with browsing(f"http://127.0.0.1:{product.port}") as screens, self._interruptible():
                self._watch(product, screens)
                assert not screens.faults, screens.faults
        return self.samples

    def _await_feeds(self, product: Running) -> None:
        def all_feed() -> bool:
            return vitals.of_gateway(product.gateway_port)["gateway devices connected"] >= rooms

        rooms = self.plan.rooms
        until(all_feed, within_s=_FEEDS_S, what=f"{rooms} rooms that are fed")

    def _watch(self, product: Running, screens: Screens) -> None:
        directory = open_existing(product.data)
        turnover = Turnover(directory)
        watched = self._open_pages(screens, turnover)
        pids = {name: product.child(word) for name, word in _SERVED.items()}
        began = time.monotonic()
        turned_s = 0.0
        turn_s = self.plan.turnover_minutes * _MINUTE_S / self.plan.speed / self.plan.rooms
        while not self._is_over(elapsed := time.monotonic() - began):
            self._take(elapsed, product, screens, pids)
            if elapsed - turned_s >= turn_s:
                turned_s = elapsed
                turnover.next()
                watched = _follow(screens, turnover, watched)
            screens.visit("/")
            over = time.monotonic() - began - elapsed
            screens.wait(max(_SETTLE_S, self.plan.every_s - over))

    def _is_over(self, elapsed: float) -> bool:
        """However slow the machine is, there are as many samples as a line needs."""
        lasted = elapsed >= self.plan.seconds and len(self.samples) >= _FEWEST_SAMPLES
        return lasted or self._stop.is_set()

    def _open_pages(self, screens: Screens, turnover: Turnover) -> str:
        """The session whose page stays open: the one that is to end last."""
        session = turnover.open_sessions()[-1].id
        for name, path in (
            ("ward", "/"),
            ("session", f"/session/{session}"),
            ("alarms", "/alarms"),
        ):
            screens.open(name, path)
        return session

    def _take(
        self, elapsed: float, product: Running, screens: Screens, pids: dict[str, int]
    ) -> None:
        sample = {"hours": elapsed / 3600, "load": os.getloadavg()[0]}
        for name, pid in pids.items():
            sample |= vitals.of_process(name, pid)
        sample |= vitals.of_gateway(product.gateway_port)
        sample |= screens.held() | vitals.of_files(product.data)
        self.samples.append(sample)
        with self._kept.open("a" if len(self.samples) > 1 else "w", newline="") as file:
            rows = csv.DictWriter(file, list(sample))
            if len(self.samples) == 1:
                rows.writeheader()
            rows.writerow({name: f"{value:.6g}" for name, value in sample.items()})

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Ctrl-C ends the run after the sample that is being taken, and what was seen is reported."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, lambda *_: self._stop.set())
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def _follow(screens: Screens, turnover: Turnover, watched: str) -> str:
    sessions = [session.id for session in turnover.open_sessions()]
    if watched in sessions:
        return watched
    screens.lead("session", f"/session/{sessions[-1]}")
    return sessions[-1]
