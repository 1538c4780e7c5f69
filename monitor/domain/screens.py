"""Who is looking: stations that confirm what they show, and what it means when one stops.

A station counts while it is visible and has confirmed within the last ten seconds. A quiet screen (in the patient's
room) is never counted on. A station that stops, or that cannot sound, is a technical condition on the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.domain.alarms import AlarmType, Occurrence, Reason
from monitor.domain.conditions import Condition
from monitor.domain.limits import Priority
from monitor.domain.occurrence_book import Change, OccurrenceBook, Occurrences
from monitor.domain.readings import SECOND, Instant

WARD = "ward"
"""What occurrences that belong to no session are filed under."""
SILENT_MS = 10 * SECOND
SCREEN = "screen"
BLOCKED = "blocked"
STATION = "station"


@dataclass(slots=True)
class Screen:
    """One open page of an operator. ``left`` is set when it was closed as pages are."""

    id: str
    operator: str
    kind: str
    confirmed_at: Instant
    audio: str = "unknown"
    visible: bool = True
    left: bool = False
    silent_ms: int = SILENT_MS

    def is_silent(self, now: Instant) -> bool:
        """Whether it has not confirmed anything for too long."""
        return now - self.confirmed_at >= self.silent_ms

    def confirms(self, now: Instant) -> bool:
        """Whether staff can be counted on to see what it shows."""
        return self.kind == STATION and self.visible and not self.is_silent(now)


class ScreenWatch:
    """All screens and the occurrences about them. ``now`` by the gateway's clock.

    ``alone_since``: the last sight of any station's, while none confirms; None while one does.
    ``silent_ms``: how long a station may be silent; screens confirm in real time, however fast the clock runs.
    """

    def __init__(self, silent_ms: int = SILENT_MS) -> None:
        self.silent_ms = silent_ms
        self.occurrences = Occurrences()
        self.screens: dict[str, Screen] = {}
        self.alone_since: Instant | None = None
        self.soundless_since: Instant | None = None
        self._seen_at: Instant | None = None
        self._book = OccurrenceBook(WARD, self.occurrences)

    def here(self, screen_id: str, operator: str, kind: str, now: Instant) -> None:
        """A page was opened, or has come back."""
        self.screens[screen_id] = Screen(screen_id, operator, kind, now, silent_ms=self.silent_ms)
        self._judge(now)

    def confirm(self, screen_id: str, audio: str, visible: bool, now: Instant) -> None:
        """A page says that it has painted everything so far."""
        screen = self.screens.get(screen_id)
        if screen is not None:
            screen.confirmed_at, screen.audio, screen.visible = now, audio, visible
            screen.left = False
            self._judge(now)

    def gone(self, screen_id: str, *, closed: bool, now: Instant) -> None:
        """The connection of a page is gone; ``closed`` when its reader closed the page."""
        screen = self.screens.get(screen_id)
        if screen is not None:
            screen.left = closed
            self._judge(now)

    def tick(self, now: Instant) -> None:
        """Let time pass; call at least each second."""
        self._judge(now)

    def confirming(self, now: Instant) -> int:
        """How many stations confirm what they show."""
        return sum(screen.confirms(now) for screen in self.screens.values())

    def can_sound(self, now: Instant) -> bool:
        """Whether any station that confirms can sound."""
        known = self.screens.values()
        return any(screen.confirms(now) and screen.audio == "on" for screen in known)

    def acknowledge(self, alarm_id: str, by: str, note: str | None, now: Instant) -> bool:
        """See SessionAlarms.acknowledge. A station that is not coming back is forgotten by it."""
        acknowledged = self._book.acknowledge(alarm_id, by, note, now)
        if acknowledged is not None and acknowledged.kind == SCREEN:
            self.screens.pop(acknowledged.source, None)
            self._judge(now)
        return acknowledged is not None

    def signals(self) -> list[Occurrence]:
        """Every occurrence that staff are shown now."""
        return self._book.signals()

    def take_changes(self) -> list[Change]:
        """What staff must be told of since the last call."""
        return self._book.take_changes()

    def shown(self, alarm_id: str, *, painted: bool, sounded: bool, now: Instant) -> bool:
        """See OccurrenceBook.shown."""
        return self._book.shown(alarm_id, painted=painted, sounded=sounded, now=now)

    def _judge(self, now: Instant) -> None:
        for screen_id in [known.id for known in self.screens.values() if known.left]:
            del self.screens[screen_id]
        holding: dict[str, Condition] = {}
        for screen in self.screens.values():
            for rule in _RULES:
                condition = rule(screen, now)
                if condition is not None:
                    holding[condition.key] = condition
        for key in {*self._book.held_keys(), *holding}:
            self._book.reconcile(key, holding.get(key), now)
        seen = [screen.confirmed_at for screen in self.screens.values() if screen.confirms(now)]
        if seen:
            self.alone_since, self._seen_at = None, max(seen)
        elif self.alone_since is None:
            self.alone_since = now if self._seen_at is None else self._seen_at


def _silent(screen: Screen, now: Instant) -> Condition | None:
    """A station that no longer confirms; a hidden one says so itself and is not silent."""
    if screen.kind != STATION or not screen.is_silent(now):
        return None
    begun = screen.confirmed_at + screen.silent_ms
    return _condition(screen, SCREEN, Priority.MEDIUM, "screen_silent", begun)


def _blocked(screen: Screen, now: Instant) -> Condition | None:
    if screen.kind != STATION or screen.audio != BLOCKED or screen.is_silent(now):
        return None
    return _condition(screen, "sound", Priority.LOW, "sound_blocked", screen.confirmed_at)


_RULES: tuple[Callable[[Screen, Instant], Condition | None], ...] = (_silent, _blocked)


def _condition(screen: Screen, kind: str, priority: Priority, code: str, at: Instant) -> Condition:
    return Condition(
        key=f"{kind}|{screen.id}",
        kind=kind,
        metric=None,
        source=screen.id,
        type=AlarmType.TECHNICAL,
        priority=priority,
        onset=at,
        rung=1,
        raised_at=at,
        reason=Reason(code, {"operator": screen.operator}),
    )
