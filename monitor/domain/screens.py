"""Who is looking: stations that confirm what they show, and what it means when one stops.

A screen is one open page; a station is a browser with all its pages. A screen counts while it is visible and has
confirmed within the last ten seconds. A quiet one (in the patient's room) is never counted on. A screen that stops, and
a station of which no page can sound, are technical conditions on the others. So is a standstill of the gateway itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.domain.alarms import AlarmType, Occurrence, Reason
from monitor.domain.conditions import Condition
from monitor.domain.limits import Priority
from monitor.domain.occurrence_book import Change, OccurrenceBook, Occurrences
from monitor.domain.readings import SECOND, Instant

WARD = "ward"
"""What occurrences that belong to no session are filed under."""
SILENT_MS = 10 * SECOND
BLOCKED_MS = 10 * SECOND
"""How long no page of a station may be able to sound. A page is always blocked until a person touches it, and whoever
opens or reloads one touches it within moments."""
MOST_LOST = 40
"""Pages of one operator that were lost and are still told of; the oldest makes way. A browser that opens page after
page and loses each must not fill everybody's screens."""
SCREEN = "screen"
SOUND = "sound"
ENGINE = "engine"
ON = "on"
BLOCKED = "blocked"
STATION = "station"


@dataclass(slots=True)
class Screen:
    """One open page. ``operator`` is who is or was signed in there last; ``left``: it was closed as pages are."""

    id: str
    operator: str
    kind: str
    confirmed_at: Instant
    station: str
    audio: str = "unknown"
    visible: bool = True
    left: bool = False
    lost: bool = False
    """Its connection is gone, and nobody said why."""
    silent_ms: int = SILENT_MS

    def is_silent(self, now: Instant) -> bool:
        """Whether it has not confirmed anything for too long."""
        return now - self.confirmed_at >= self.silent_ms

    def confirms(self, now: Instant) -> bool:
        """Whether staff can be counted on to see what it shows."""
        return self.kind == STATION and self.visible and not self.is_silent(now)


@dataclass(slots=True)
class _Soundless:
    """A station of which no page can sound. ``seen_at``: when it last had a page that confirms."""

    operator: str
    since: Instant
    seen_at: Instant


