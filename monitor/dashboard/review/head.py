"""The head of a review: who, when, where, what was given, and how far the record is with its reviewers."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.course_words import dose_text
from monitor.dashboard.presenters import phase_name, session_number
from monitor.dashboard.review import ids
from monitor.dashboard.review.opening import Opened
from monitor.dashboard.review.side import Teller
from monitor.dashboard.session_list import series_address
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.sessions import Phase, Session


def head(visit: Visit, teller: Teller, room: str, sign: Any) -> Any:
    """Who, when, where and what was given."""
    words, opened = visit.words, teller.opened
    session = opened.session
    who = f"{session.patient} · {session_number(words, session, opened.edition)}"
    return html.Header(
        [
            html.H1(who, className="review-title"),
            html.Span(
                " · ".join(_facts_of(words, opened, room)),
                className="review-what",
                title=_edition(words, opened),
            ),
            html.Div(
                [
                    # The script's: it says of the seal what it was told when somebody last looked.
                    html.Button(
                        id=ids.SEAL,
                        type="button",
                        className="pill review-seal",
                        **attributes(data_seal="checking"),
                    ),
                    html.Div(standing(visit.words, teller), id=ids.STANDING),
                    html.Div(sign, id=ids.SIGN_PLACE),
                ],
                className="review-standing",
            ),
            html.P(id=ids.ALTERED, className="review-altered", role="alert"),
        ],
        className="review-head",
    )


def standing(words: Words, teller: Teller) -> list[Any]:
    """How far the record is, and the way to the page of the session itself."""
    _, session = words.gettext, teller.opened.session
    told = [(teller.sign_off(), str(teller.opened.review.state))]
    if session.is_open:
        told = [(_("Open: figures so far"), "open")]
    elif session.phase is Phase.CANCELLED:
        told.insert(0, (phase_name(words, Phase.CANCELLED), "cancelled"))
    marks = [
        html.Span(text, className="pill review-state", **attributes(data_state=state))
        for text, state in told
    ]
    links = [
        dcc.Link(text, href=address, className="button button-quiet")
        for text, address in (
            (_("Series"), series_address(session.patient)),
            (_("Log"), f"/session/{session.id}"),
        )
    ]
    return [*marks, *links]


def _facts_of(words: Words, opened: Opened, room: str) -> list[str]:
    _, session = words.gettext, opened.session
    told = [_time_of(words, session), _("room {room}").format(room=room)]
    if opened.record.chart.plan is not None:
        told.append(dose_text(words, opened.record.chart.plan))
    if opened.edition is None:
        told.append(_("protocol {name}, which is gone").format(name=session.protocol))
    else:
        told.append(f"{session.protocol} {opened.edition.version}")
    return told


def _edition(words: Words, opened: Opened) -> str:
    """What the protocol is called; its short name stands in the line."""
    if opened.edition is None:
        return ""
    _ = words.gettext
    text = _("{title}, edition {version}")
    return text.format(title=_(opened.edition.title), version=opened.edition.version)


def _time_of(words: Words, session: Session) -> str:
    """From when to when; the day of the end where it is another one."""
    since, ended_at = words.day_and_clock(session.started_at), session.ended_at
    if ended_at is None:
        return since
    if words.local(ended_at).date() == words.local(session.started_at).date():
        return f"{since}–{words.clock(ended_at)}"
    return f"{since} – {words.day_and_clock(ended_at)}"
