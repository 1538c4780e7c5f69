"""How much of a request's body is taken in: a body is read whole before it is judged, also of a locked station."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import Message, Receive

MOST_BODY_BYTES = 2 * 1024 * 1024
"""Pages send some kilobytes; the expected lines of a long session, on their way back, are the most."""


class BodyTooLargeError(HTTPException):
    """More was sent than any page sends."""

    def __init__(self) -> None:
        super().__init__(413, f"a request may have {MOST_BODY_BYTES} bytes at most")


def limited(headers: Headers, receive: Receive) -> Receive:
    """The request's body up to the limit. Raises BodyTooLargeError, at once where more is announced."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > MOST_BODY_BYTES:
        raise BodyTooLargeError
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY_BYTES:
            raise BodyTooLargeError
        return message

    return take
