"""Two networks of this machine's kernel with a link between them that really loses packets.

Each end is a network namespace with a device whose packets this program carries to the other end, late, or not at all:
what follows (sending again, giving up) is done by the kernel's own TCP. The queueing discipline that the kernel has for
this (netem) is missing on many machines; these devices (tun) are not.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import pytest

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_MOST_BYTES = 65536
_TUN = Path("/dev/net/tun")
_OWN = Path("/proc/thread-self/ns/net")
NEAR, FAR = "10.213.7.1", "10.213.7.2"


class Network:
    """A network namespace with nothing but its loopback. Skips the test where none can be made."""

    def __init__(self) -> None:
        if shutil.which("ip") is None or not _TUN.exists():
            pytest.skip(f"this machine has no ip command or no {_TUN}")
        with _returning():
            if _libc().unshare(_CLONE_NEWNET):
                pytest.skip(f"no network of one's own: {os.strerror(ctypes.get_errno())}")
            self._file = os.open(_OWN, os.O_RDONLY)
            _ip("link", "set", "lo", "up")

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets, threads and processes that this thread makes in the block are in this network."""
        with _returning():
            _enter(self._file)
            yield

    def tunnel(self, own: str, peer: str) -> int:
        """The file through which packets between these two addresses leave and enter this network."""
        with self.entered():
            file = os.open(_TUN, os.O_RDWR | os.O_NONBLOCK)
            wish = struct.pack("16sH22s", b"line0", _IFF_TUN | _IFF_NO_PI, b"")
            fcntl.ioctl(file, _TUNSETIFF, wish)
            _ip("addr", "add", own, "peer", peer, "dev", "line0")
            _ip("link", "set", "line0", "up")
        return file

    def close(self) -> None:
        os.close(self._file)


class Link:
    """Carries packets between ``NEAR`` in one network and ``FAR`` in the other, in a thread.

    Each is lost with the chance ``loss`` and comes ``delay_s`` later otherwise; all are lost while ``is_cut``.
    """

    def __init__(self, near: Network, far: Network, *, delay_s: float, loss: float) -> None:
        self.is_cut = False
        self.carried = self.lost = 0
        self._delay_s, self._loss = delay_s, loss
        self._chance = random.Random(1)
        self._ends = (near.tunnel(NEAR, FAR), far.tunnel(FAR, NEAR))
        self._under_way: list[tuple[float, int, int, bytes]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        for end in self._ends:
            os.close(end)

    def _run(self) -> None:
        while not self._stop.is_set():
            readable, _, _ = select.select(self._ends, (), (), self._wait_s())
            for end in readable:
                self._take(os.read(end, _MOST_BYTES), to=self._ends[end == self._ends[0]])
            while self._under_way and self._under_way[0][0] <= time.monotonic():
                _, _, to, packet = heapq.heappop(self._under_way)
                os.write(to, packet)

    def _wait_s(self) -> float:
        until = self._under_way[0][0] if self._under_way else time.monotonic() + 0.1
        return max(0.0, until - time.monotonic())

    def _take(self, packet: bytes, *, to: int) -> None:
        if self.is_cut or self._chance.random() < self._loss:
            self.lost += 1
            return
        self.carried += 1
        due = time.monotonic() + self._delay_s
        heapq.heappush(self._under_way, (due, self.carried, to, packet))


@contextmanager
def ward_and_bedside(*, delay_s: float, loss: float) -> Iterator[tuple[Network, Link]]:
    """This thread is in the ward's network; the bedside's is yielded, with the link that leads there."""
    with ExitStack() as opened:
        ward, bedside = Network(), Network()
        opened.callback(ward.close)
        opened.callback(bedside.close)
        link = opened.enter_context(Link(ward, bedside, delay_s=delay_s, loss=loss))
        opened.enter_context(ward.entered())
        yield bedside, link


@contextmanager
def _returning() -> Iterator[None]:
    """This thread is in the network in which it was again after the block."""
    home = os.open(_OWN, os.O_RDONLY)
    try:
        yield
    finally:
        _enter(home)
        os.close(home)


def _enter(network: int) -> None:
    if _libc().setns(network, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
