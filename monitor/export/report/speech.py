"""The words of a page: one language, the clinic's clock, numbers as the language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from monitor.domain.alarms import Reason
from monitor.domain.course import Choice, Course, Text
from monitor.domain.facts import AlarmChanged
from monitor.domain.readings import MINUTE, SECOND, Instant
from monitor.service.phrases import Phrases

_LOCALES = {"en": "en_GB", "nb": "nb_NO"}
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Speech:
    """See the module."""

    phrases: Phrases
    zone: ZoneInfo

    @property
    def language(self) -> str:
        """The tag of the language."""
        return self.phrases.language

    def gettext(self, english: str) -> str:
        """The text in this language."""
        return self.phrases.translations.gettext(english)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The text in this language for a count."""
        return self.phrases.translations.ngettext(one, many, count).format(n=count)

    def clock(self, at: Instant) -> str:
        """Hours and minutes on the clinic's wall."""
        return f"{self._local(at):%H:%M}"

    def moment(self, at: Instant, since: Instant) -> str:
        """The same, with the day where it is not the day of ``since``."""
        day, first = self._local(at), self._local(since)
        if day.date() == first.date():
            return self.clock(at)
        return f"{format_date(day, 'd MMM', locale=_LOCALES[self.language])} {self.clock(at)}"

    def day(self, at: Instant) -> str:
        """The date in words."""
        return self.date(self._local(at))

    def date(self, day: date) -> str:
        """A day of the calendar in words."""
        return format_date(day, "long", locale=_LOCALES[self.language])

    def number(self, value: float) -> str:
        """At most two decimals."""
        return format_decimal(value, "#,##0.##", locale=_LOCALES[self.language])

    def length(self, ms: float) -> str:
        """A duration: seconds below two minutes, minutes below two hours, then hours and minutes."""
        seconds = round(ms / SECOND)
        if seconds < 120:
            return f"{seconds} s"
        minutes = round(ms / MINUTE)
        if minutes < 120:
            return f"{minutes} min"
        hours, rest = divmod(minutes, 60)
        return self.gettext("{hours} h {minutes} min").format(hours=hours, minutes=rest)

    def text(self, texts: Text) -> str:
        """A text of a protocol."""
        return texts.get(self.language) or texts.get("en", "")

    def chosen(self, choices: tuple[Choice, ...], chosen: str) -> str:
        """A choice of the protocol in words; what is none of it stands as it was typed."""
        known = next((choice for choice in choices if choice.id == chosen), None)
        return chosen if known is None else self.text(known.text)

    def alarm(self, alarm: AlarmChanged, course: Course) -> str:
        """Why an alarm was raised; a record may be older or newer than this program's phrases."""
        try:
            phrases = self.phrases.called(course.phase_words)
            return phrases.say(Reason(alarm.reason_code, dict(alarm.reason_values)))
        except KeyError:
            return f"{alarm.alarm_kind} {alarm.metric or ''} ({alarm.reason_code})"

    def _local(self, at: Instant) -> datetime:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone)
