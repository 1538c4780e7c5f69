"""The figures of a session as cards on its page: label, value, remark."""

from __future__ import annotations

from monitor.domain.readings import MINUTE
from monitor.domain.review.figures import Figures, Peak
from monitor.export.extract import Extract
from monitor.export.report.phases import after_it
from monitor.export.report.speech import NOTHING, Speech


def figure_cards(figures: Figures, extract: Extract, speech: Speech) -> list[list[str]]:
    """All of them, in the order of the page."""
    _ = speech.gettext
    return [
        [_("At rest"), *_baseline(figures, speech)],
        [_peak_title(figures, speech), *_peak(figures, speech)],
        [_("Lowest SpO₂"), *_lowest(figures, speech)],
        [_("Beyond limits"), *_outside(figures, speech)],
        [_("Near rest again"), *_back(figures, extract, speech)],
        [_("Pressures in time"), f"{figures.cuffs.kept}/{figures.cuffs.due}", _("as planned")],
        [_("Alarms"), *_alarms(figures)],
        [_("Acknowledged after"), *_responses(figures, speech)],
    ]


def _baseline(figures: Figures, speech: Speech) -> tuple[str, str]:
    rest = figures.baseline
    if "systolic" not in rest:
        return NOTHING, speech.gettext("not confirmed")
    pressure = f"{rest['systolic']:g}/{rest.get('diastolic', 0):g}"
    pulse = rest.get("pulse_rate")
    return pressure, "" if pulse is None else f"{speech.phrases.metric('pulse_rate')} {pulse:g}"


def _peak_title(figures: Figures, speech: Speech) -> str:
    _ = speech.gettext
    return _("Peak pressure") if figures.began_at is None else _("Peak pressure since start")


def _peak(figures: Figures, speech: Speech) -> tuple[str, str]:
    _, peak, earlier = speech.gettext, figures.peak, figures.earlier_peak
    remarks = []
    if peak is None:
        remarks = [_("no pressure measured") if earlier is None else _("none taken since")]
    elif peak.minutes is None:
        remarks = [_("no infusion"), speech.clock(peak.at)]
    else:
        remarks = [f"{peak.minutes:.0f} min"]
    if peak is not None and peak.rise is not None:
        remarks.append(f"{peak.rise:+.0f} mmHg")
    if earlier is not None:
        remarks.append(_("before it {pressure}").format(pressure=_pressure(earlier)))
    return NOTHING if peak is None else _pressure(peak), ", ".join(remarks)


def _pressure(peak: Peak) -> str:
    return f"{peak.systolic:g}/{NOTHING if peak.diastolic is None else f'{peak.diastolic:g}'}"


def _lowest(figures: Figures, speech: Speech) -> tuple[str, str]:
    lowest = figures.lowest
    if lowest is None:
        return NOTHING, speech.gettext("not measured")
    return f"{speech.number(lowest.value)} %", speech.clock(lowest.at)


def _outside(figures: Figures, speech: Speech) -> tuple[str, str]:
    """Of the time that was measured: what nobody measured was not inside the limits either."""
    _, measured = speech.gettext, figures.measured
    if figures.outside_ms is None:
        return NOTHING, _("no limit in force") if measured.values else _("not measured")
    judged, session = speech.length(measured.judged_ms), speech.length(figures.watched_ms)
    text = _("of {judged} measured")
    if figures.watched_ms - measured.judged_ms >= MINUTE:
        text = _("of {judged} measured, {session} session")
    return speech.length(figures.outside_ms), text.format(judged=judged, session=session)


def _back(figures: Figures, extract: Extract, speech: Speech) -> tuple[str, str]:
    if figures.back_after_ms is None:
        return NOTHING, speech.gettext("not seen")
    return speech.length(figures.back_after_ms), after_it(speech, extract.course)


def _alarms(figures: Figures) -> tuple[str, str]:
    by_priority = {
        priority: sum(n for (_, known), n in figures.alarms.items() if known == priority)
        for priority in ("high", "medium", "low")
    }
    counts = " · ".join(str(count) for count in by_priority.values())
    return counts, "!!! · !! · !"


def _responses(figures: Figures, speech: Speech) -> tuple[str, str]:
    answers = figures.responses
    if not figures.alarms:
        return NOTHING, speech.gettext("no alarms")
    if answers.acknowledged_ms is None:
        return NOTHING, speech.gettext("none acknowledged")
    return speech.length(answers.acknowledged_ms), speech.gettext("median")
