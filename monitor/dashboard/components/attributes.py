"""HTML attributes that are no Python names."""

from __future__ import annotations

from typing import Any


def attributes(**values: str | None) -> dict[str, Any]:
    """``data_room="2"`` as the attribute ``data-room``; None leaves it out."""
    return {name.replace("_", "-"): value for name, value in values.items() if value is not None}
