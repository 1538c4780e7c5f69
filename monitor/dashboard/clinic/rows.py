"""The clinic's rates in words: counts, rates with their intervals, and where they are of few. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monitor.dashboard.entry_log import choice_name, severity_words
from monitor.dashboard.history import duration_to
from monitor.dashboard.words import Words
from monitor.domain.alarms import AlarmType
from monitor.domain.course import Choice
from monitor.domain.limits import Priority
from monitor.domain.readings import MINUTE
from monitor.domain.review.clinic import (
    FEW,
    ClinicCounts,
    Histogram,
    Interval,
    alarm_rate,
    response,
    wilson,
)

NOTHING = "–"
ANY = "any"
SEVERITIES = (ANY, "mild", "moderate", "severe", "")
PRIORITIES = (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
_HOUR = 60 * MINUTE


class Cell(NamedTuple):
    """A rate with its count and its interval. ``span``: value, low and high as parts of the bar's length."""

    number: str
    rate: str
    interval: str
    is_few: bool = False
    span: tuple[float, float, float] | None = None


class Row(NamedTuple):
    """A line of a table."""

    name: str
    cells: list[Cell]
    tone: str = ""


class Card(NamedTuple):
    """A figure at a glance."""

    title: str
    value: str
    note: str


def cards(words: Words, counts: ClinicCounts) -> list[Card]:
    """The figures from left to right."""
    _, number = words.gettext, words.number
    raised = sum(counts.alarms.values())
    rate = alarm_rate(raised, counts.watched_ms)
    return [
        Card(
            _("Sessions"),
            number(counts.sessions),
            _("{cancelled} cancelled, {open} open").format(
                cancelled=number(counts.cancelled), open=number(counts.open)
            ),
        ),
        Card(_("Infusions given"), number(counts.infusions), ""),
        Card(
            _("Room-hours"),
            number(round(counts.watched_ms / _HOUR, 1)),
            _("watched, a patient in the room"),
        ),
        Card(
            _("Alarms per room-hour"),
            NOTHING if rate is None else words.decimal(round(rate.value, 2)),
            _("no room was watched") if rate is None else _rate_interval(words, rate),
        ),
        *(_answer_card(words, counts, priority) for priority in PRIORITIES[:2]),
    ]


def event_rows(words: Words, counts: ClinicCounts, choices: Iterable[Choice]) -> list[Row]:
    """Each event, the commonest first, with any severity and each: of the sessions with an infusion."""
    known = list(choices)
    totals: dict[str, int] = {}
    for (event, _severity), n in counts.events.items():
        totals[event] = totals.get(event, 0) + n
    return [
        Row(
            choice_name(words, known, event),
            [
                _share(
                    words,
                    totals[event] if severity == ANY else counts.events.get((event, severity), 0),
                    counts.infusions,
                )
                for severity in SEVERITIES
            ],
        )
        for event in sorted(totals, key=lambda event: (-totals[event], event))
    ]


def severity_heads(words: Words) -> list[str]:
    """What stands above the cells of the events."""
    _ = words.gettext
    named = severity_words(words)
    return [_("any"), *(named[known] for known in SEVERITIES[1:-1]), _("not told")]


def load_rows(words: Words, counts: ClinicCounts) -> list[Row]:
    """Alarms per room-hour by type and priority."""
    _ = words.gettext
    types = {
        AlarmType.PHYSIOLOGICAL: _("physiological"),
        AlarmType.TECHNICAL: _("technical"),
    }
    numbers = {
        (kind, priority): counts.alarms.get((str(kind), str(priority)), 0)
        for kind in types
        for priority in PRIORITIES
    }
    rates = {which: alarm_rate(n, counts.watched_ms) for which, n in numbers.items()}
    most = max((rate.high for rate in rates.values() if rate is not None), default=1.0)
    return [
        Row(
            f"{_priority_name(words, priority)} · {types[kind]}",
            [_load(words, numbers[kind, priority], rates[kind, priority], most)],
            str(priority),
        )
        for kind in types
        for priority in PRIORITIES
    ]


def response_rows(words: Words, counts: ClinicCounts) -> list[Row]:
    """How long it took from the raising until an alarm was on a screen, and until it was acknowledged."""
    return [
        Row(
            _priority_name(words, priority),
            [
                _response(words, times.get(str(priority), {}))
                for times in (counts.painted, counts.acknowledged)
            ],
            str(priority),
        )
        for priority in PRIORITIES
    ]


def few_text(words: Words, n: int) -> str:
    """What is said of few infusions; empty for enough."""
    if n >= FEW:
        return ""
    text = words.ngettext(
        "Only {n} infusion: read the intervals, not the rates.",
        "Only {n} infusions: read the intervals, not the rates.",
        n,
    )
    return text.format(n=words.number(n))


def _priority_name(words: Words, priority: Priority) -> str:
    _ = words.gettext
    names = {
        Priority.HIGH: _("!!! high"),
        Priority.MEDIUM: _("!! medium"),
        Priority.LOW: _("! low"),
    }
    return names[priority]


def _answer_card(words: Words, counts: ClinicCounts, priority: Priority) -> Card:
    _ = words.gettext
    found = response(counts.acknowledged.get(str(priority), {}))
    title = _("Acknowledged {priority}").format(priority=_priority_name(words, priority))
    if found is None:
        return Card(title, NOTHING, _("none acknowledged"))
    note = _("median of {n}").format(n=words.number(found.n))
    return Card(title, duration_to(words, 0, found.median_ms), note)


def _share(words: Words, n: int, of: int) -> Cell:
    if of < n or of == 0:
        return Cell(words.number(n), NOTHING, "")
    found = wilson(n, of)
    return Cell(
        words.gettext("{n} of {of}").format(n=words.number(n), of=words.number(of)),
        f"{_percent(words, found.value)} %",
        f"{_percent(words, found.low)}–{_percent(words, found.high)} %",
        is_few=of < FEW,
        span=found,
    )


def _percent(words: Words, share: float) -> str:
    return words.number(round(share * 100, 1))


def _load(words: Words, n: int, rate: Interval | None, most: float) -> Cell:
    if rate is None:
        return Cell(words.number(n), NOTHING, "")
    return Cell(
        words.number(n),
        words.decimal(round(rate.value, 2)),
        _rate_interval(words, rate),
        is_few=n < FEW,
        span=(rate.value / most, rate.low / most, rate.high / most),
    )


def _rate_interval(words: Words, rate: Interval) -> str:
    return f"{words.decimal(round(rate.low, 2))}–{words.decimal(round(rate.high, 2))}"


def _response(words: Words, times: Histogram) -> Cell:
    """The median as the rate, the 90th percentile in the place of the interval."""
    found = response(times)
    if found is None:
        return Cell("0", NOTHING, NOTHING)
    median, late = (duration_to(words, 0, ms) for ms in (found.median_ms, found.ninetieth_ms))
    return Cell(words.number(found.n), median, late, is_few=found.n < FEW)


def choices_of(courses: Iterable[Iterable[Choice]]) -> list[Choice]:
    """The events of all protocols, the first text of each."""
    found: Mapping[str, Choice] = {}
    for events in courses:
        found = {**{choice.id: choice for choice in events}, **found}
    return list(found.values())