class ScreenWatch:
    """All screens and the occurrences about them. ``now`` by the gateway's clock.

    ``alone_since``: the last sight of any station's, while none confirms; None while one does.
    ``speed``: of the gateway's clock; screens confirm in real time, however fast it runs.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.silent_ms = round(SILENT_MS * speed)
        self._blocked_ms = round(BLOCKED_MS * speed)
        self.occurrences = Occurrences()
        self.screens: dict[str, Screen] = {}
        self.alone_since: Instant | None = None
        self.soundless_since: Instant | None = None
        self._seen_at: Instant | None = None
        self._book = OccurrenceBook(WARD, self.occurrences)
        self._operators: dict[str, str] = {}
        self._soundless: dict[str, _Soundless] = {}
        self._standstill: Condition | None = None

    def here(
        self, screen_id: str, operator: str, kind: str, now: Instant, *, station: str = ""
    ) -> None:
        """A page was opened, or has come back. Without an ``operator`` it is still called after the last one."""
        station = station or screen_id
        if operator:
            self._operators[station] = operator
        known = self._operators.get(station, "")
        self.screens[screen_id] = Screen(
            screen_id, known, kind, now, station, silent_ms=self.silent_ms
        )
        self._judge(now)

    def confirm(self, screen_id: str, audio: str, visible: bool, now: Instant) -> None:
        """A page says that it has painted everything so far."""
        screen = self.screens.get(screen_id)
        if screen is not None:
            screen.confirmed_at, screen.audio, screen.visible = now, audio, visible
            screen.left = screen.lost = False
            self._judge(now)

    def gone(self, screen_id: str, *, closed: bool, now: Instant) -> None:
        """The connection of a page is gone; ``closed`` when its reader closed the page."""
        screen = self.screens.get(screen_id)
        if screen is not None:
            screen.left, screen.lost = closed, not closed
            self._forget_the_oldest_lost(screen.operator)
            self._judge(now)

    def tick(self, now: Instant) -> None:
        """Let time pass; call at least each second. Only by it anything new is raised."""
        self._judge(now, raising=True)

    def stood_still(self, ms: int, now: Instant) -> None:
        """The gateway itself has just stood still: nobody could confirm anything, and nothing was judged.

        To be told before anything else is. Who confirmed before has as long as ever to confirm again.
        """
        for screen in self.screens.values():
            if not screen.is_silent(now - ms):
                screen.confirmed_at = now
        for soundless in self._soundless.values():
            soundless.since, soundless.seen_at = soundless.since + ms, soundless.seen_at + ms
        rung = 1 if self._standstill is None else self._standstill.rung + 1
        self._standstill = _condition(
            f"{ENGINE}|gateway",
            Priority.LOW,
            Reason("stood_still", {"seconds": round(ms / SECOND)}),
            now,
            rung,
        )

    def confirming(self, now: Instant) -> int:
        """How many stations confirm what they show."""
        return sum(screen.confirms(now) for screen in self.screens.values())

    def _forget_the_oldest_lost(self, operator: str) -> None:
        known = self.screens.values()
        lost = [screen for screen in known if screen.lost and screen.operator == operator]
        for screen in sorted(lost, key=lambda one: one.confirmed_at)[:-MOST_LOST]:
            self._forget(screen)

    def _forget(self, screen: Screen) -> None:
        del self.screens[screen.id]
        if screen.station == screen.id:
            # No browser with other pages is called after it.
            self._operators.pop(screen.id, None)

    def can_sound(self, now: Instant) -> bool:
        """Whether any station that confirms can sound."""
        known = self.screens.values()
        return any(screen.confirms(now) and screen.audio == "on" for screen in known)

    def acknowledge(self, alarm_id: str, by: str, note: str | None, now: Instant) -> bool:
        """See SessionAlarms.acknowledge. A station that is not coming back is forgotten by it."""
        acknowledged = self._book.acknowledge(alarm_id, by, note, now)
        if acknowledged is not None and acknowledged.kind == SCREEN:
            self.screens.pop(acknowledged.source, None)
        if acknowledged is not None and acknowledged.kind == ENGINE:
            self._standstill = None
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

    def _judge(self, now: Instant, *, raising: bool = False) -> None:
        for screen in [known for known in self.screens.values() if known.left]:
            self._forget(screen)
        self._listen(now)
        holding = {condition.key: condition for condition in self._conditions(now)}
        # What one screen says raises nothing about another: after a standstill the other's word may be the next.
        keys = [*self._book.held_keys(), *(holding if raising else ())]
        for key in dict.fromkeys(keys):
            self._book.reconcile(key, holding.get(key), now)
        seen = [screen.confirmed_at for screen in self.screens.values() if screen.confirms(now)]
        if seen:
            self.alone_since, self._seen_at = None, max(seen)
        elif self.alone_since is None:
            self.alone_since = now if self._seen_at is None else self._seen_at

    def _listen(self, now: Instant) -> None:
        """Which stations cannot sound. A page that is being reloaded leaves its station as it was."""
        heard: dict[str, set[str]] = {}
        for screen in self.screens.values():
            if screen.kind == STATION and not screen.is_silent(now):
                heard.setdefault(screen.station, set()).add(screen.audio)
                if screen.station in self._soundless:
                    self._soundless[screen.station].seen_at = now
        for station, audio in heard.items():
            if ON in audio:
                self._soundless.pop(station, None)
            elif BLOCKED in audio and station not in self._soundless:
                operator = self._operators.get(station, "")
                self._soundless[station] = _Soundless(operator, now, now)
        for station, soundless in list(self._soundless.items()):
            if now - soundless.seen_at >= self.silent_ms:
                del self._soundless[station]

    def _conditions(self, now: Instant) -> Iterator[Condition]:
        for screen in self.screens.values():
            # A hidden one says so itself and is not silent.
            if screen.kind == STATION and screen.is_silent(now):
                begun = screen.confirmed_at + screen.silent_ms
                reason = _named("screen_silent", screen.operator)
                yield _condition(f"{SCREEN}|{screen.id}", Priority.MEDIUM, reason, begun)
        for station, soundless in self._soundless.items():
            key, due_at = f"{SOUND}|{station}", soundless.since + self._blocked_ms
            if self._book.holds(key) or due_at <= now == soundless.seen_at:
                reason = _named("sound_blocked", soundless.operator)
                yield _condition(key, Priority.LOW, reason, soundless.since, raised_at=due_at)
        if self._standstill is not None:
            yield self._standstill


def _named(code: str, operator: str) -> Reason:
    """The reason with who is or was signed in there; in other words where that is not known."""
    return Reason(code, {"operator": operator}) if operator else Reason(f"{code}_locked")


def _condition(
    key: str,
    priority: Priority,
    reason: Reason,
    at: Instant,
    rung: int = 1,
    *,
    raised_at: Instant | None = None,
) -> Condition:
    kind, _, source = key.partition("|")
    return Condition(
        key=key,
        kind=kind,
        metric=None,
        source=source,
        type=AlarmType.TECHNICAL,
        priority=priority,
        onset=at,
        rung=rung,
        raised_at=at if raised_at is None else raised_at,
        reason=reason,
    )
