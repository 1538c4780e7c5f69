"""Who is connected: devices and screens, each with its socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.gateway.feed_protocol import DeviceFeed
from monitor.gateway.viewers import Viewer

if TYPE_CHECKING:
    from monitor.gateway.connections import Socket


@dataclass(eq=False, slots=True)
class Device:
    """A connected device: its protocol and its socket."""

    feed: DeviceFeed
    socket: Socket

    def flush(self) -> None:
        """Send what the protocol has to say, and close when it says so."""
        for text in self.feed.take_outgoing():
            self.socket.send(text)
        if self.feed.close is not None:
            self.socket.close(self.feed.close)


@dataclass(eq=False, slots=True)
class Screen:
    """A connected screen: what it is sent, and its socket."""

    viewer: Viewer
    socket: Socket
    operator: str | None
    """Whose cookie opened it: empty for a locked station, None for a program on this machine."""
    holder: str = ""
    """The operator or the locked station that it counts for; empty for a program."""
    generation: int = 0
    """Of the sign-in that the cookie proved."""
    pass_holder: str = ""
    """Who signed in last at a locked station: it shows nothing more once they are disabled or have a new password."""
    passwords: int = 0
    """How often that operator had been given a new password."""
    sign_in: str = ""
    """Its id in the cookie."""
