"""A page that asks who looks before it says anything: within the app, pages change without a request of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from dash import html

from monitor.dashboard.doors import PAGE_ACTIONS, by_session
from monitor.dashboard.openings import note_page
from monitor.dashboard.pages import Page
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain.permissions import STATION, may_do


def guarded(page: Page) -> Callable[..., Any]:
    """The page's layout for those who may see it, else one sentence."""

    @wraps(page.layout)
    def layout(**variables: Any) -> Any:
        visit = current_visit()
        if _may_see(visit, page, variables.get("session_id")):
            shown = page.layout(**variables)
            note_page(visit, page.name, variables)
            return shown
        _ = visit.words.gettext
        return html.Div(html.H1(_("Your role may not see this")), className="plain-page")

    return layout


def guarded_title(page: Page) -> Callable[..., str]:
    """The page's words in the browser's tab for those who may see it, else the product's name alone."""

    @wraps(page.title)
    def title(**variables: Any) -> str:
        visit = current_visit()
        if _may_see(visit, page, variables.get("session_id")):
            return page.title(**variables)
        return visit.words.gettext("Infusion monitor")

    return title


def _may_see(visit: Visit, page: Page, session_id: Any) -> bool:
    action = by_session(visit.parts, PAGE_ACTIONS[page.name], session_id)
    peer = STATION if visit.is_locked else visit.operator.role
    return may_do(peer, action, simulated=visit.parts.settings.simulated)
