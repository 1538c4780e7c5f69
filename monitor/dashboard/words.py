"""One reader's language: words from the catalog, times in the clinic's zone, numbers as that language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from monitor.domain.readings import Instant
from monitor.locale import LANGUAGES, SOURCE_LANGUAGE, Translations

_LOCALES = {"en": "en_GB", "nb": "nb_NO"}
"""British English for English: day before month and 24 hours, as the clinic's own papers have it."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words, times and numbers of one language in one time zone."""

    language: str
    translations: Translations
    zone: ZoneInfo

    def gettext(self, english: str) -> str:
        """The text in this language."""
        return self.translations.gettext(english)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The text in this language for a count."""
        return self.translations.ngettext(one, many, count)

    def local(self, instant: Instant) -> datetime:
        """The moment on the clinic's wall."""
        return datetime.fromtimestamp(instant / 1000, UTC).astimezone(self.zone)

    def shift_ms(self, instant: Instant) -> int:
        """How far the clinic's wall is ahead of UTC at the moment."""
        offset = self.local(instant).utcoffset()
        return 0 if offset is None else round(offset.total_seconds() * 1000)

    def clock(self, instant: Instant) -> str:
        """Hours and minutes, like ``10:42``."""
        return format_time(self.local(instant), "HH:mm", tzinfo=self.zone, locale=self._locale)

    def clock_seconds(self, instant: Instant) -> str:
        """Hours, minutes and seconds, like ``10:42:07``."""
        return format_time(self.local(instant), "HH:mm:ss", tzinfo=self.zone, locale=self._locale)

    def day(self, instant: Instant) -> str:
        """The date, as the language writes it in a few letters."""
        return format_date(self.local(instant), locale=self._locale)

    def long_day(self, instant: Instant) -> str:
        """The date in words, like ``Monday 23 November``."""
        pattern = {"en": "EEEE d MMMM", "nb": "EEEE d. MMMM"}[self.language]
        return format_date(self.local(instant), pattern, locale=self._locale)

    def short_day(self, instant: Instant) -> str:
        """The same shortened, like ``Mon 23 Nov``."""
        pattern = {"en": "EEE d MMM", "nb": "EEE d. MMM"}[self.language]
        return format_date(self.local(instant), pattern, locale=self._locale)

    def day_and_clock(self, instant: Instant) -> str:
        """Date and time without seconds, as the language writes them."""
        return f"{self.day(instant)}, {self.clock(instant)}"

    def number(self, value: float) -> str:
        """A value with the language's decimal sign and at most three decimals."""
        return format_decimal(value, "#,##0.###", locale=self._locale)

    def decimal(self, value: float) -> str:
        """A value with one decimal at least and two at most, like ``16.0`` and ``8.45``."""
        return format_decimal(value, "#,##0.0#", locale=self._locale)

    def moment_at(self, clock: str, opened_at: Instant) -> Instant:
        """The newest moment not after ``opened_at`` (to the minute) at which the clinic's wall showed ``clock``.

        Raises ValueError when ``clock`` is no time like ``10:42``.
        """
        opened = self.local(opened_at)
        wanted = datetime.combine(opened.date(), time.fromisoformat(clock), self.zone)
        if wanted > opened:
            wanted = datetime.combine(
                opened.date() - timedelta(days=1), time.fromisoformat(clock), self.zone
            )
        return round(wanted.timestamp() * 1000)

    @property
    def _locale(self) -> Locale:
        return Locale.parse(_LOCALES[self.language])


def words_for(language: str, translations: dict[str, Translations], zone: ZoneInfo) -> Words:
    """The words of a language; those of the source language for one that the product does not have."""
    chosen = language if language in LANGUAGES else SOURCE_LANGUAGE
    return Words(chosen, translations[chosen], zone)
