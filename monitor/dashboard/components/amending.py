"""What a dialog shows while it corrects or voids an entry."""

from __future__ import annotations

from typing import Any

from dash import html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import dialog_part
from monitor.dashboard.words import Words


def amending_place(words: Words, reason: Any, *, voids: bool = False) -> Any:
    """Where a dialog says which entry it corrects or voids, and asks why; on screen only then."""
    _ = words.gettext
    lead = (
        _("Voids this entry, which stays on record:")
        if voids
        else _("Corrects this entry, which stays on record:")
    )
    return html.Div(
        [
            html.P([html.Span(lead), dialog_part("amended", "amended-text")]),
            reason,
        ],
        className="amending",
        hidden=True,
        **attributes(data_part="amending"),
    )
