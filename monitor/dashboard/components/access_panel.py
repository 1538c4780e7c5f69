"""The newest of the access log, for administrators."""

from __future__ import annotations

from typing import Any

from dash import html

from monitor.dashboard.components.tables import plain_table
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.facts import AccessNoted, Fact, SignInRefused, kind_of
from monitor.domain.permissions import SEE_ACCESS_LOG
from monitor.service.ports import AccessFilter

MOST = 15


def access_panel(visit: Visit) -> list[Any]:
    """The panel, or nothing for those who may not see it."""
    if visit.is_locked or not visit.may(SEE_ACCESS_LOG):
        return []
    words = visit.words
    _ = words.gettext
    found = visit.parts.records.access_log(AccessFilter(), limit=MOST)
    lead = _("The newest {n}. All of it, by kind, operator and date: infusion-monitor access.")
    heads = [_("When"), _("Who"), _("What"), _("Session"), _("How")]
    return [
        html.Section(
            [
                html.H2(_("Access log"), className="panel-title"),
                html.P(lead.format(n=MOST), className="page-lead"),
                plain_table(heads, [access_row(words, fact) for fact in found]),
            ],
            className="panel wide",
        )
    ]


def access_row(words: Words, fact: Fact) -> list[str]:
    """One fact in words; what was ordered by its own name."""
    _ = words.gettext
    when = words.day_and_clock(fact.at)
    if isinstance(fact.body, SignInRefused):
        times = f"{fact.body.address} · {fact.body.times}×"
        return [when, fact.body.operator or "–", _("sign-in refused"), "", times]
    if isinstance(fact.body, AccessNoted):
        named = {
            "signed_in": _("signed in"),
            "signed_out": _("signed out"),
            "record_opened": _("opened a record"),
            "record_exported": _("exported a record"),
        }
        what = named.get(fact.body.what, fact.body.what)
        return [when, fact.by, what, fact.body.subject, fact.body.detail]
    return [when, fact.by, kind_of(fact.body).replace("_", " "), fact.session_id or "", ""]
