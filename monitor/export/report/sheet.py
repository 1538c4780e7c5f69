"""One page of a session: head, trace, figures, course, alarms, and what the page is worth."""

from __future__ import annotations

from typing import Any

from monitor.domain import facts
from monitor.domain.review.figures import Figures, figures_of
from monitor.domain.review.record import SessionRecord
from monitor.export.extract import Extract
from monitor.export.report.happenings import alarm_lines, course_lines
from monitor.export.report.speech import NOTHING, Speech
from monitor.export.report.trace import phase_names, trace_svg

Json = dict[str, Any]
_MOST_ROWS = 60
"""More do not fit on any page; how many of these do is measured where the page is set."""
_LONGEST, _LONGEST_NAME = 88, 16
"""Characters; the record has the whole text."""


def session_sheet(extract: Extract, speech: Speech) -> tuple[Json, str]:
    """What the page says, and the trace that it shows."""
    record = extract.record()
    return _said(extract, record, speech), trace_svg(record, speech)


def marks(extract: Extract, speech: Speech) -> list[str]:
    """What must be seen before anything else on a page."""
    _ = speech.gettext
    said = [
        (extract.simulated, _("SIMULATED DATA")),
        (extract.is_open, _("OPEN SESSION, NOT FINAL")),
        (extract.deidentified, _("DE-IDENTIFIED: dates shifted")),
    ]
    return [words for holds, words in said if holds]


def head_lines(extract: Extract, speech: Speech) -> list[list[str]]:
    """Whose session it is: label and value."""
    _, session = speech.gettext, extract.session
    weight = NOTHING if session.weight_kg is None else f"{speech.number(session.weight_kg)} kg"
    room = extract.room or NOTHING
    return [
        [_("Patient"), session.patient],
        [_("Session"), f"{session.number} · {session.id}"],
        [_("Date"), speech.day(session.started_at)],
        [_("Room"), room],
        [_("Protocol"), session.protocol],
        [_("Weight"), weight],
    ]


def seal_line(extract: Extract, speech: Speech) -> str:
    """Which record the page was made from."""
    return speech.gettext("Seal of the record: {seal}").format(seal=extract.sealed)


def _said(extract: Extract, record: SessionRecord, speech: Speech) -> Json:
    _ = speech.gettext
    course = course_lines(record, speech)
    alarms = alarm_lines(record, speech)
    return {
        "language": speech.language,
        "title": _("Infusion session"),
        "state": phase_names(speech)[extract.session.phase],
        "marks": marks(extract, speech),
        "head": head_lines(extract, speech),
        "legend": _legend(speech),
        "figures": _figures(figures_of(record), speech),
        "course_title": _("Course and entries"),
        "course": [
            [speech.clock(known.at), _cut(known.text), _cut(known.by, _LONGEST_NAME), known.counts]
            for known in course[:_MOST_ROWS]
        ],
        "course_total": len(course),
        "more": _("and {n} more in the record"),
        "alarms_title": _("Alarms, the worst first"),
        "alarms_head": [_("Raised"), _("Why"), _("Acknowledged after")],
        "alarms": [
            [priority, at, _cut(why), _cut(answer, _LONGEST_NAME + 8)]
            for priority, at, why, answer in alarms[:_MOST_ROWS]
        ],
        "alarms_total": len(alarms),
        "no_alarms": "" if alarms else _("No alarm was raised."),
        "seal": seal_line(extract, speech),
        "note": _("Made by infusion-monitor, which is not a certified medical device."),
        "signed": _signed(extract, speech),
    }


def _cut(text: str, longest: int = _LONGEST) -> str:
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def _legend(speech: Speech) -> str:
    return speech.gettext(
        "Bars: systolic to diastolic, dot: mean. Circles: entered by a person. "
        "Dashes: limits as they were in force. Open stretches: no data."
    )


def _figures(figures: Figures, speech: Speech) -> list[list[str]]:
    """Label, value, remark."""
    _ = speech.gettext
    return [
        [_("At rest"), *_baseline(figures, speech)],
        [_("Peak pressure"), *_peak(figures, speech)],
        [_("Lowest SpO₂"), *_lowest(figures, speech)],
        [_("Beyond limits"), speech.length(figures.outside_ms), _("in all")],
        [_("Near rest again"), *_back(figures, speech)],
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


def _back(figures: Figures, speech: Speech) -> tuple[str, str]:
    if figures.back_after_ms is None:
        return NOTHING, speech.gettext("not seen")
    return speech.length(figures.back_after_ms), speech.gettext("after the infusion")


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


def _signed(extract: Extract, speech: Speech) -> str:
    """By whom the patient was discharged, and who has read the record since."""
    signed = [
        (fact.by, fact.at, speech.gettext("Discharge signed by {name}, {time}"))
        for fact in extract.facts
        if isinstance(fact.body, facts.DischargeSigned)
    ]
    signed += [
        (fact.by, fact.at, speech.gettext("Reviewed by {name}, {time}"))
        for fact in extract.facts
        if isinstance(fact.body, facts.ReviewSigned)
    ]
    return "   ".join(
        text.format(name=by or NOTHING, time=f"{speech.day(at)} {speech.clock(at)}")
        for by, at, text in signed[-2:]
    )
