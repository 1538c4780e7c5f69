"""The alarms of a review in words: what raised each to its worst, what it was before, how long it held. Pure.

A condition's time is never mixed up with the time in which nobody had seen its signal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from monitor.dashboard.history import duration, duration_to, reason_text
from monitor.dashboard.review.cards import NOTHING, since_origin
from monitor.dashboard.review.opening import Opened
from monitor.dashboard.review.panels import UNITS
from monitor.dashboard.review.scene import EventMark
from monitor.dashboard.review.shapes import AlarmSpan
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.alarms import AlarmType, Event
from monitor.domain.readings import MINUTE, Instant, Metric
from monitor.domain.review.alarm_life import AlarmLife, Rung
from monitor.domain.review.record import SessionRecord
from monitor.domain.review.worst import Worst, worst_value
from monitor.service.phrases import Phrases

MARKS = {"high": "!!!", "medium": "!!", "low": "!"}
_SHORTEST_SHOWN = 2 * MINUTE
"""A zoom shows at least so much time around an alarm."""


class AlarmLine(NamedTuple):
    """One alarm. ``shown``: from when to when a zoom to it reaches."""

    id: str
    priority: str
    title: str
    told: str
    shown: tuple[Instant, Instant]


@dataclass(frozen=True, slots=True)
class AlarmTeller:
    """Tells alarms in one reader's language; only for ``worst_values`` the ``record`` must have the values."""

    words: Words
    phrases: Phrases
    opened: Opened
    record: SessionRecord

    def lines(self) -> list[AlarmLine]:
        """By the moment of raising."""
        painted = _painted_at(self.record.facts)
        return [
            AlarmLine(
                alarm.id,
                alarm.worst.priority,
                self._title(alarm, alarm.worst),
                " · ".join(self._told(alarm, painted.get(alarm.id))),
                _around(alarm.newest.onset, self._until(alarm)),
            )
            for alarm in self._by_raising()
        ]

    def worst_values(self) -> dict[str, str]:
        """What came after the raising and was worse than what raised it, by the alarm's id."""
        cuffs = self.record.chart.cuffs()
        found = (
            (alarm, worst_value(alarm, self.record.values, cuffs)) for alarm in self.record.alarms
        )
        text = self.words.gettext("at worst {value}")
        return {
            alarm.id: text.format(value=self._value(alarm, worst))
            for alarm, worst in found
            if worst is not None and worst.beyond != alarm.worst.reason_values.get("value")
        }

    def spans(self) -> list[AlarmSpan]:
        """The same on the figure."""
        return [
            AlarmSpan(
                alarm.id,
                None if alarm.newest.metric is None else Metric(alarm.newest.metric),
                alarm.newest.type == AlarmType.PHYSIOLOGICAL,
                alarm.newest.onset,
                tuple((rung.priority, rung.since) for rung in alarm.rungs),
                self._until(alarm),
                self.record.until if alarm.still_stands else alarm.stood_until,
            )
            for alarm in self.record.alarms
        ]

    def marks(self) -> list[EventMark]:
        """A sign for each priority that an alarm reached, where it did."""
        return [
            EventMark(rung.since, rung.priority, self._title(alarm, rung), alarm.id)
            for alarm in self._by_raising()
            for rung in alarm.rungs
        ]

    def _by_raising(self) -> list[AlarmLife]:
        return sorted(self.record.alarms, key=lambda alarm: alarm.raised_at)

    def _until(self, alarm: AlarmLife) -> Instant:
        return self.record.until if alarm.over_at is None else alarm.over_at

    def _title(self, alarm: AlarmLife, rung: Rung) -> str:
        return f"{MARKS[rung.priority]} {self._why(alarm, rung)}"

    def _why(self, alarm: AlarmLife, rung: Rung) -> str:
        return reason_text(self.phrases, rung.of(alarm.newest))

    def _told(self, alarm: AlarmLife, painted_at: Instant | None) -> Iterator[str]:
        _, words = self.words.gettext, self.words
        yield self._when(alarm.worst.since)
        if alarm.over_at is None:
            yield _("not over")
        else:
            lasted = duration(words, alarm.over_at - alarm.raised_at)
            yield (
                lasted if len(alarm.rungs) == 1 else _("{duration} in all").format(duration=lasted)
            )
        if alarm.newest.type == AlarmType.TECHNICAL:
            yield _("technical")
        if painted_at is not None:
            after = duration_to(words, alarm.raised_at, painted_at)
            yield _("on screen {duration}").format(duration=after)
        yield self._answer(alarm)
        for rung in alarm.rungs[:-1]:
            # A ladder that only time climbs says the same on each of its rungs.
            same = self._why(alarm, rung) == self._why(alarm, alarm.worst)
            title = MARKS[rung.priority] if same else self._title(alarm, rung)
            text = _("before that {alarm}, from {when}")
            yield text.format(alarm=title, when=self._when(rung.since))

    def _answer(self, alarm: AlarmLife) -> str:
        _, worst = self.words.gettext, alarm.worst
        if worst.acknowledged_at is not None:
            after = duration_to(self.words, worst.since, worst.acknowledged_at)
            text = _("acknowledged {duration}, {name}")
            return text.format(duration=after, name=worst.acknowledged_by or NOTHING)
        if alarm.stood_until is not None:
            if alarm.newest.event == Event.SESSION_ENDED:
                return _("stood unacknowledged to the end of the session")
            text = _("stood unacknowledged until {when}")
            return text.format(when=self._when(alarm.stood_until))
        if alarm.rungs[0].acknowledged_at is not None:
            return _("not acknowledged since it became worse")
        return _("not acknowledged")

    def _value(self, alarm: AlarmLife, worst: Worst) -> str:
        number = self.words.number
        if worst.cuff is None:
            return f"{number(worst.beyond)} {UNITS[Metric(alarm.newest.metric or '')]}"
        parts = (worst.cuff.systolic, worst.cuff.diastolic)
        return "/".join(NOTHING if part is None else number(part) for part in parts)

    def _when(self, at: Instant) -> str:
        return since_origin(at, self.opened.origin)


def _painted_at(session_facts: Iterable[facts.Fact]) -> dict[str, Instant]:
    painted: dict[str, Instant] = {}
    for fact in session_facts:
        if isinstance(fact.body, facts.AlarmShown) and fact.body.painted_at is not None:
            painted.setdefault(fact.body.alarm_id, fact.body.painted_at)
    return painted


def _around(since: Instant, until: Instant) -> tuple[Instant, Instant]:
    """The time of an alarm with as much before and after it."""
    beside = max(until - since, _SHORTEST_SHOWN - (until - since)) // 2
    return since - beside, until + beside
