"""The device's queue: every frame is in an append-only file before it is sent, until the gateway has it for good."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

_COMPACT_BYTES = 4 * 1024 * 1024


class QueueError(RuntimeError):
    """The queue cannot be used: another process has it, or its file is not a queue."""


class FrameQueue:
    """Frames that are not acknowledged yet, in one file; ``stream`` is the queue's name on the wire.

    ``pending`` maps seq to the frame's readings as JSON text, in order. ``position`` is the newest frame's mark.
    A line is written whole and reaches the kernel before the frame is sent, so a killed process loses nothing; a
    line cut off by a crash was never sent and is forgotten.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.stream = str(uuid4())
        self.pending: OrderedDict[int, str] = OrderedDict()
        self.position: str | None = None
        self._last_seq = 0
        self._acknowledged = 0
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = FileLock(f"{path}.lock", timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise QueueError(f"{path} is in use by another process") from None
        try:
            self._file = self._open()
        except BaseException:
            self._lock.release()
            raise

    def add(self, readings: str, position: str | None = None) -> int:
        """Put a frame's readings (a JSON list) on disk; its seq."""
        seq = self._last_seq + 1
        self._write(_line(seq, self._acknowledged, position, readings))
        self._last_seq = seq
        self.position = position
        self.pending[seq] = readings
        return seq

    def acknowledge(self, seq: int) -> int:
        """The gateway has everything up to ``seq``; how many frames that newly covers."""
        covered = 0
        while self.pending and next(iter(self.pending)) <= seq:
            self.pending.popitem(last=False)
            covered += 1
        self._acknowledged = max(self._acknowledged, min(seq, self._last_seq))
        if self._size > self._compact_at:
            self._compact()
        return covered

    def drop(self, seq: int) -> bool:
        """Give up a frame that the gateway refused; False when it is not here."""
        if self.pending.pop(seq, None) is None:
            return False
        self._write(f'{{"dropped":{seq}}}\n'.encode())
        return True

    def resume(self, last_seq: int) -> int:
        """Take in what the gateway has of this stream; how many frames need not be sent again.

        A gateway that has more than was ever written here knows a queue that was lost: this one then goes on as a
        new stream, because frames numbered anew would be taken for repetitions of the lost ones.
        """
        if last_seq <= self._last_seq:
            return self.acknowledge(last_seq)
        kept = list(self.pending.values())
        self.stream = str(uuid4())
        self.pending = OrderedDict(enumerate(kept, start=1))
        self._last_seq, self._acknowledged = len(kept), 0
        self._compact()
        return 0

    def forget_position(self) -> None:
        """The source was stopped on purpose: nothing will be continued."""
        if self.position is not None:
            self.position = None
            self._compact()

    def close(self) -> None:
        """Let go of the file; what is pending stays in it."""
        os.close(self._file)
        self._lock.release()

    def _open(self) -> int:
        if self._path.exists():
            self._load()
        self._compact_at = 0
        return self._rewrite()

    def _load(self) -> None:
        whole, _, _cut_off = self._path.read_bytes().rpartition(b"\n")
        lines = whole.splitlines()
        try:
            header = json.loads(lines[0]) if lines else {}
            self.stream = header.get("stream", self.stream)
            self._last_seq = int(header.get("last_seq", 0))
            self._acknowledged = int(header.get("acknowledged", 0))
            self.position = header.get("position")
            for line in lines[1:]:
                self._take(json.loads(line))
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            raise QueueError(f"{self._path} is not a readable queue: {error}") from error
        for seq in [seq for seq in self.pending if seq <= self._acknowledged]:
            del self.pending[seq]

    def _take(self, frame: dict[str, Any]) -> None:
        if "dropped" in frame:
            self.pending.pop(int(frame["dropped"]), None)
            return
        seq = int(frame["seq"])
        self.pending[seq] = json.dumps(frame["readings"], separators=(",", ":"))
        self._last_seq = max(self._last_seq, seq)
        self._acknowledged = int(frame["acknowledged"])
        self.position = frame["position"]

    def _write(self, line: bytes) -> None:
        written = os.write(self._file, line)
        if written != len(line):
            # A full disk took half a line; the next one must not be glued to it.
            os.ftruncate(self._file, self._size)
            raise QueueError(f"{self._path} cannot be written: the disk is full")
        self._size += written

    def _compact(self) -> None:
        os.close(self._file)
        self._file = self._rewrite()

    def _rewrite(self) -> int:
        """Write the file anew with nothing but what is pending, replace the old one, and open it for appending."""
        header = {
            "stream": self.stream,
            "last_seq": self._last_seq,
            "acknowledged": self._acknowledged,
            "position": self.position,
        }
        lines = [json.dumps(header).encode() + b"\n"]
        lines += [
            _line(seq, self._acknowledged, self.position, readings)
            for seq, readings in self.pending.items()
        ]
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_bytes(b"".join(lines))
        fresh.chmod(0o600)
        fresh.replace(self._path)
        self._size = self._path.stat().st_size
        self._compact_at = max(_COMPACT_BYTES, 2 * self._size)
        return os.open(self._path, os.O_WRONLY | os.O_APPEND)


def _line(seq: int, acknowledged: int, position: str | None, readings: str) -> bytes:
    mark = json.dumps(position)
    return (
        f'{{"seq":{seq},"acknowledged":{acknowledged},"position":{mark},"readings":{readings}}}\n'
    ).encode()
