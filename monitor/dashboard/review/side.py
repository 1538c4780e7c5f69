"""The right column of a review in words: alarms, what was entered and set, comments. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from monitor.dashboard.entry_log import entry_text
from monitor.dashboard.log import LogWriter
from monitor.dashboard.review.alarm_lines import AlarmLine, AlarmTeller
from monitor.dashboard.review.cards import since_origin
from monitor.dashboard.review.opening import Opened, open_session
from monitor.dashboard.review.scene import EventMark
from monitor.dashboard.review.shapes import AlarmSpan
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.readings import Instant
from monitor.domain.sessions import Session
from monitor.domain.sign_off import SignOff
from monitor.service.phrases import Phrases

_SET = (
    facts.AlarmsPaused,
    facts.AlarmsSwitched,
    facts.BaselineConfirmed,
    facts.InfusionPaused,
    facts.InfusionResumed,
    facts.InfusionStopped,
    facts.LimitChanged,
)
"""What changed how the session was watched or given; the rest of its log is on its own page."""


class EventLine(NamedTuple):
    """One entry, or something that was set. ``fate``: why it does not count."""

    at: Instant
    when: str
    text: str
    by: str
    fate: str = ""


class Comment(NamedTuple):
    """What somebody who has read the session thinks of it."""

    text: str
    by: str
    when: str


def teller_of(visit: Visit, session: Session) -> Teller:
    """What is told of a session to this visitor."""
    return Teller(visit.words, visit.phrases, open_session(visit.parts, session))


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells a session in one reader's language."""

    words: Words
    phrases: Phrases
    opened: Opened

    def alarms(self) -> list[AlarmLine]:
        """By the moment of raising."""
        return self._alarm_teller().lines()

    def worst_values(self) -> dict[str, str]:
        """Alarm to what it came to; for a record with its values."""
        return self._alarm_teller().worst_values()

    def spans(self) -> list[AlarmSpan]:
        """The same on the figure."""
        return self._alarm_teller().spans()

    def events(self) -> list[EventLine]:
        """Entries by the time they speak of, and what was set, by the time it was."""
        entered = [self._entry(entry) for entry in self.opened.record.chart.entries]
        writer = LogWriter(self.words, self.phrases, {}, self.opened.course)
        set_by_staff = [
            EventLine(line.at, self._when(line.at), line.text, line.by)
            for fact in self.opened.record.facts
            if isinstance(fact.body, _SET) and (line := writer.line(fact)) is not None
        ]
        return sorted([*entered, *set_by_staff], key=lambda line: line.at)

    def marks(self) -> list[EventMark]:
        """The signs under the axis: what counts of the entries, and the alarms on top."""
        entered = [
            EventMark(line.at, "event", f"{line.text} · {line.by}")
            for line in (self._entry(entry) for entry in self.opened.record.chart.entries)
            if not line.fate
        ]
        return [*entered, *self._alarm_teller().marks()]

    def comments(self) -> list[Comment]:
        """Oldest first."""
        return [
            Comment(one.text, one.by, self.words.day_and_clock(one.at))
            for one in self.opened.review.comments
        ]

    def sign_off(self) -> str:
        """Whether somebody has read the record and signed for it; empty while the session is open."""
        _, review = self.words.gettext, self.opened.review
        if review.state is SignOff.OPEN:
            return ""
        if not review.signatures:
            return _("Not signed off")
        last = review.signatures[-1]
        told = {"name": last.by, "time": self.words.day_and_clock(last.at)}
        if review.state is SignOff.CHANGED:
            return _("Changed since {name} signed, {time}").format(**told)
        return _("✓ Signed off by {name}, {time}").format(**told)

    def _alarm_teller(self) -> AlarmTeller:
        phrases = self.phrases.called(self.opened.course.phase_words)
        return AlarmTeller(self.words, phrases, self.opened, self.opened.record)

    def _entry(self, entry_id: str) -> EventLine:
        entry = self.opened.record.chart.entries[entry_id]
        text = entry_text(self.words, self.phrases, self.opened.course, entry.body)
        fate = ""
        if entry.voided is not None:
            said = self.words.gettext("voided by {name}: {reason}")
            if entry.voided.replaced_by is not None:
                said = self.words.gettext("corrected by {name}: {reason}")
            fate = said.format(name=entry.voided.by, reason=entry.voided.reason)
        at = entry.measured_at
        return EventLine(at, self._when(at), text, entry.by, fate)

    def _when(self, at: Instant) -> str:
        return since_origin(at, self.opened.origin)
