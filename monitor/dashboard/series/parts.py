"""What Dash draws of a series: the head, the numbers to pick a session by, the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from monitor.dashboard import ids as shared
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.presenters import phase_name
from monitor.dashboard.series.outcomes import NAMES, day_text
from monitor.dashboard.series.reading import SeriesSession
from monitor.dashboard.session_list import address_of, pressure_text, sign_off_name, value_text
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.outcomes import Outcome

SCORES = ("cadss6", "dissociation", "moaas")


def score_names(words: Words) -> dict[str, str]:
    """The scores of a series, with the direction in which they are told."""
    _ = words.gettext
    return {
        "cadss6": _("CADSS-6, highest"),
        "dissociation": _("Dissociation 0–10, highest"),
        "moaas": _("MOAA/S, lowest"),
    }


def head(words: Words, patient: str, sessions: Sequence[SeriesSession]) -> Any:
    """Whose series, how many sessions, from when to when."""
    counted = [one for one in sessions if one.counts]
    told = words.ngettext("{n} session", "{n} sessions", len(counted)).format(n=len(counted))
    if counted:
        first, last = (counted[place].session.started_at for place in (0, -1))
        told = f"{told} · {words.day(first)} – {words.day(last)}"
    return html.Header(
        [
            html.H1(
                words.gettext("{patient} · series").format(patient=patient), className="page-title"
            ),
            html.Span(told if counted else "", className="page-lead"),
        ],
        className="page-head",
    )


def picks(words: Words, sessions: Sequence[SeriesSession], picked: str) -> Any:
    """A button for each session that is drawn; the pressed one stands out in the figure."""
    _ = words.gettext
    drawn = [one for one in sessions if one.curves is not None]
    buttons = [
        html.Button(
            str(one.session.number),
            type="button",
            className="series-pick",
            **attributes(
                data_series_pick=one.session.id,
                aria_pressed="true" if one.session.id == picked else "false",
                aria_label=_("Session {n}, {day}").format(
                    n=one.session.number, day=words.day(one.session.started_at)
                ),
            ),
        )
        for one in drawn
    ]
    given = sum(1 for one in sessions if one.dose is not None or one.curves is not None)
    left_out = (
        html.Span(_("the newest {n} are drawn").format(n=len(drawn)), className="review-event-by")
        if given > len(drawn)
        else None
    )
    return html.Div(
        [html.Span(_("Stand out"), className="series-picks-title"), *buttons, left_out],
        className="series-picks",
        role="group",
        **attributes(aria_label=_("Which session stands out")),
    )


def session_table(words: Words, sessions: Sequence[SeriesSession]) -> Any:
    """Every session with what the figures show, newest first, and the way to its review."""
    _ = words.gettext
    names = score_names(words)
    heads = [
        _("No."),
        _("Start"),
        _("Dose"),
        _("Baseline BP"),
        _("Peak BP"),
        _("Lowest SpO₂"),
        *(names[score] for score in SCORES),
        _("State"),
    ]
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(text, **attributes(scope="col")) for text in heads])),
            html.Tbody([_session_row(words, one) for one in reversed(sessions)]),
        ],
        className="plain-table",
    )


def outcome_list(words: Words, outcomes: Sequence[Outcome]) -> Any:
    """Every score, newest first; one that was voided stays, struck, with its reason."""
    if not outcomes:
        return html.P(words.gettext("No score has been entered."), className="review-none")
    newest = sorted(outcomes, key=lambda one: (one.on, one.entered_at), reverse=True)
    return html.Ol([_outcome_line(words, one) for one in newest], className="outcome-list")


def opener(words: Words, patient: str, today: str) -> Any:
    """The button that opens the dialog for a score of today."""
    known = {"about": patient, "texts": {shared.of_form("outcome-enter", "on"): today}}
    return html.Button(
        words.gettext("Enter a score"),
        type="button",
        className="button",
        **attributes(data_outcome="enter", data_known=json.dumps(known)),
    )


def unknown(visit: Visit, text: str) -> Any:
    """A plain sentence for a text that is no patient reference."""
    _ = visit.words.gettext
    return html.Div(
        [
            html.H1(_("{text} is no patient reference").format(text=text), className="page-title"),
            dcc.Link(_("All sessions"), href="/sessions", className="button"),
        ],
        className="plain-page",
    )


def _session_row(words: Words, one: SeriesSession) -> Any:
    session, figures = one.session, one.row.figures
    state = sign_off_name(words, one.row.state) if one.counts else phase_name(words, session.phase)
    cells: list[Any] = [
        words.number(session.number) if one.counts else "–",
        dcc.Link(words.day_and_clock(session.started_at), href=address_of(one.row)),
        dose_words(words, one),
        pressure_text(words, figures.baseline_systolic, figures.baseline_diastolic),
        pressure_text(words, figures.peak_systolic, figures.peak_diastolic),
        value_text(words, figures.lowest_spo2),
        *(value_text(words, one.scores.get(score)) for score in SCORES),
        state,
    ]
    return html.Tr([html.Td(cell) for cell in cells], **attributes(data_session=session.id))


def dose_words(words: Words, one: SeriesSession) -> str:
    """A dose as ``41 mg · 0.5 mg/kg``; one of an infusion that was stopped early is said to be."""
    dose = one.dose
    if dose is None:
        return "–"
    told = f"{words.number(dose.mg)} mg"
    if dose.mg_per_kg is not None:
        told = f"{told} · {words.number(dose.mg_per_kg)} mg/kg"
    stopped = words.gettext("stopped early")
    return told if dose.is_whole else f"{told} · {stopped}"


def _outcome_line(words: Words, one: Outcome) -> Any:
    _ = words.gettext
    text = f"{NAMES.get(one.scale, one.scale)} {one.value}"
    small = [one.entered_by, *([one.note] if one.note else [])]
    if one.counts:
        known = {
            "about": one.entry,
            "who": f"{text}, {day_text(words, one.on)}",
            "texts": {},
        }
        void = _("Void")
        act: Any = html.Button(
            void,
            type="button",
            className="button button-quiet",
            **attributes(
                data_outcome="void",
                data_known=json.dumps(known),
                aria_label=f"{void}: {known['who']}",
            ),
        )
        said: Any = html.Span(text)
    else:
        voided = _("voided by {name}: {reason}")
        small.append(voided.format(name=one.voided_by, reason=one.void_reason))
        act, said = None, html.Del(text)
    return html.Li(
        [
            html.B(day_text(words, one.on)),
            html.Span([said, " ", html.Span(" · ".join(small), className="review-event-by")]),
            act,
        ],
        className="outcome-line",
        **attributes(data_voided=None if one.counts else "true"),
    )
