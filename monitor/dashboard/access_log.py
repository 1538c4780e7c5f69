"""What the dashboard notes about access, on its way into the journal: the gateway writes it, nobody waits for that.

A gateway that is away is asked again and again; whoever signs in or reads meanwhile is noted when it is back.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from monitor.dashboard.orders import GatewayUnreachableError
from monitor.domain.registry import folded
from monitor.wire.orders import NoteAccess, Order, OrderResult

MOST_WAITING = 5_000
RETRY_S = 2.0
LAST_WORDS_S = 0.8
PATIENCE_S = 3.0
"""As long as somebody who signs out is kept waiting for a gateway that does not answer."""
REFUSALS_TOLD_EVERY_S = 60.0
MOST_REFUSALS_AN_HOUR = 120
MOST_KEYS = 1_000
OPENING_LASTS_S = 15 * 60.0

_Key = tuple[str, ...]
_log = logging.getLogger(__name__)


class Sender(Protocol):
    """The way to the gateway."""

    async def send(self, order: Order, *, by: str) -> OrderResult:
        """What became of it. Raises GatewayUnreachableError."""


class AccessLog:
    """Takes notes from the event loop's thread and sends them in order; without a ``sender`` it keeps them."""

    def __init__(self, sender: Sender | None = None, retry_s: float = RETRY_S) -> None:
        self.waiting: deque[tuple[float, NoteAccess]] = deque()
        self.lost = 0
        self.refusals = Refusals(self.note)
        self._openings: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._sender = sender
        self._retry_s = retry_s
        self._awaited: dict[int, asyncio.Future[bool]] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, note: NoteAccess) -> None:
        """Something happened that must be on record."""
        if len(self.waiting) >= MOST_WAITING:
            self.waiting.popleft()
            self.lost += 1
            _log.error(
                "a note about access was lost: the gateway takes none (%d so far)", self.lost
            )
        self.waiting.append((time.monotonic(), note))
        if self._sender is not None and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._send(self._sender))

    async def told(self, note: NoteAccess, patience_s: float = PATIENCE_S) -> bool:
        """Note it, and wait: whether the gateway has it. Where it has not within this time it is told later."""
        if self._sender is None:
            self.note(note)
            return True
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._awaited[id(note)] = told
        self.note(note)
        try:
            async with asyncio.timeout(patience_s):
                return await told
        except TimeoutError:
            return False
        finally:
            del self._awaited[id(note)]

    def opened(self, operator: str, session_id: str, detail: str, *, is_page: bool) -> None:
        """A record was opened: each view of its page, and whatever is asked for where no page was opened lately."""
        now_s, key = time.monotonic(), (operator, session_id)
        seen_s = self._openings.get(key)
        self._openings[key] = now_s
        self._openings.move_to_end(key)
        if len(self._openings) > MOST_KEYS:
            self._openings.popitem(last=False)
        if is_page or seen_s is None or now_s - seen_s > OPENING_LASTS_S:
            self.note(
                NoteAccess(
                    what="record_opened", operator=operator, subject=session_id[:200], detail=detail
                )
            )

    async def settle(self, patience_s: float = LAST_WORDS_S) -> None:
        """Before the end: tell what was counted and not told yet, as far as the gateway takes it within this time."""
        self.refusals.settle_all()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=patience_s)

    async def _send(self, sender: Sender) -> None:
        while self.waiting:
            entry = self.waiting[0]
            since_s, note = entry
            waited_s = round(time.monotonic() - since_s)
            try:
                result = await sender.send(note.model_copy(update={"waited_s": waited_s}), by="")
            except GatewayUnreachableError:
                await asyncio.sleep(self._retry_s)
                continue
            if not result.ok:
                _log.error("the gateway refused a note about access: %s", result.code)
            told = self._awaited.get(id(note))
            if told is not None and not told.done():
                told.set_result(result.ok)
            if self.waiting and self.waiting[0] is entry:
                self.waiting.popleft()


@dataclass(slots=True)
class _Refused:
    note: NoteAccess
    more: int = 0
    timer: Any = field(default=None, repr=False)


class Refusals:
    """Refused sign-ins. Each wrong password is told at once: by these the waits go on after a restart of the dashboard.

    Of whoever was not even looked at the first is told at once, those that follow within a minute together. Beyond
    ``MOST_REFUSALS_AN_HOUR``, at stations and elsewhere each, only numbers are told, so that nobody can fill the disk.
    """

    def __init__(self, tell: Callable[[NoteAccess], None]) -> None:
        self._tell = tell
        self._kinds: dict[_Key, _Refused] = {}
        self._told_s: dict[bool, deque[float]] = {
            at_station: deque(maxlen=MOST_REFUSALS_AN_HOUR) for at_station in (False, True)
        }

    def refused(self, note: NoteAccess) -> None:
        """One more, on the event loop's thread."""
        key: _Key = (note.operator, note.tag, note.address, note.station, note.detail)
        told_s = self._told_s[bool(note.station)]
        is_spent = _is_spent(told_s)
        if key not in self._kinds and (is_spent or len(self._kinds) >= MOST_KEYS):
            note = NoteAccess(what=note.what, detail="many", seen_at_s=note.seen_at_s)
            key = ("many",)
        known = self._kinds.get(key)
        if known is not None and (is_spent or note.detail != "wrong"):
            known.more += 1
            return
        told_s.append(time.monotonic())
        self._tell(note)
        if known is None:
            self._wait(key, _Refused(note))

    def _wait(self, key: _Key, refused: _Refused) -> None:
        after_s = REFUSALS_TOLD_EVERY_S * (10 if key == ("many",) else 1)
        self._kinds[key] = refused
        refused.timer = asyncio.get_running_loop().call_later(after_s, self.settle, key)

    def settle(self, key: _Key) -> None:
        """The minute is over: tell how many more there were, or forget the kind."""
        known = self._kinds.pop(key)
        if known.more:
            self._tell_more(known)
            self._wait(key, _Refused(known.note))

    def settle_all(self) -> None:
        """Tell the number of each kind now."""
        kinds, self._kinds = self._kinds, {}
        for known in kinds.values():
            known.timer.cancel()
            if known.more:
                self._tell_more(known)

    def _tell_more(self, known: _Refused) -> None:
        now_s = round(time.time())
        self._tell(known.note.model_copy(update={"times": known.more, "seen_at_s": now_s}))


def _is_spent(told_s: deque[float]) -> bool:
    return len(told_s) == MOST_REFUSALS_AN_HOUR and time.monotonic() - told_s[0] < 3600


def tag_of(key: bytes, name: str) -> str:
    """What stands for a typed name; by ``key``, so that nobody can try out which name it was."""
    return hmac.new(key, f"name {folded(name)}".encode(), "sha256").hexdigest()[:16]
