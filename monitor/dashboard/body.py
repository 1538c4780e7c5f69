"""How much of a request's body is taken in: a body is read whole before it is judged, also of a locked station."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

MOST_BODY_BYTES = 2 * 1024 * 1024
"""Pages send some kilobytes; the expected lines of a long session, on their way back, are the most."""
_WITHOUT_BODY = ("GET", "HEAD")


class BodyTooLargeError(HTTPException):
    """More was sent than any page sends."""

    def __init__(self) -> None:
        super().__init__(413, f"a request may have {MOST_BODY_BYTES} bytes at most")


def limited(scope: Scope, receive: Receive) -> Receive:
    """The request's body up to the limit. Raises BodyTooLargeError, at once where more is announced."""
    announced = Headers(scope=scope).get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > MOST_BODY_BYTES:
        raise BodyTooLargeError
    if scope["method"] in _WITHOUT_BODY:
        return _dropped(receive)
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY_BYTES:
            raise BodyTooLargeError
        return message

    return take


def _dropped(receive: Receive) -> Receive:
    """No body: what comes of one is dropped, while the answer is on its way and a refusal would break into it."""
    nothing: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def take() -> Message:
        if nothing:
            return nothing.pop()
        while (message := await receive())["type"] != "http.disconnect":
            pass
        return message

    return take
