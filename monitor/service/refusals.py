"""Why an order is not carried out."""

from __future__ import annotations

from typing import Any


class OrderRefusedError(Exception):
    """A code for programs, one sentence for people, and the field of the order that is at fault, if one is.

    ``result`` says more to programs, where there is more to say.
    """

    def __init__(
        self, code: str, message: str, field: str = "", result: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.result = result or {}
