"""Every way into the dashboard, each with the action that it is: what the gate asks the table of permissions about.

A route, a page or a callback that is not in here is not answered, so that nothing is open because it was forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.routing import compile_path

from monitor.dashboard import ids
from monitor.dashboard.asked import ROUTER, Asked, understood
from monitor.dashboard.pages import PAGES
from monitor.dashboard.visit import Parts
from monitor.domain.permissions import (
    EXPORT_RECORD,
    OPEN_RECORD,
    REHEARSE,
    SEE_CONDITION,
    SEE_FIGURES,
    SEE_PLAN,
    SEE_SETTINGS,
    SEE_WARD,
    SIGN_IN,
    SIMULATE,
)

ACTIVE = "/api/active"
CALLBACKS = "/_dash-update-component"

PAGE_ACTIONS: dict[str, str] = {
    "ward": SEE_WARD,
    "session": SEE_WARD,
    "plan": SEE_PLAN,
    "paper": SEE_SETTINGS,
    "review": OPEN_RECORD,
    "series": OPEN_RECORD,
    "sessions": OPEN_RECORD,
    "alarms": OPEN_RECORD,
    "unassigned": OPEN_RECORD,
    "clinic": SEE_FIGURES,
    "rehearsal": REHEARSE,
    # Its page says who may simulate, and where; what it does is behind the routes.
    "simulator": SEE_SETTINGS,
    "settings": SEE_SETTINGS,
    "doctor": SEE_CONDITION,
}

ROUTES: dict[str, str] = {
    "/assets/{path:path}": SIGN_IN,
    "/sign-in": SIGN_IN,
    "/sign-out": SIGN_IN,
    "/_dash-component-suites/{package_name}/{fingerprinted_path:path}": SEE_WARD,
    "/_dash-layout": SEE_WARD,
    "/_dash-dependencies": SEE_WARD,
    "/_favicon.ico": SEE_WARD,
    "/_reload-hash": SEE_WARD,
    "/api/screen": SEE_WARD,
    ACTIVE: SEE_WARD,
    "/api/trace/{session_id}": SEE_WARD,
    "/api/review/{session_id}/figure": OPEN_RECORD,
    "/api/review/{session_id}/points": OPEN_RECORD,
    "/api/review/{session_id}/expected": OPEN_RECORD,
    "/api/review/{session_id}/proof": OPEN_RECORD,
    "/api/export/{session_id}": EXPORT_RECORD,
    "/api/export/{session_id}/progress": EXPORT_RECORD,
    "/api/rehearsal": REHEARSE,
    "/api/rehearsal/csv": REHEARSE,
    "/api/simulator": SIMULATE,
    "/api/simulator/happen": SIMULATE,
    "/api/simulator/stop": SIMULATE,
    "/api/simulator/record": SIMULATE,
    "/api/simulator/set-up": SIMULATE,
    "/api/simulator/clear": SIMULATE,
}
"""By the path of the route; callbacks have a route of their own, and each is what its page is."""


class Doors:
    """``callbacks`` says of each callback, by its key, which action it is; ``declared`` is Dash's own map of them."""

    def __init__(
        self, callbacks: Mapping[str, str], declared: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._callbacks = callbacks
        self._declared = declared
        self._routes = [(compile_path(path)[0], action) for path, action in ROUTES.items()]
        self._pages = [
            (compile_path(_starlette(page.path_template or page.path or "/"))[0], page.name)
            for page in PAGES
        ]

    def names(self, path: str) -> dict[str, str]:
        """What a path names: a session, a patient."""
        for pattern, _ in [*self._pages, *self._routes]:
            if match := pattern.fullmatch(path):
                return dict(match.groupdict())
        return {}

    def action_of(self, parts: Parts, path: str) -> str | None:
        """What asking for this path is; None where nothing is."""
        for pattern, page in self._pages:
            if match := pattern.fullmatch(path):
                return by_session(parts, PAGE_ACTIONS[page], match.groupdict().get("session_id"))
        for pattern, action in self._routes:
            if match := pattern.fullmatch(path):
                return by_session(parts, action, match.groupdict().get("session_id"))
        return None

    def asked(self, content_type: str, body: bytes) -> Asked | None:
        """The request for a callback, or None where it is none that a page's script sends."""
        if not content_type.startswith("application/json"):
            # Dash would hand an empty request to the callback.
            return None
        asked = understood(body, self._declared)
        if asked is None or asked.output != ROUTER:
            return asked
        path, search = asked.given[ids.LOCATION, "pathname"], asked.given[ids.LOCATION, "search"]
        is_address = isinstance(path, str) and isinstance(search, str | None)
        return asked if is_address and not self._names_in_query(search or "") else None

    def action_of_callback(self, parts: Parts, asked: Asked) -> str | None:
        """What a callback is. The one that brings a page is of the ward: the page itself asks who looks."""
        if asked.output == ROUTER:
            return SEE_WARD
        action = self._callbacks.get(asked.output)
        session_id = asked.given.get((ids.SESSION_ID, "data"))
        return None if action is None else by_session(parts, action, session_id)

    def _names_in_query(self, search: str) -> bool:
        """Dash would let a query's session take the place of the path's, and hand what is said twice on as a list."""
        queried = parse_qs(search.removeprefix("?"), keep_blank_values=True)
        named = {name for pattern, _ in self._pages for name in pattern.groupindex}
        return not named.isdisjoint(queried) or any(len(said) > 1 for said in queried.values())


def is_open(parts: Parts, session_id: Any) -> bool:
    """Whether this is a session of the live ward."""
    session = parts.records.session(session_id) if isinstance(session_id, str) else None
    return session is not None and session.is_open


def by_session(parts: Parts, action: str, session_id: Any) -> str:
    """What an action is that may be about a session: one that is over is no longer of the ward."""
    if action != SEE_WARD or session_id is None or is_open(parts, session_id):
        return action
    return OPEN_RECORD


def _starlette(path: str) -> str:
    """Dash writes the changing part of a path in another kind of brackets."""
    return path.replace("<", "{").replace(">", "}")
