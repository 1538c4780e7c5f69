"""An order as it is carried out, and what became of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from monitor.domain.readings import Instant


@dataclass(frozen=True, slots=True)
class Given:
    """An order with who gave it and when. ``password_hash`` comes with orders that set a password."""

    order: Any
    by: str
    at: Instant
    password_hash: str | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order; ``code`` is empty when it was done."""

    ok: bool
    code: str = ""
    message: str = ""
    field: str = ""
    result: dict[str, Any] = dataclasses.field(default_factory=dict)
