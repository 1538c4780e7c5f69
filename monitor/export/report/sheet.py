"""A session on paper: head, trace, figures, course, alarms, what its readers said, and what the page is worth."""

from __future__ import annotations

from typing import Any

from monitor.domain import facts
from monitor.domain.review.figures import figures_of
from monitor.domain.review.record import SessionRecord
from monitor.domain.review.signatures import signatures
from monitor.export.extract import Extract
from monitor.export.report.alarms import alarm_lines
from monitor.export.report.cards import figure_cards
from monitor.export.report.happenings import course_lines
from monitor.export.report.phases import phase_names, session_title
from monitor.export.report.readers import comment_rows, outcome_rows
from monitor.export.report.speech import NOTHING, Speech
from monitor.export.report.trace import trace_svg

Json = dict[str, Any]
_LONGEST, _LONGEST_NAME, _LONGEST_FULL_NAME = 88, 16, 60
"""Characters on the first page; the pages after it have the whole text."""


def session_sheet(extract: Extract, speech: Speech) -> tuple[Json, str]:
    """What the pages say, and the trace that the first one shows."""
    record = extract.record()
    return _said(extract, record, speech), trace_svg(record, speech)


def marks(extract: Extract, speech: Speech, values: int) -> list[str]:
    """What must be seen before anything else on a page; ``values``: how many readings have one."""
    _ = speech.gettext
    said = [
        (bool(extract.proof.fault), _("THIS RECORD WAS ALTERED")),
        (extract.simulated, _("SIMULATED DATA")),
        (extract.is_open, _("OPEN SESSION, NOT FINAL")),
        (extract.deidentified, _("DE-IDENTIFIED: dates shifted")),
        (values == 0, _("NO VITAL SIGN WAS RECORDED")),
        (values == 1, _("A SINGLE READING WAS RECORDED")),
    ]
    return [words for holds, words in said if holds]


def head_lines(extract: Extract, speech: Speech) -> list[list[str]]:
    """Whose session it is: label and value."""
    _, session = speech.gettext, extract.session
    weight = NOTHING if session.weight_kg is None else f"{speech.number(session.weight_kg)} kg"
    room = extract.room or NOTHING
    return [
        [_("Patient"), session.patient],
        [_("Session"), f"{session.number_in_series or NOTHING} · {session.id}"],
        [_("Date"), _days(extract, speech)],
        [_("Room"), room],
        [_("Protocol"), session.protocol],
        [_("Weight"), weight],
    ]


def _days(extract: Extract, speech: Speech) -> str:
    """The day, and the one on which it ended where that is another one."""
    session = extract.session
    days = [speech.day(at) for at in (session.started_at, session.ended_at) if at is not None]
    return " – ".join(dict.fromkeys(days))


def seal_line(extract: Extract, speech: Speech) -> str:
    """Which record the page was made from."""
    return speech.gettext("Seal of the record: {seal}").format(seal=extract.sealed)


def _said(extract: Extract, record: SessionRecord, speech: Speech) -> Json:
    _, figures = speech.gettext, figures_of(record)
    return {
        "language": speech.language,
        "title": session_title(speech, extract.course),
        "state": phase_names(speech, extract.course)[extract.session.phase],
        "marks": marks(extract, speech, figures.measured.values),
        "head": head_lines(extract, speech),
        "legend": _legend(speech),
        "figures": figure_cards(figures, extract, speech),
        "course": _course(record, speech),
        "alarms": _alarms(record, speech),
        "outcomes": {
            "title": _("Outcome scores"),
            "head": [_("Day"), _("Scale"), _("Score"), _("Note"), _("Entered by")],
            "rows": outcome_rows(extract, speech),
        },
        "comments": {
            "title": _("Reviewers' comments"),
            "head": [_("Time"), _("By"), _("Comment")],
            "rows": comment_rows(extract, speech),
        },
        "more": _("and {n} more: every one is on the pages after this"),
        "shortened": _("Shortened here; in full on the pages after this."),
        "elsewhere": _("On the pages after this: {what}."),
        "page": _("Page {n} of {of}"),
        "seal": seal_line(extract, speech),
        "note": _("Made by infusion-monitor, which is not a certified medical device."),
        "signed": _signed(extract, speech),
    }


def _course(record: SessionRecord, speech: Speech) -> Json:
    """Rows of time, text, by whom, whether it counts; of the page, and in full."""
    _ = speech.gettext
    since = record.session.started_at
    lines = [
        known._replace(by=_cut(known.by, _LONGEST_FULL_NAME))
        for known in course_lines(record, speech)
    ]
    rows, short = (
        [[speech.moment(one.at, since), one.text, one.by, one.counts] for one in made]
        for made in (
            lines,
            [one._replace(text=_cut(one.text), by=_cut(one.by, _LONGEST_NAME)) for one in lines],
        )
    )
    return {
        "title": _("Course and entries"),
        "head": [_("Time"), _("What"), _("By")],
        "short": short,
        "rows": rows,
        "is_shortened": short != rows,
    }


def _alarms(record: SessionRecord, speech: Speech) -> Json:
    """Rows of priority, time, why, and after how long somebody had seen it."""
    _ = speech.gettext
    rows = [list(row) for row in alarm_lines(record, speech)]
    short = [[p, at, _cut(why), _cut(answer, _LONGEST_NAME + 8)] for p, at, why, answer in rows]
    return {
        "title": _("Alarms, the worst first"),
        "head": [_("Raised"), _("Why"), _("Acknowledged after")],
        "none": "" if rows else _("No alarm was raised."),
        "short": short,
        "rows": rows,
        "is_shortened": short != rows,
    }


def _cut(text: str, longest: int = _LONGEST) -> str:
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def _legend(speech: Speech) -> str:
    return speech.gettext(
        "Bars: systolic to diastolic, dot: mean. Circles: entered by a person. "
        "Dashes: limits as they were in force. Open stretches: no data."
    )


def _signed(extract: Extract, speech: Speech) -> list[str]:
    """By whom the patient was discharged, and who has read the record since."""
    _ = speech.gettext
    discharge = _("Discharge signed by {name}, {time}")
    said = [
        discharge.format(name=fact.by or NOTHING, time=_day_and_clock(fact.at, speech))
        for fact in extract.facts
        if isinstance(fact.body, facts.DischargeSigned)
    ][-1:]
    standing = _("Reviewed by {name}, {time}")
    changed = _("Reviewed by {name}, {time}: the record has changed since")
    for known in signatures(extract.facts):
        text = standing if known.stands else changed
        said.append(text.format(name=known.by, time=_day_and_clock(known.at, speech)))
    return said


def _day_and_clock(at: int, speech: Speech) -> str:
    return f"{speech.day(at)} {speech.clock(at)}"
