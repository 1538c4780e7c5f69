"""Names as scenario files can have them."""

from __future__ import annotations

import re

_LONGEST_NAME = 40
_NOT_IN_A_NAME = re.compile(r"[^a-zA-Z0-9_-]+")


def plain_name(text: str) -> str:
    """A room's name or a title as scenario files can name something."""
    plain = _NOT_IN_A_NAME.sub("-", text).strip("-_")[:_LONGEST_NAME].rstrip("-_")
    return plain or "room"
