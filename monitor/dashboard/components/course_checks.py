"""The checklist: every check with its large buttons; the script sends an answer the moment it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import (
    Plan,
    actions,
    close_button,
    dialog,
    dialog_part,
)
from monitor.dashboard.course_reading import course_of, facts_chart
from monitor.dashboard.course_words import answer_text, blocks_session, spoken, who_may_text
from monitor.dashboard.presenters import own_phase_name
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.chart import Answer, Chart
from monitor.domain.course import CheckItem, Course
from monitor.domain.sessions import Phase, Session

_PLAN = Plan(sent=ids.CHECKS_SENT, told=ids.CHECKS_TOLD)
_ANSWERS = ("yes", "no", "not_applicable")


def checks_dialog(words: Words, body: list[Any]) -> Any:
    """The dialog, closed, with the checks of the phase."""
    _ = words.gettext
    keys = _("Keys: Y yes, N no, A not applicable. The next open one follows by itself.")
    return dialog(
        ids.CHECKS_DIALOG,
        _("Checks"),
        _("Close"),
        [
            html.P(keys, className="dialog-note checks-keys"),
            html.Div(body, id=ids.CHECKS_BODY, className="checks-body"),
            dialog_part("error", "form-error", role="alert"),
            actions(close_button(_("Done"))),
        ],
        _PLAN,
        width=880,
    )


def checks_of(course: Course, session: Session) -> list[CheckItem]:
    """The checks that are asked now: those before the infusion, or those before leaving."""
    phase = "discharge" if session.phase is Phase.OBSERVATION else "precheck"
    return [item for item in course.checks if item.phase == phase]


def checks_body(visit: Visit, session: Session) -> list[Any]:
    """The groups of checks with what was answered, by whom and when."""
    course, chart = course_of(visit, session), facts_chart(visit, session)
    checks = checks_of(course, session)
    first = next((item.id for item in checks if item.id not in chart.checks), None)
    _ = visit.words.gettext
    today = _("Before leaving") if session.phase is Phase.OBSERVATION else _("Today")
    groups = [
        (today, [item for item in checks if item.wanted == "yes"]),
        (
            _("Contraindications: the answer wanted is no"),
            [item for item in checks if item.wanted == "no"],
        ),
    ]
    return [
        _group(visit.words, title, items, course, chart, first) for title, items in groups if items
    ]


def _group(
    words: Words,
    title: str,
    items: Sequence[CheckItem],
    course: Course,
    chart: Chart,
    first: str | None,
) -> Any:
    rows = [
        _row(words, item, course, chart.checks.get(item.id), item.id == first) for item in items
    ]
    return html.Section(
        [html.H3(title, className="side-title"), html.Ul(rows, className="checks")],
        className="checks-group",
    )


def _row(
    words: Words, item: CheckItem, course: Course, answer: Answer | None, is_first: bool
) -> Any:
    given = "" if answer is None else answer.answer
    blocked = blocks_session(item, answer)
    told = [] if answer is None else [_told(words, course, answer, blocked=blocked)]
    label = f"check-{item.id}"
    return html.Li(
        [
            html.Div(
                [html.Span(spoken(words, item.text), id=label), *told], className="check-words"
            ),
            html.Div(
                [
                    _answer(
                        words, one, chosen=one == given, is_first=is_first and one == item.wanted
                    )
                    for one in _ANSWERS
                    if one != "not_applicable" or item.may_not_apply
                ],
                className="check-answers",
                role="group",
                **attributes(aria_labelledby=label),
            ),
        ],
        className="check",
        **attributes(
            data_check=item.id,
            data_answer=given,
            data_blocks="true" if blocked else None,
        ),
    )


def _told(words: Words, course: Course, answer: Answer, *, blocked: bool) -> Any:
    _ = words.gettext
    text = f"{answer.by} {words.clock(answer.at)}"
    if blocked:
        own = own_phase_name(words, Phase.INFUSION, course)
        stops = _("Stops the infusion.")
        if own is not None:
            stops = _("{phase} may not begin.").format(phase=own)
        text = f"! {stops} {who_may_text(words, course)} · {text}"
    return html.Span(text, className="check-told")


def _answer(words: Words, answer: str, *, chosen: bool, is_first: bool) -> Any:
    return html.Button(
        answer_text(words, answer),
        type="button",
        className="button check-answer",
        **attributes(
            data_check_answer=answer,
            aria_pressed=str(chosen).lower(),
            data_autofocus="true" if is_first else None,
        ),
    )
