"""The access log, for administrators: the newest first, by kind, operator and day."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, html

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.filters import choice_filter, day_filter
from monitor.dashboard.components.tables import plain_table
from monitor.dashboard.fact_words import ACCESS_KINDS, DETAIL_WORDS, FACT_WORDS
from monitor.dashboard.paging import midnight
from monitor.dashboard.presenters import role_name
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.facts import AccessNoted, Fact, SignInRefused, kind_of
from monitor.domain.permissions import SEE_ACCESS_LOG
from monitor.domain.registry import Operator
from monitor.service.ports import AccessFilter

MOST = 50


def access_panel(visit: Visit) -> list[Any]:
    """The panel, or nothing for those who may not see it."""
    if visit.is_locked or not visit.may(SEE_ACCESS_LOG):
        return []
    _ = visit.words.gettext
    return [
        html.Section(
            [
                html.H2(_("Access log"), className="panel-title"),
                _filters(visit),
                html.Div(
                    access_rows(visit, AccessFilter()),
                    id=ids.ACCESS_TABLE,
                    className="access-rows",
                    # It scrolls by itself: the keyboard must come into it.
                    tabIndex=0,
                    **attributes(role="region", aria_label=_("Access log"), aria_live="polite"),
                ),
            ],
            className="panel wide access-log",
        )
    ]


def access_rows(visit: Visit, which: AccessFilter) -> list[Any]:
    """The newest of what is asked for, and where the rest is to be had."""
    words = visit.words
    _ = words.gettext
    found = visit.parts.records.access_log(which, limit=MOST + 1)
    if not found:
        return [html.P(_("Nothing matches."), className="page-lead")]
    heads = [_("When"), _("Who"), _("What"), _("Session"), _("How")]
    shown = [plain_table(heads, [access_row(words, fact) for fact in found[:MOST]])]
    if len(found) > MOST:
        more = _("The newest {n}. Choose a day for older ones, or ask: infusion-monitor access.")
        shown.append(html.P(more.format(n=MOST), className="page-lead"))
    return shown


def access_row(words: Words, fact: Fact) -> list[str]:
    """One fact in words. It names sessions and never a patient."""
    _ = words.gettext
    when, body = words.day_and_clock(fact.at), fact.body
    if isinstance(body, SignInRefused):
        how = [detail_words(words, body.why), body.address, f"{body.times}×"]
        return [when, body.operator or "–", _(FACT_WORDS[kind_of(body)]), "", _joined(how)]
    if isinstance(body, AccessNoted):
        what = _(FACT_WORDS.get(body.what, body.what))
        how = [detail_words(words, body.detail), body.address]
        return [when, fact.by, what, body.subject, _joined(how)]
    what = _(FACT_WORDS.get(kind_of(body), kind_of(body)))
    return [when, fact.by, what, fact.session_id or "", _about(words, fact)]


def detail_words(words: Words, detail: str) -> str:
    """How, word by word."""
    return " ".join(
        words.gettext(DETAIL_WORDS[word]) if word in DETAIL_WORDS else word
        for word in detail.split()
    )


def _about(words: Words, fact: Fact) -> str:
    """Whom or what in the clinic an order was about; nothing of a patient."""
    if fact.session_id is not None:
        return ""
    role = getattr(fact.body, "role", "")
    said = role_name(words, Operator("", role, "")) if role else ""
    named = [getattr(fact.body, name, "") for name in ("name", "device_id", "room_id")]
    # What somebody did about themselves has their name already.
    return _joined([*(name for name in named if name != fact.by), said])


def _joined(texts: list[str]) -> str:
    return " · ".join(text for text in texts if text)


def register_callbacks(app: Dash) -> None:
    """The filters."""

    @app.callback(
        Output(ids.ACCESS_TABLE, "children"),
        Input(ids.ACCESS_KIND, "value"),
        Input(ids.ACCESS_BY, "value"),
        Input(ids.ACCESS_SINCE, "value"),
        Input(ids.ACCESS_UNTIL, "value"),
        prevent_initial_call=True,
    )
    def narrow(kind: str | None, by: str | None, since: str | None, until: str | None) -> list[Any]:
        visit = current_visit()
        return access_rows(visit, filter_of(visit.words, kind, by, since, until))


def filter_of(
    words: Words, kind: str | None, by: str | None, since: str | None, until: str | None
) -> AccessFilter:
    """What the fields say; days are the clinic's, the last one whole."""
    return AccessFilter(
        kind if kind in ACCESS_KINDS else None,
        by or None,
        midnight(words, since or ""),
        midnight(words, until or "", days=1),
    )


def _filters(visit: Visit) -> Any:
    words, _ = visit.words, visit.words.gettext
    kinds = {kind: _(text) for kind, text in ACCESS_KINDS.items()}
    names = sorted(operator.name for operator in visit.parts.records.operators())
    return html.Div(
        [
            choice_filter(ids.ACCESS_KIND, _("Kind"), _("All"), _choices(kinds)),
            choice_filter(
                ids.ACCESS_BY, _("Who"), _("All"), _choices({name: name for name in names})
            ),
            day_filter(words, ids.ACCESS_SINCE, _("From")),
            day_filter(words, ids.ACCESS_UNTIL, _("To")),
        ],
        className="filters",
    )


def _choices(named: dict[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in named.items()]
