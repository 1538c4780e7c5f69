"""What goes wrong between a device and the gateway: the network, and the device's idea of the time."""

from __future__ import annotations

import math
from random import Random
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from simulators.devices.faults import Duration

_GARBAGE = (
    "not json",
    "{",
    '{"type":"readings"}',
    '{"type":"readings","seq":"x","sent_at":0,"readings":[]}',
    "[]",
)


class Disturbance(BaseModel):
    """One disturbance; it acts from the second in which it comes, for ``for_s`` seconds where it lasts."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NetworkGap(Disturbance):
    """No connection; the device queues and sends everything afterwards."""

    do: Literal["network_gap"] = "network_gap"
    for_s: Duration = 30


class NetworkCut(Disturbance):
    """No connection until the network is back."""

    do: Literal["network_cut"] = "network_cut"


class NetworkBack(Disturbance):
    """The connection may come back."""

    do: Literal["network_back"] = "network_back"


class Duplicates(Disturbance):
    """This share of the frames is sent twice."""

    do: Literal["duplicates"] = "duplicates"
    for_s: Duration = 60
    share: Annotated[float, Field(gt=0, le=1)] = 1.0


class Reorder(Disturbance):
    """So many frames are gathered and sent in reverse order."""

    do: Literal["reorder"] = "reorder"
    for_s: Duration = 60
    depth: Annotated[int, Field(ge=2, le=60)] = 3


class Delay(Disturbance):
    """A slow device: each frame leaves so many seconds after it was measured."""

    do: Literal["delay"] = "delay"
    for_s: Duration = 60
    delay_s: Annotated[int, Field(ge=1, le=3600)] = 5


class Skew(Disturbance):
    """The device's clock is off by ``offset_s`` from now on, and drifts."""

    do: Literal["skew"] = "skew"
    offset_s: Annotated[float, Field(ge=-86_400, le=86_400)]
    drift_s_per_hour: Annotated[float, Field(ge=-600, le=600)] = 0


class Garbage(Disturbance):
    """Frames that are no messages, one every ``every_s``."""

    do: Literal["garbage"] = "garbage"
    for_s: Duration = 60
    every_s: Annotated[int, Field(ge=1, le=3600)] = 5


class NetworkWell(Disturbance):
    """Whatever goes wrong on the way ends now, and the device's clock is right."""

    do: Literal["network_well"] = "network_well"


NetworkDisturbance = (
    NetworkGap
    | NetworkCut
    | NetworkBack
    | Duplicates
    | Reorder
    | Delay
    | Skew
    | Garbage
    | NetworkWell
)


class Frame(NamedTuple):
    """A numbered frame on its way; ``seq`` 0 is none: garbage."""

    seq: int
    text: str


class Network:
    """The way of one device's frames: what it says goes in each second, what leaves then comes out."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._down_until = 0.0
        self._active: list[tuple[float, Duplicates | Reorder | Delay | Garbage]] = []
        self._held: list[Frame] = []
        self._late: list[tuple[float, Frame]] = []
        self._skew: tuple[float, Skew] | None = None

    def disturb(self, disturbance: NetworkDisturbance, second: float) -> None:
        """This goes wrong from now on."""
        match disturbance:
            case NetworkGap(for_s=for_s):
                self._down_until = second + for_s
            case NetworkCut():
                self._down_until = math.inf
            case NetworkBack():
                self._down_until = second
            case NetworkWell():
                self._down_until = second
                self._active.clear()
                self._late = [(second, frame) for _, frame in self._late]
                self._skew = None
            case Skew():
                self._skew = (second, disturbance)
            case _:
                self._active.append((second + disturbance.for_s, disturbance))

    def is_up(self, second: float) -> bool:
        """Whether there can be a connection in this second."""
        return second >= self._down_until

    def clock_error_ms(self, second: float) -> int:
        """How far ahead the device's clock is."""
        if self._skew is None:
            return 0
        since, skew = self._skew
        drifted_s = skew.drift_s_per_hour * (second - since) / 3600
        return round((skew.offset_s + drifted_s) * 1000)

    def cut(self) -> None:
        """The connection is gone, and what was held with it; the device's queue still has it."""
        self._held.clear()
        self._late.clear()

    def carry(self, second: float, frames: list[Frame]) -> list[Frame]:
        """The frames that leave in this second, in order."""
        if self._active:
            self._active = [one for one in self._active if second < one[0]]
        leaving: list[Frame] = list(frames)
        for _, disturbance in self._active:
            leaving = self._through(disturbance, second, leaving)
        return self._arrived(second) + self._gathered(leaving)

    def _through(
        self,
        disturbance: Duplicates | Reorder | Delay | Garbage,
        second: float,
        frames: list[Frame],
    ) -> list[Frame]:
        match disturbance:
            case Duplicates(share=share):
                return [
                    frame
                    for one in frames
                    for frame in ([one, one] if self._rng.random() < share else [one])
                ]
            case Delay(delay_s=delay_s):
                self._late += [(second + delay_s, frame) for frame in frames]
                return []
            case Garbage(every_s=every_s):
                garbage = [] if second % every_s else [Frame(0, self._rng.choice(_GARBAGE))]
                return frames + garbage
            case Reorder(depth=depth):
                self._held += frames
                if len(self._held) < depth:
                    return []
                held, self._held = self._held[::-1], []
                return held

    def _arrived(self, second: float) -> list[Frame]:
        due = [frame for at, frame in self._late if at <= second]
        self._late = [one for one in self._late if one[0] > second]
        return due

    def _gathered(self, leaving: list[Frame]) -> list[Frame]:
        """What a reordering that has just ended still held goes first."""
        if self._held and not any(isinstance(one, Reorder) for _, one in self._active):
            leaving, self._held = self._held + leaving, []
        return leaving
