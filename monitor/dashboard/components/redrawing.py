"""What has not changed is not drawn again.

Dash builds every part that it is handed anew, however equal, and with the old part go the button that a hand is about
to press and the focus. A page therefore remembers what it shows, by digest, and is handed only what differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dash import no_update


def digests(parts: Mapping[str, Any]) -> dict[str, str]:
    """Part to its digest, for the store that remembers what is shown."""
    return {name: _digest(part) for name, part in parts.items()}


def redrawn(drawn: Mapping[str, str] | None, parts: Mapping[str, Any]) -> tuple[Any, ...]:
    """The parts in their order, those that are shown already as no update; last what is shown from now on."""
    now = digests(parts)
    known = drawn or {}
    changed = [no_update if known.get(name) == now[name] else part for name, part in parts.items()]
    return (*changed, now)


def _digest(part: Any) -> str:
    told = json.dumps(part, default=lambda component: component.to_plotly_json(), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
