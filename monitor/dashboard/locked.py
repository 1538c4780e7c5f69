"""What a locked station may be shown: the ward and the sessions that are open, and nothing that changes anything."""

from __future__ import annotations

from monitor.dashboard import ids
from monitor.dashboard.asked import ROUTER, Asked
from monitor.dashboard.doors import Doors, is_open
from monitor.dashboard.visit import Parts
from monitor.domain.permissions import STATION, may_do

LOCKED_HEADER = "x-infusion-monitor"
"""Says ``locked`` on the answer to a callback that was not run."""
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


def may_look(doors: Doors, parts: Parts, path: str) -> bool:
    """Whether this address shows the live ward and nothing beyond it; a closed session is a record."""
    action = doors.action_of(parts, path)
    return action is not None and may_do(STATION, action, simulated=parts.settings.simulated)


def may_update(doors: Doors, parts: Parts, asked: Asked) -> bool:
    """Whether this request of the page's own script only brings what is shown up to date."""
    if asked.output == ROUTER:
        return may_look(doors, parts, asked.given[ids.LOCATION, "pathname"])
    if asked.written in (_SESSION_PARTS, _COURSE_PARTS):
        return is_open(parts, asked.given.get((ids.SESSION_ID, "data")))
    return asked.written == _SHELL_PARTS
