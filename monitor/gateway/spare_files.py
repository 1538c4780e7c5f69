"""Open files that are held back: when the system gives no more, the gateway can still say so to whoever asks."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from monitor.gateway.arrivals import Arrivals
    from monitor.gateway.health import Health

_log = structlog.get_logger("monitor.gateway")

SPARE = 32
MARGIN = 16
"""So many more must be had before the shortage is over: it does not come and go with every connection."""
CHECK_S = 0.1
CHECKS_OF_A_SHORTAGE = 15
"""Longer than from one heartbeat to the next: a shortage is told at least once."""


class SpareFiles:
    """Every connection is an open file, and a process may only have so many.

    Call ``watch`` several times a second, and ``recover`` in a shortage now and then. While ``is_short`` the spare
    ones are free for those who ask how the gateway is, for orders and for the record; devices and screens are to be
    refused.
    """

    def __init__(self, spare: int = SPARE, margin: int = MARGIN) -> None:
        self._spare, self._margin = spare, margin
        self._null = os.open(os.devnull, os.O_RDONLY)
        self._held: list[int] = []
        self.is_short = True
        self.recover()

    def watch(self) -> None:
        """Notice that none is left."""
        if not self.is_short and not self._can_have(1):
            self.is_short = True
            self._give_back(self._held)
            self._held = []
            _log.error("no file descriptors are left, nobody new is let in")

    def recover(self) -> None:
        """Hold the spare ones again once there are enough."""
        if self.is_short and self._can_have(self._spare + self._margin):
            self._held = self._take(self._spare)
            self.is_short = False

    def close(self) -> None:
        """Hold nothing any more."""
        self._give_back([*self._held, self._null])
        self._held = []

    def _can_have(self, number: int) -> bool:
        taken = self._take(number)
        self._give_back(taken)
        return len(taken) == number

    def _take(self, number: int) -> list[int]:
        """As many as there are, at most so many."""
        taken: list[int] = []
        with contextlib.suppress(OSError):
            while len(taken) < number:
                taken.append(os.dup(self._null))
        return taken

    @staticmethod
    def _give_back(files: list[int]) -> None:
        for file in files:
            os.close(file)


async def keep_files_to_spare(health: Health, arrivals: Arrivals) -> None:
    """Tell health of a shortage for as long as it lasts, and let who has asked for nothing make way. For ever."""
    files, checks = SpareFiles(), 0
    try:
        while True:
            files.watch()
            health.is_out_of_files = files.is_short
            checks = checks + 1 if files.is_short else 0
            if files.is_short:
                arrivals.make_way()
            if checks == CHECKS_OF_A_SHORTAGE:
                checks = 0
                files.recover()
            await asyncio.sleep(CHECK_S)
    finally:
        files.close()
