"""A page that asks who looks before it shows anything: within the app, pages change without a request of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from dash import html

from monitor.dashboard.doors import PAGE_ACTIONS, by_session
from monitor.dashboard.pages import Page
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain.permissions import STATION, may_do


def guarded(page: Page) -> Callable[..., Any]:
    """The page's layout for those who may see it, else one sentence."""

    @wraps(page.layout)
    def layout(**variables: Any) -> Any:
        visit = current_visit()
        if _may_see(visit, page, variables.get("session_id")):
            return page.layout(**variables)
        _ = visit.words.gettext
        return html.Div(html.H1(_("Your role may not see this")), className="plain-page")

    return layout


def _may_see(visit: Visit, page: Page, session_id: Any) -> bool:
    action = by_session(visit.parts, PAGE_ACTIONS[page.name], session_id)
    peer = STATION if visit.is_locked else visit.operator.role
    return may_do(peer, action, simulated=visit.parts.settings.simulated)
