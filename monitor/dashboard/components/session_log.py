"""The log of a session on its page: sentences, and for each entry the buttons that correct or void it."""

from __future__ import annotations

import json
from typing import Any

from dash import html

from monitor.dashboard.amends import correction_of, voiding_of
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.course_reading import course_of
from monitor.dashboard.log import EntryMark, LogLine, LogWriter
from monitor.dashboard.visit import Visit
from monitor.domain.readings import Instant
from monitor.domain.sessions import Session

_LOG_LINES = 200


def log_lines(visit: Visit, session: Session) -> list[Any]:
    """The newest lines of the log."""
    records = visit.parts.records
    names = {device.id: device.name for device in records.devices()}
    names |= {room.id: room.name for room in records.rooms()}
    course = course_of(visit, session)
    writer = LogWriter(visit.words, visit.phrases, names, course, session.ended_at)
    drugs = frozenset(drug.id for drug in course.drugs)
    lines = writer.lines(records.facts(session.id))
    return [_line(visit, line, drugs) for line in lines[:_LOG_LINES]]


def _line(visit: Visit, line: LogLine, drugs: frozenset[str]) -> Any:
    _, entry = visit.words.gettext, line.entry
    children: list[Any] = [html.Span(line.text, className="log-said")]
    if line.by:
        children.append(html.Span(f" · {line.by}", className="log-by"))
    if line.is_amendment:
        children.append(html.Span(_("amendment"), className="log-mark"))
    told = [line.why, entry.fate if entry else ""]
    children += [html.Span(text, className="log-why") for text in told if text]
    if entry and not entry.fate and not visit.is_locked:
        children.append(_buttons(visit, entry, drugs, line.at))
    return html.Li(
        [html.Time(visit.words.clock(line.at)), html.Div(children, className="log-text")],
        key=entry.body.entry if entry else None,
        className="log-line",
        **attributes(
            data_tone=line.tone or None, data_voided="true" if entry and entry.fate else None
        ),
    )


def _buttons(visit: Visit, entry: EntryMark, drugs: frozenset[str], at: Instant) -> Any:
    _ = visit.words.gettext
    correction = correction_of(visit.words, entry.body, entry.said, drugs)
    said = f"{visit.words.clock(at)} {entry.said}"
    return html.Div(
        [
            _amend(_("Correct"), said, correction),
            _amend(_("Void"), said, voiding_of(entry.body, entry.said)),
        ],
        className="log-buttons",
    )


def _amend(text: str, said: str, given: dict[str, Any]) -> Any:
    return html.Button(
        text,
        type="button",
        **attributes(data_amends=json.dumps(given), aria_label=f"{text}: {said}"),
    )
