"""The figures of a session as cards on its page: label, value, remark."""

from __future__ import annotations

from monitor.domain.review.figures import Figures
from monitor.export.extract import Extract
from monitor.export.report.phases import after_it
from monitor.export.report.speech import NOTHING, Speech


def figure_cards(figures: Figures, extract: Extract, speech: Speech) -> list[list[str]]:
    """All of them, in the order of the page."""
    _ = speech.gettext
    return [
        [_("At rest"), *_baseline(figures, speech)],
        [_("Peak pressure"), *_peak(figures, speech)],
        [_("Lowest SpO₂"), *_lowest(figures, speech)],
        [_("Beyond limits"), speech.length(figures.outside_ms), _("in all")],
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


def _peak(figures: Figures, speech: Speech) -> tuple[str, str]:
    peak = figures.peak
    if peak is None:
        return NOTHING, speech.gettext("no pressure measured")
    diastolic = NOTHING if peak.diastolic is None else f"{peak.diastolic:g}"
    remarks = [speech.clock(peak.at) if peak.minutes is None else f"{peak.minutes:.0f} min"]
    if peak.rise is not None:
        remarks.append(f"{peak.rise:+.0f} mmHg")
    return f"{peak.systolic:g}/{diastolic}", ", ".join(remarks)


def _lowest(figures: Figures, speech: Speech) -> tuple[str, str]:
    lowest = figures.lowest
    if lowest is None:
        return NOTHING, speech.gettext("not measured")
    return f"{speech.number(lowest.value)} %", speech.clock(lowest.at)


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
    if answers.acknowledged_ms is None:
        return NOTHING, speech.gettext("none acknowledged")
    return speech.length(answers.acknowledged_ms), speech.gettext("median")
