"""The screen feed on ``/live``: a snapshot, then updates by sequence number, a heartbeat each second, receipts back.

Times are milliseconds since the Unix epoch by the gateway's clock. Texts come in every language of the product.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from monitor.domain.alarms import AlarmType, State
from monitor.domain.limits import Priority
from monitor.wire.base import Count, Message, Number, invalid_message
from monitor.wire.orders import OrderMessage

Text = dict[str, str]
"""Language tag to text, for example ``{"en": "SpO2 88 % - below 90 for 15 s", "nb": ...}``."""


class Value(Message):
    """The newest value of one metric from one source, as a tile shows it."""

    at: int
    received_at: int
    value: float | None = None
    systolic: float | None = None
    diastolic: float | None = None
    mean: float | None = None
    status: str = "ok"
    source: Literal["device", "manual"] = "device"
    device: str = ""


Point = tuple[
    str, str, int, int, float | None, float | None, float | None, float | None, str, int, str
]
"""room id, metric, at, received_at, value, systolic, diastolic, mean, status, late (0 or 1), source id."""


class InfusionView(Message):
    """Dose and pump as planned."""

    dose_mg: float
    dose_mg_per_kg: float | None = None
    minutes: float
    volume_ml: float | None = None
    rate_ml_per_h: float | None = None
    needs_check: bool = False
    checked_by: str = ""


class CriterionView(Message):
    """A criterion of discharge: its own words, and how it stands."""

    id: str
    met: bool
    met_at: int | None = None
    text: Text
    state: Text


class SessionView(Message):
    """The open session of a room."""

    id: str
    patient: str
    protocol: str
    phase: str
    phase_text: Text = {}
    """What the phase is called where its protocol has a word of its own; empty for the usual one."""
    started_at: int
    phase_started_at: int
    phase_minutes: float | None = None
    weight_kg: float | None = None
    number: int
    planned: int | None = None
    holder: str = ""
    """The operator who answers for the session."""
    offered_to: str | None = None
    audio_paused_until: int | None = None
    alarms_paused_until: int | None = None
    alarms_off: list[str] = []
    """Metrics whose limits are switched off."""
    baseline: dict[str, float] = {}
    """Component to its confirmed resting value; empty before it is confirmed."""
    revision: int = 0
    """Grows with every fact of the session: whoever shows its record reads it anew."""
    paper: bool = False
    """Kept on paper and entered afterwards: nothing is watched in it."""
    phase_ends_at: int | None = None
    """When the phase is planned to end; for an infusion with its pauses, None while it stands still."""
    paused_since: int | None = None
    """Since when the infusion is paused."""
    ran_ms: int | None = None
    """How long it had run when it was paused; None while it is not."""
    infusion: InfusionView | None = None
    checks_open: int = 0
    """Checks of this phase that nobody has answered."""
    discharge: list[CriterionView] = []
    """In observation: every criterion with how it stands."""
    discharge_at: int | None = None
    """The earliest time at which all are met if nothing changes; None while that cannot be told."""
    limits: dict[str, dict[str, float | None]]
    """Metric or component to its outermost low and high limits in force, like ``spo2: {low: 92, high: None}``."""


class Due(Message):
    """A task and when it is due."""

    room_id: str
    room: str
    kind: str
    at: int
    text: Text


class NotWatched(Message):
    """Something that is not watched now, with why, since when, and until when where that is known."""

    room_id: str
    room: str
    kind: str
    since: int
    until: int | None = None
    text: Text


class AlarmView(Message):
    """One raised occurrence that still has a signal; ``state`` ``ended`` takes it off the screens."""

    id: str
    room_id: str
    room: str
    session: str | None
    kind: str
    metric: str | None
    type: AlarmType
    priority: Priority
    state: State
    onset: int
    raised_at: int
    acknowledged_at: int | None = None
    acknowledged_by: str | None = None
    ended_at: int | None = None
    level: int = 0
    """How often it went unanswered: from 1 on it sounds louder."""
    addressed_to: str = ""
    """Who is asked to answer: the holder, then the next holder; empty: everybody."""
    reminded_at: int | None = None
    """When an acknowledged one that persists was last brought to mind; a screen sounds one burst for it."""
    painted_at: int | None = None
    """When the first station had it on screen; None while none has."""
    sounded_at: int | None = None
    text: Text


class RoomView(Message):
    """One room with its session and newest values; ``values`` and ``trend`` only in a snapshot."""

    id: str
    name: str
    session: SessionView | None = None
    devices: list[str] = []
    sources: dict[str, str] = {}
    """Id of each device of the room to its name: points name their source by its id."""
    connected: bool = False
    stale_after_s: dict[str, float] = {}
    """Metric to how long a device's value of it is a live one, for the open session's continuous metrics."""
    values: dict[str, Value] = {}
    trend: list[Point] = []


class Snapshot(Message):
    """Everything a screen needs to be right; sent first and after every resync."""

    type: Literal["snapshot"] = "snapshot"
    seq: Count
    server_time: int
    clock_speed: float
    simulated: bool
    self_check_age_s: float
    rooms: list[RoomView]
    alarms: list[AlarmView]
    due: list[Due]
    not_watched: list[NotWatched]
    unassigned: int
    """How many stored readings of the last day belong to no session."""


class Update(Message):
    """What changed with one commit. ``seq`` grows by one; a hole means: ask for a new snapshot."""

    type: Literal["update"] = "update"
    seq: Count
    server_time: int
    points: list[Point] = []
    rooms: list[RoomView] = []
    """Rooms whose session or devices changed, without values and trend."""
    retired_rooms: list[str] = []
    alarms: list[AlarmView] = []
    due: list[Due] | None = None
    not_watched: list[NotWatched] | None = None
    unassigned: int | None = None
    canary: int | None = None
    """A number that went the whole way of a reading; a station sends it back in its next receipt. Never a value."""
    reload: bool = False
    """Something shown was withdrawn: ask for a new snapshot."""
    alarm_test: bool = False
    """Show and sound a test alarm now."""


class Heartbeat(Message):
    """Each second, commits or not. A screen that misses them for 3 s says that it has lost the gateway."""

    type: Literal["heartbeat"] = "heartbeat"
    seq: Count
    server_time: int
    self_check_age_s: float
    degraded: list[str] = []


class Subscribe(Message):
    """The first frame of a screen."""

    type: Literal["subscribe"] = "subscribe"
    screen: UUID
    page: Annotated[str, Field(max_length=40)] = "ward"
    kind: Literal["station", "quiet"] = "station"
    """A quiet screen (in the patient's room) shows and never sounds; nobody counts on it."""


class Painted(Message):
    """A receipt: everything up to ``seq`` is on this screen, these alarms visibly so."""

    type: Literal["painted"] = "painted"
    seq: Count
    alarms: Annotated[list[str], Field(max_length=1000)] = []
    hidden: bool = False
    paint_ms: Number | None = None
    sounded: Annotated[list[str], Field(max_length=1000)] = []
    """Alarms whose sound has been played here since the last receipt."""
    audio: Literal["on", "blocked", "quiet", "unknown"] = "unknown"
    """Whether this screen can sound at all."""
    canary: Count | None = None
    """The newest canary that was painted."""


class Active(Message):
    """A hand did something on this screen: its sign-in does not lock yet."""

    type: Literal["active"] = "active"


class Resync(Message):
    """The screen saw a hole in the sequence and wants a snapshot."""

    type: Literal["resync"] = "resync"


FromScreen = Annotated[
    Subscribe | Painted | Active | Resync | OrderMessage, Field(discriminator="type")
]
_FROM_SCREEN: TypeAdapter[Subscribe | Painted | Active | Resync | OrderMessage] = TypeAdapter(
    FromScreen
)


def parse_from_screen(frame: str | bytes) -> Subscribe | Painted | Active | Resync | OrderMessage:
    """A text frame of a screen as a message. Raises InvalidMessageError."""
    try:
        return _FROM_SCREEN.validate_json(frame)
    except ValidationError as error:
        raise invalid_message(error) from None
