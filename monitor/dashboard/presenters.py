"""What the screens say: pure functions from records to words."""

from __future__ import annotations

from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.words import Words


def unreachable_text(words: Words, error: GatewayUnreachableError) -> str:
    """What to tell a person whose order got no answer; never that nothing happened unless that is certain."""
    _ = words.gettext
    if error.sent:
        return _("The gateway does not answer. It may have taken this: sending again does no harm.")
    return _("The gateway does not answer: nothing was changed.")
