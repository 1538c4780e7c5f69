"""The seven figures of a session in words: what each card says, and what it says where nothing can be told. Pure."""

from __future__ import annotations

from typing import NamedTuple

from monitor.dashboard.history import duration, duration_to
from monitor.dashboard.words import Words
from monitor.domain.readings import MINUTE, SECOND, Instant
from monitor.domain.review.cadence import Cadence
from monitor.domain.review.figures import Figures, Peak

NOTHING = "–"


class Card(NamedTuple):
    """One figure. ``at``: the moment it speaks of, to zoom to."""

    name: str
    title: str
    value: str
    note: str
    at: Instant | None = None


def cards(words: Words, figures: Figures, origin: Instant) -> list[Card]:
    """The figures from left to right."""
    return [
        _baseline(words, figures),
        _peak(words, figures),
        _lowest(words, figures, origin),
        _outside(words, figures),
        _back(words, figures),
        _cuffs(words, figures.cuffs),
        _answered(words, figures),
    ]


def since_origin(at: Instant, origin: Instant) -> str:
    """A moment as minutes and seconds from the infusion's beginning, like ``38:04``; ``−2:10`` before it."""
    seconds = round((at - origin) / SECOND)
    return ("−" if seconds < 0 else "") + minutes_text(abs(seconds) * SECOND)


def minutes_text(ms: float) -> str:
    """A length as ``2:44``, as ``1:02:44`` from an hour on."""
    minutes, seconds = divmod(round(ms / SECOND), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def absence(words: Words, figures: Figures) -> str:
    """What must be said before any figure where hardly anything is on record; empty for other sessions."""
    _ = words.gettext
    if figures.measured.values == 0:
        return _("No vital sign was recorded in this session.")
    if figures.measured.values == 1:
        return _("A single reading was recorded in this session.")
    return ""


def _baseline(words: Words, figures: Figures) -> Card:
    _, known = words.gettext, figures.baseline
    title = _("Baseline")
    if not {"systolic", "diastolic"} <= set(known):
        return Card("baseline", title, NOTHING, _("not confirmed"))
    notes = [
        f"{name} {words.number(known[metric])}"
        for metric, name in (("pulse_rate", _("pulse")), ("spo2", _("SpO₂")))
        if metric in known
    ]
    value = f"{words.number(known['systolic'])}/{words.number(known['diastolic'])}"
    return Card("baseline", title, value, " · ".join(notes))


def _peak(words: Words, figures: Figures) -> Card:
    _, peak, earlier = words.gettext, figures.peak, figures.earlier_peak
    title = _("Peak BP") if figures.began_at is None else _("Peak BP since start")
    before = []
    if earlier is not None:
        before = [_("before it {pressure}").format(pressure=_pressure(words, earlier))]
    if peak is None:
        note = _("no pressure was taken") if earlier is None else _("none taken since")
        at = None if earlier is None else earlier.at
        return Card("peak", title, NOTHING, " · ".join([note, *before]), at)
    rise = "" if peak.rise is None else f"{peak.rise:+.0f}".replace("-", "−")
    if peak.minutes is None:
        note = _("whole session, no infusion")
    elif rise:
        note = _("{rise} at {minutes} min").format(rise=rise, minutes=round(peak.minutes))
    else:
        note = _("at {minutes} min").format(minutes=round(peak.minutes))
    return Card("peak", title, _pressure(words, peak), " · ".join([note, *before]), peak.at)


def _pressure(words: Words, peak: Peak) -> str:
    low = NOTHING if peak.diastolic is None else words.number(peak.diastolic)
    return f"{words.number(peak.systolic)}/{low}"


def _lowest(words: Words, figures: Figures, origin: Instant) -> Card:
    _, lowest = words.gettext, figures.lowest
    title = _("Lowest SpO₂")
    if lowest is None:
        return Card("lowest", title, NOTHING, _("not measured"))
    when = since_origin(lowest.at, origin)
    if lowest.below_ms is not None:
        note = _("{when}, below for {duration}").format(
            when=when, duration=duration(words, lowest.below_ms)
        )
    elif lowest.is_judged:
        note = _("{when}, inside the limits").format(when=when)
    else:
        note = _("{when}, no limit in force").format(when=when)
    return Card("lowest", title, f"{words.number(lowest.value)} %", note, lowest.at)


def _outside(words: Words, figures: Figures) -> Card:
    """Of the time that was measured: what nobody measured was not inside the limits either."""
    _, measured = words.gettext, figures.measured
    title = _("Outside limits")
    if figures.outside_ms is None:
        note = _("no limit in force") if measured.values else _("not measured")
        return Card("outside", title, NOTHING, note)
    judged = _whole(words, measured.judged_ms)
    if figures.watched_ms - measured.judged_ms < MINUTE:
        note = _("of {judged} measured").format(judged=judged)
    else:
        session = _whole(words, figures.watched_ms)
        note = _("of {judged} measured, {session} session").format(judged=judged, session=session)
    return Card("outside", title, minutes_text(figures.outside_ms), note)


def _whole(words: Words, ms: int) -> str:
    """Minutes; seconds of what is less than two."""
    if ms < 2 * MINUTE:
        return duration(words, ms)
    return words.gettext("{minutes} min").format(minutes=words.number(round(ms / MINUTE)))


def _back(words: Words, figures: Figures) -> Card:
    _ = words.gettext
    title = _("Back to baseline")
    if figures.back_after_ms is not None:
        value = _("+{minutes} min").format(minutes=round(figures.back_after_ms / MINUTE))
        return Card("back", title, value, _("after the end"))
    if figures.began_at is None:
        return Card("back", title, NOTHING, _("no infusion"))
    if "systolic" not in figures.baseline:
        return Card("back", title, NOTHING, _("no baseline"))
    return Card("back", title, NOTHING, _("not seen"))


def _cuffs(words: Words, cuffs: Cadence) -> Card:
    _ = words.gettext
    title = _("Cuffs kept")
    if not cuffs.due:
        return Card("cuffs", title, NOTHING, _("none was due"))
    value = _("{kept} of {due}").format(kept=cuffs.kept, due=cuffs.due)
    late = [one.by_ms for one in cuffs.late if one.by_ms is not None]
    never = len(cuffs.late) - len(late)
    notes = []
    if late:
        worst = round(max(late) / MINUTE)
        text = words.ngettext("one {minutes} min late", "{n} late, up to {minutes} min", len(late))
        notes.append(text.format(n=len(late), minutes=worst))
    if never:
        notes.append(words.ngettext("{n} never taken", "{n} never taken", never).format(n=never))
    return Card("cuffs", title, value, " · ".join(notes) or _("all in time"))


def _answered(words: Words, figures: Figures) -> Card:
    _, answers = words.gettext, figures.responses
    title = _("Acknowledged in")
    painted = _painted(words, figures)
    if answers.acknowledged_ms is None:
        raised = sum(figures.alarms.values())
        note = _("none acknowledged") if raised else _("no alarms")
        return Card("answered", title, NOTHING, " · ".join([note, *painted]))
    value = duration_to(words, 0, round(answers.acknowledged_ms))
    return Card("answered", title, value, " · ".join([_("median"), *painted]))


def _painted(words: Words, figures: Figures) -> list[str]:
    painted_ms = figures.responses.painted_ms
    if painted_ms is None:
        return []
    text = words.gettext("on screen {duration}")
    return [text.format(duration=duration_to(words, 0, round(painted_ms)))]
