"""Why an order is not carried out."""

from __future__ import annotations


class OrderRefusedError(Exception):
    """A code for programs, one sentence for people, and the field of the order that is at fault, if one is."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
