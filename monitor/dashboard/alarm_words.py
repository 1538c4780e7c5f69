"""Words for alarm limits, scores and pauses. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.dashboard.sources import source_text
from monitor.dashboard.standing import OwnLimit
from monitor.dashboard.words import Words
from monitor.domain.limits import Limit
from monitor.service.phrases import Phrases

_SIGNS = {
    ("below", False): "<",
    ("above", False): ">",
    ("below", True): "≤",
    ("above", True): "≥",
}


def limit_name(words: Words, phrases: Phrases, limit: Limit) -> str:
    """A limit of the protocol in one line, like ``SpO₂ < 92, 15 s, !! medium``."""
    what = f"{metric_name(phrases, limit)} {limit_value(words, limit, limit.limit)}"
    return ", ".join([what, delay_text(words, limit), priority_text(words, limit.priority)])


def metric_name(phrases: Phrases, limit: Limit) -> str:
    """The metric, or the component of it that is limited."""
    return phrases.metric(limit.metric if limit.component == "value" else limit.component)


def limit_value(words: Words, limit: Limit, value: float) -> str:
    """The sign of a limit with a value, like ``< 92``."""
    return f"{_SIGNS[limit.side, limit.inclusive]} {words.number(value)}"


def delay_text(words: Words, limit: Limit) -> str:
    """How long a value must be beyond."""
    _ = words.gettext
    return _("at once") if not limit.delay_ms else f"{words.number(limit.delay_ms / 1000)} s"


def priority_text(words: Words, priority: str) -> str:
    """Mark and word of a priority."""
    _ = words.gettext
    return {"high": _("!!! high"), "medium": _("!! medium"), "low": _("! low")}[priority]


def own_limit_rows(words: Words, phrases: Phrases, standing: Iterable[OwnLimit]) -> list[list[str]]:
    """The limits as they stand for a patient: limit, protocol, own, priority, now, source."""
    return [
        [
            f"{metric_name(phrases, own.limit)}, {delay_text(words, own.limit)}",
            limit_value(words, own.limit, own.limit.limit),
            _own_text(words, own),
            priority_text(words, own.limit.priority),
            _now_text(words, own),
            source_text(words, own.limit.source),
        ]
        for own in standing
    ]


def rise_text(words: Words, rises: Mapping[str, float]) -> str:
    """What the limits of the rise become with a baseline."""
    if not rises:
        return ""
    _ = words.gettext
    names = {"systolic": _("systolic"), "diastolic": _("diastolic")}
    told = [f"{names[name]} ≥ {words.number(value)}" for name, value in rises.items()]
    return _("With it the alarm for a rise is: {limits} mmHg.").format(limits=", ".join(told))


def level_words(words: Words, score: str) -> dict[int, str]:
    """What each value of a published score means; empty for one that is a plain number."""
    _ = words.gettext
    if score == "moaas":
        return {
            5: _("responds readily to the name"),
            4: _("lethargic response to the name"),
            3: _("only when called loudly or often"),
            2: _("only after mild prodding or shaking"),
            1: _("only to a painful squeeze"),
            0: _("no response to a painful squeeze"),
        }
    return _rass_words(words) if score == "rass" else {}


def _rass_words(words: Words) -> dict[int, str]:
    _ = words.gettext
    return {
        4: _("violent, a danger to staff"),
        3: _("very agitated, pulls at tubes"),
        2: _("agitated, moves without aim"),
        1: _("restless, anxious"),
        0: _("alert and calm"),
        -1: _("drowsy, wakes to the voice for more than 10 s"),
        -2: _("wakes to the voice for less than 10 s"),
        -3: _("moves to the voice, no eye contact"),
        -4: _("moves only when touched"),
        -5: _("no response to voice or touch"),
    }


def pause_reasons(words: Words) -> list[str]:
    """The usual reasons for a planned pause."""
    _ = words.gettext
    return [_("Toilet"), _("Cuff change")]


def _own_text(words: Words, own: OwnLimit) -> str:
    if not own.is_own:
        return "–"
    if own.own is None:
        return words.gettext("taken out")
    return limit_value(words, own.limit, own.own)


def _now_text(words: Words, own: OwnLimit) -> str:
    _ = words.gettext
    if own.in_force:
        return _("in force")
    return _("taken out") if own.is_own and own.own is None else _("not in force")
