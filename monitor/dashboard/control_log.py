"""What staff set on a session's alarms, as sentences of its log. Pure."""

from __future__ import annotations

from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.service.phrases import Phrases


def control_text(words: Words, phrases: Phrases, body: facts.FactBody) -> str | None:
    """A fact about pauses, limits, baseline, the holder or help; None for any other."""
    _ = words.gettext
    match body:
        case facts.BaselineConfirmed(_session, values):
            numbers = {name: words.number(value) for name, value in values.items()}
            return _("Baseline {systolic}/{diastolic} confirmed").format(**numbers)
        case facts.HandoverOffered(_session, to):
            return _("Offered to {name}").format(name=to)
        case facts.HolderChanged(_session, holder):
            return _("{name} answers for the session now").format(name=holder)
        case facts.HelpCalled():
            return _("Help called")
        case facts.LimitChanged() | facts.AlarmsSwitched():
            return _settings_text(words, phrases, body)
        case facts.AudioPaused() | facts.AlarmsPaused() | facts.PauseEnded():
            return _pause_text(words, body)
        case _:
            return None


def _settings_text(
    words: Words, phrases: Phrases, body: facts.LimitChanged | facts.AlarmsSwitched
) -> str:
    _ = words.gettext
    match body:
        case facts.LimitChanged(_session, limit, None, reason):
            text = _("Taken out: {limit} ({reason})")
            return text.format(limit=limit_words(words, phrases, limit), reason=reason)
        case facts.LimitChanged(_session, limit, value, reason):
            text = _("{limit} set to {value} ({reason})")
            return text.format(
                limit=limit_words(words, phrases, limit),
                value="" if value is None else words.number(value),
                reason=reason,
            )
        case facts.AlarmsSwitched(_session, metric, on, reason):
            text = (
                _("Alarms on: {metric} ({reason})") if on else _("Alarms off: {metric} ({reason})")
            )
            return text.format(metric=phrases.metric(metric), reason=reason)


def limit_words(words: Words, phrases: Phrases, limit_id: str) -> str:
    """A limit by its id, like ``SpO₂ low limit 1``; an id of another kind stands as it is."""
    _ = words.gettext
    name, _dash, rest = limit_id.rpartition("_")
    metric, _dash, side = name.rpartition("_")
    sides = {"below": _("low limit {n}"), "above": _("high limit {n}")}
    if side not in sides or not rest.isdigit():
        return limit_id
    return f"{phrases.metric(metric)} {sides[side].format(n=rest)}"


def _pause_text(
    words: Words, body: facts.AudioPaused | facts.AlarmsPaused | facts.PauseEnded
) -> str:
    _ = words.gettext
    match body:
        case facts.AudioPaused(_session, until):
            return _("Audio paused until {time}").format(time=words.clock_seconds(until))
        case facts.AlarmsPaused(_session, until, reason):
            text = _("Alarms paused until {time}: {reason}")
            return text.format(time=words.clock_seconds(until), reason=reason)
        case facts.PauseEnded(_session, "audio"):
            return _("Audio pause over")
        case _:
            return _("Alarm pause over")
