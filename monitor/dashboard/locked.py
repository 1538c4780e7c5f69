"""What a locked station may be shown: the ward and the sessions that are open, and nothing that changes anything."""

from __future__ import annotations

import json
import re
from typing import Any

from monitor.dashboard import ids
from monitor.dashboard.visit import Parts

CALLBACKS = "/_dash-update-component"
LOCKED_HEADER = "x-infusion-monitor"
"""Says ``locked`` on the answer to a callback that was not run."""
_PAGE_PARTS = frozenset({"_pages_content", "_pages_store"})
_SESSION_PARTS = frozenset(
    {
        ids.SESSION_HEAD,
        ids.SESSION_LOG,
        ids.SESSION_ACTIONS,
        ids.SESSION_MARKS,
        ids.SESSION_DRAWN,
    }
)
_COURSE_PARTS = frozenset({ids.SESSION_NEXT, ids.CHECKS_BODY, ids.COURSE_DRAWN})
_SHELL_PARTS = frozenset({ids.NAV})
_MACHINERY = re.compile(
    r"/_dash-component-suites/.+|/_dash-layout|/_dash-dependencies|/_favicon\.ico|/_reload-hash"
    r"|/api/screen|/sign-out"
)
_SESSION = re.compile(r"/(?:session|api/trace)/([^/]+)")


def may_look(parts: Parts, path: str) -> bool:
    """Whether this address shows the live ward and nothing beyond it; a closed session is a record."""
    session = _SESSION.fullmatch(path)
    if session is not None:
        return _is_open(parts, session[1])
    return path == "/" or _MACHINERY.fullmatch(path) is not None


def may_update(parts: Parts, body: bytes) -> bool:
    """Whether this request of the page's own script only brings what is shown up to date."""
    try:
        asked = json.loads(body)
        written = {output.rpartition(".")[0] for output in _outputs(asked["output"])}
        given = {
            (one["id"], one["property"]): one.get("value")
            for one in [*asked["inputs"], *asked.get("state", [])]
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    if written == _PAGE_PARTS:
        return may_look(parts, str(given.get((ids.LOCATION, "pathname"))))
    if written in (_SESSION_PARTS, _COURSE_PARTS):
        return _is_open(parts, given.get((ids.SESSION_ID, "data")))
    return written == _SHELL_PARTS


def _outputs(output: str) -> list[str]:
    # As Dash writes them: "a.children", or "..a.children...b.data.." for several.
    return output[2:-2].split("...") if output.startswith("..") else [output]


def _is_open(parts: Parts, session_id: Any) -> bool:
    session = parts.records.session(session_id) if isinstance(session_id, str) else None
    return session is not None and session.is_open
