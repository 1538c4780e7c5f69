"""The log of a session: its facts as sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.dashboard.control_log import control_text
from monitor.dashboard.course_log import course_text
from monitor.dashboard.entry_log import entry_text
from monitor.dashboard.entry_refusals import order_name
from monitor.dashboard.history import reason_text
from monitor.dashboard.presenters import phase_name, refusal_text
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.chart import ENTRIES, Chart, Entry, EntryFact, Voided, chart_of
from monitor.domain.course import Course
from monitor.domain.readings import Instant
from monitor.service.phrases import Phrases
from monitor.wire.orders import OrderResult

_NO_AMENDMENTS = (facts.AlarmChanged, facts.PhaseEntered, facts.PauseEnded, facts.DischargeSigned)
"""What the end of the session brings with it."""


class EntryMark(NamedTuple):
    """What becomes of an entry in the log. ``fate``: who voided it, when and why; empty while it counts."""

    body: EntryFact
    said: str
    fate: str


class LogLine(NamedTuple):
    """One line; ``tone`` is an alarm priority, ``refused`` or empty. ``why`` is a second sentence.

    ``entry``: for what staff entered. ``is_amendment``: given after the session's end.
    """

    at: Instant
    text: str
    by: str
    tone: str = ""
    why: str = ""
    entry: EntryMark | None = None
    is_amendment: bool = False


@dataclass(frozen=True, slots=True)
class LogWriter:
    """Writes facts in one reader's language; ``names`` are those of rooms and devices by id."""

    words: Words
    phrases: Phrases
    names: Mapping[str, str]
    course: Course = field(default_factory=Course)
    ended_at: Instant | None = None

    def lines(self, session_facts: Iterable[facts.Fact]) -> list[LogLine]:
        """What is worth reading, newest first."""
        known = list(session_facts)
        chart = chart_of(known, ())
        lines = [line for fact in known if (line := self.line(fact, chart)) is not None]
        return lines[::-1]

    def line(self, fact: facts.Fact, chart: Chart | None = None) -> LogLine | None:
        """One fact as a line, or None for one that the reader need not see. ``chart``: what the record says now."""
        line = self._line(fact, Chart() if chart is None else chart)
        if line is None or self.ended_at is None or isinstance(fact.body, _NO_AMENDMENTS):
            return line
        return line._replace(is_amendment=fact.at > self.ended_at)

    def _line(self, fact: facts.Fact, chart: Chart) -> LogLine | None:
        match fact.body:
            case facts.AlarmChanged():
                return self._alarm(fact, fact.body)
            case facts.SessionStarted() | facts.PhaseEntered() | facts.SessionCancelled():
                return self._said(fact, self._course(fact.body))
            case facts.OrderRefused():
                return self._said(fact, self._refusal(fact.body), "refused")
            case facts.EntryVoided():
                return self._voiding(fact, fact.body, chart)
            case body if isinstance(body, ENTRIES):
                return self._entry(fact, body, chart)
            case _:
                told = (
                    self._feed(fact.body)
                    or course_text(self.words, self.course, self.names, fact.body)
                    or control_text(self.words, self.phrases, fact.body)
                )
                return None if told is None else self._said(fact, told)

    def _said(self, fact: facts.Fact, text: str, tone: str = "") -> LogLine:
        is_person = fact.by != fact.SYSTEM and not fact.by.startswith("device:")
        return LogLine(fact.at, text, fact.by if is_person else "", tone)

    def _entry(self, fact: facts.Fact, body: EntryFact, chart: Chart) -> LogLine:
        _ = self.words.gettext
        said = self._sentence(body)
        measured = self.words.clock(body.measured_at)
        known = chart.entries.get(body.entry)
        voided = known.voided if known is not None else None
        fate = "" if voided is None else self._fate(voided, chart)
        if isinstance(body, facts.VitalsEntered):
            text = _("Entered: {values} (measured {time})").format(values=said, time=measured)
        elif measured == self.words.clock(fact.at):
            text = said
        else:
            text = _("{what} (at {time})").format(what=said, time=measured)
        mark = EntryMark(body, f"{measured} {said}", fate)
        return self._said(fact, text)._replace(entry=mark, why=self._corrected(body, chart))

    def _sentence(self, body: EntryFact) -> str:
        return entry_text(self.words, self.phrases, self.course, body)

    def _fate(self, voided: Voided, chart: Chart) -> str:
        _ = self.words.gettext
        after = chart.entries.get(voided.replaced_by or "")
        told = {"name": voided.by, "time": self.words.clock(voided.at), "reason": voided.reason}
        if after is None:
            return _("Voided by {name} at {time}: {reason}").format(**told)
        text = _("Corrected by {name} at {time}: {reason}. Now: {what}")
        return text.format(what=self._sentence(after.body), **told)

    def _corrected(self, body: EntryFact, chart: Chart) -> str:
        before = next((e for e in chart.entries.values() if _replaced_by(e) == body.entry), None)
        if before is None or before.voided is None:
            return ""
        text = self.words.gettext("Corrects: {what} ({reason})")
        return text.format(what=self._sentence(before.body), reason=before.voided.reason)

    def _voiding(self, fact: facts.Fact, body: facts.EntryVoided, chart: Chart) -> LogLine | None:
        """A withdrawal; a correction is told by the entry that took the place."""
        known = chart.entries.get(body.entry)
        if body.replaced_by is not None or known is None:
            return None
        text = self.words.gettext("Voided: {what} ({reason})")
        return self._said(fact, text.format(what=self._sentence(known.body), reason=body.reason))

    def _refusal(self, body: facts.OrderRefused) -> str:
        refused = OrderResult(order_id=None, ok=False, code=body.code, message=body.message)
        text = self.words.gettext("Refused ({order}): {why}")
        return text.format(
            order=order_name(self.words, body.order), why=refusal_text(self.words, refused)
        )

    def _course(
        self, body: facts.SessionStarted | facts.PhaseEntered | facts.SessionCancelled
    ) -> str:
        _ = self.words.gettext
        match body:
            case facts.SessionStarted():
                return self._start(body)
            case facts.SessionCancelled(_session, reason, override):
                text = _("Session cancelled: {reason}").format(reason=reason)
                if override is None:
                    return text
                return text + " – " + _("override: {reason}").format(reason=override)
            case facts.PhaseEntered(_session, phase, override):
                text = _("{phase} begins").format(phase=phase_name(self.words, phase, self.course))
                if phase == "discharged":
                    text = _("Patient discharged")
                if body.entered_at is not None:
                    text += " " + _("(on paper: {time})").format(
                        time=self.words.clock(body.entered_at)
                    )
                if override is None:
                    return text
                return text + " – " + _("override: {reason}").format(reason=override)

    def _start(self, body: facts.SessionStarted) -> str:
        _ = self.words.gettext
        text = _("Session started")
        if body.paper_from is not None:
            text += " " + _("(on paper: {time})").format(time=self.words.clock(body.paper_from))
        if body.despite is None:
            return text
        return text + " – " + _("otherwise than planned: {reason}").format(reason=body.despite)

    def _alarm(self, fact: facts.Fact, body: facts.AlarmChanged) -> LogLine | None:
        if body.raised_at is None:
            return None
        _ = self.words.gettext
        what = reason_text(self.phrases.called(self.course.phase_words), body)
        match body.event:
            case "delay_ended" | "escalated":
                priority = {"high": _("high"), "medium": _("medium"), "low": _("low")}[
                    body.priority
                ]
                text = _("Alarm {priority}: {what}").format(priority=priority, what=what)
                return self._said(fact, text, body.priority)
            case "acknowledged":
                return self._said(fact, _("Acknowledged: {what}").format(what=what))
            case "unanswered":
                return self._said(fact, _("Not answered: {what}").format(what=what), body.priority)
            case "reminded":
                return self._said(fact, _("Still there: {what}").format(what=what), body.priority)
            case _:
                return self._said(fact, _("Over: {what}").format(what=what))

    def _feed(self, body: facts.FactBody) -> str | None:
        _ = self.words.gettext
        match body:
            case facts.DeviceConnected(device):
                return _("{device} connected").format(device=self._device(device))
            case facts.DeviceDisconnected(device):
                return _("{device} disconnected").format(device=self._device(device))
            case facts.SequenceGap(device, _stream, first, last):
                text = _("{device}: frames {first} to {last} never came")
                return text.format(device=self._device(device), first=first, last=last)
            case facts.FrameRefused(device, count, _message):
                text = self.words.ngettext(
                    "{device}: {n} frame refused", "{device}: {n} frames refused", count
                )
                return text.format(device=self._device(device), n=count)
            case _:
                return None

    def _device(self, device_id: str) -> str:
        return self.names.get(device_id, device_id)


def _replaced_by(entry: Entry) -> str | None:
    return None if entry.voided is None else entry.voided.replaced_by
