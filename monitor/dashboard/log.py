"""The log of a session: its facts as sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from monitor.dashboard.control_log import control_text
from monitor.dashboard.history import reason_text
from monitor.dashboard.presenters import phase_name
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.readings import Instant
from monitor.service.phrases import Phrases


class LogLine(NamedTuple):
    """One line; ``tone`` is an alarm priority, ``refused`` or empty."""

    at: Instant
    text: str
    by: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class LogWriter:
    """Writes facts in one reader's language; ``devices`` are their names by id."""

    words: Words
    phrases: Phrases
    devices: Mapping[str, str]

    def lines(self, session_facts: Iterable[facts.Fact]) -> list[LogLine]:
        """What is worth reading, newest first."""
        lines = [line for fact in session_facts if (line := self.line(fact)) is not None]
        return lines[::-1]

    def line(self, fact: facts.Fact) -> LogLine | None:
        """One fact as a line, or None for one that the reader need not see."""
        match fact.body:
            case facts.AlarmChanged():
                return self._alarm(fact, fact.body)
            case facts.SessionStarted() | facts.PhaseEntered() | facts.SessionCancelled():
                return self._said(fact, self._course(fact.body))
            case facts.VitalsEntered():
                return self._said(fact, self._vitals(fact.body))
            case facts.OrderRefused(_, _, message):
                text = self.words.gettext("Refused: {why}").format(why=message)
                return self._said(fact, text, "refused")
            case _:
                told = self._feed(fact.body) or control_text(self.words, self.phrases, fact.body)
                return None if told is None else self._said(fact, told)

    def _said(self, fact: facts.Fact, text: str, tone: str = "") -> LogLine:
        is_person = fact.by != fact.SYSTEM and not fact.by.startswith("device:")
        return LogLine(fact.at, text, fact.by if is_person else "", tone)

    def _course(
        self, body: facts.SessionStarted | facts.PhaseEntered | facts.SessionCancelled
    ) -> str:
        _ = self.words.gettext
        match body:
            case facts.SessionStarted():
                return _("Session started")
            case facts.SessionCancelled(_session, reason):
                return _("Session cancelled: {reason}").format(reason=reason)
            case facts.PhaseEntered(_session, phase, override):
                text = _("{phase} begins").format(phase=phase_name(self.words, phase))
                if phase == "discharged":
                    text = _("Patient discharged")
                if override is None:
                    return text
                return text + " – " + _("override: {reason}").format(reason=override)

    def _vitals(self, body: facts.VitalsEntered) -> str:
        _ = self.words.gettext
        number = {name: self.words.number(value) for name, value in body.values.items()}
        parts = [
            f"{self.phrases.metric(name)} {number[name]}"
            for name in ("pulse_rate", "spo2")
            if name in number
        ]
        if "systolic" in number and "diastolic" in number:
            parts.append(
                f"{self.phrases.metric('nibp')} {number['systolic']}/{number['diastolic']}"
            )
        if "mean" in number:
            parts.append(f"{self.phrases.metric('mean')} {number['mean']}")
        measured = self.words.clock(body.measured_at)
        return _("Entered: {values} (measured {time})").format(
            values=", ".join(parts), time=measured
        )

    def _alarm(self, fact: facts.Fact, body: facts.AlarmChanged) -> LogLine | None:
        if body.raised_at is None:
            return None
        _ = self.words.gettext
        what = reason_text(self.phrases, body)
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
        return self.devices.get(device_id, device_id)
