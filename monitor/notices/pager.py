"""A bounded queue and a thread for each address: tries again until a notice is delivered or too old to be true."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING, NamedTuple, Protocol

import structlog

if TYPE_CHECKING:
    from monitor.service.ports import Page

_log = structlog.get_logger("monitor.notices")

MOST_WAITING = 100
NOWHERE = "no address is set"


class NotDeliveredError(RuntimeError):
    """An attempt failed; the message has a few words without any part of the address."""


class Address(Protocol):
    """Where a notice goes. ``name`` may be shown to everybody."""

    name: str

    def send(self, text: str) -> None:
        """Deliver it and return. Raises whatever keeps it from being delivered."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How patiently a notice is tried, in seconds of real time."""

    first_retry_s: float = 1.0
    longest_retry_s: float = 60.0
    expiry_s: float = 15 * 60.0
    """Older than this a notice says what is no longer so; it is given up, and counted as failed."""
    hung_s: float = 20.0
    """An attempt that takes longer is said to hang, while it still does."""


class _Notice(NamedTuple):
    about: str
    text: str
    since_s: float


class QueuedPager:
    """Hands each notice to every address; see ``service.ports.Pager``. ``write`` makes words of a page."""

    def __init__(
        self,
        addresses: Sequence[Address],
        write: Callable[[Page], str],
        pace: Pace | None = None,
    ) -> None:
        self._lost = 0
        self._write = write
        self._lines = [
            _Line(f"{number} ({address.name})", address, pace or Pace())
            for number, address in enumerate(addresses, start=1)
        ]

    @property
    def sent(self) -> int:
        return sum(line.sent for line in self._lines)

    @property
    def failed(self) -> int:
        return self._lost + sum(line.failed for line in self._lines)

    @property
    def waiting(self) -> int:
        return sum(line.waiting for line in self._lines)

    def submit(self, page: Page) -> None:
        if not self._lines:
            # Said at the start, and on every screen from now on: no line for each alarm.
            self._lost += 1
            return
        about = page.alarm_id or page.code
        notice = _Notice(about, self._write(page), time.monotonic())
        for line in self._lines:
            line.submit(notice)

    def problem(self) -> str:
        if not self._lines:
            return NOWHERE if self._lost else ""
        now_s = time.monotonic()
        return "; ".join(problem for line in self._lines if (problem := line.problem(now_s)))

    def close(self) -> None:
        for line in self._lines:
            line.close()


class _Line:
    """What waits for one address, and the thread that sends it."""

    def __init__(self, name: str, address: Address, pace: Pace) -> None:
        self.sent = 0
        self.failed = 0
        self._name = name
        self._address = address
        self._pace = pace
        self._waiting: deque[_Notice] = deque()
        self._changed = Condition()
        self._closed = False
        self._sending_since_s: float | None = None
        self._failure = ""
        # A daemon: an address that hangs must not keep the gateway from ending.
        Thread(target=self._work, name=f"notices {name}", daemon=True).start()

    @property
    def waiting(self) -> int:
        return len(self._waiting) + (self._sending_since_s is not None)

    def submit(self, notice: _Notice) -> None:
        """Queue it in the place of an older one about the same; where too many wait, the oldest is given up."""
        with self._changed:
            self._waiting = deque(n for n in self._waiting if n.about != notice.about)
            self._waiting.append(notice)
            if len(self._waiting) > MOST_WAITING:
                self._give_up(self._waiting.popleft(), "too many wait")
            self._changed.notify()

    def problem(self, now_s: float) -> str:
        since_s = self._sending_since_s
        if since_s is not None and now_s - since_s > self._pace.hung_s:
            return f"{self._name}: an attempt hangs"
        return f"{self._name}: {self._failure}" if self._failure else ""

    def close(self) -> None:
        with self._changed:
            if waiting := self.waiting:
                _log.error(
                    "notices were not delivered before the end", address=self._name, count=waiting
                )
            self._closed = True
            self._changed.notify()

    def _work(self) -> None:
        retry_s = self._pace.first_retry_s
        while (notice := self._next()) is not None:
            if self._try(notice):
                retry_s = self._pace.first_retry_s
                continue
            self._keep(notice)
            with self._changed:
                self._changed.wait_for(lambda: self._closed, retry_s)
            retry_s = min(2 * retry_s, self._pace.longest_retry_s)

    def _next(self) -> _Notice | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._waiting))
            if self._closed:
                return None
            self._sending_since_s = time.monotonic()
            return self._waiting.popleft()

    def _try(self, notice: _Notice) -> bool:
        try:
            self._address.send(notice.text)
        except Exception as error:  # noqa: BLE001 - one of a hundred libraries behind it: whatever it raises, it was not sent
            self._note_failure(error)
            return False
        else:
            self.sent += 1
            if self._failure:
                _log.info("notices are delivered again", address=self._name)
            self._failure = ""
            return True
        finally:
            self._sending_since_s = None

    def _keep(self, notice: _Notice) -> None:
        """Put a notice that was not delivered back in front, unless it is too old or there is a newer one."""
        with self._changed:
            if time.monotonic() - notice.since_s > self._pace.expiry_s:
                self._give_up(notice, "too old")
            elif all(waiting.about != notice.about for waiting in self._waiting):
                self._waiting.appendleft(notice)

    def _note_failure(self, error: Exception) -> None:
        # Only our own errors are known to have no address in them.
        failure = str(error) if isinstance(error, NotDeliveredError) else type(error).__name__
        if failure != self._failure:
            self._failure = failure
            _log.error(
                "a notice was not delivered, it is tried again", address=self._name, reason=failure
            )

    def _give_up(self, notice: _Notice, reason: str) -> None:
        self.failed += 1
        self._failure = self._failure or reason
        _log.error("a notice was given up", address=self._name, about=notice.about, reason=reason)
