"""The device feed, version 1: what a device may say on ``/device`` and what it is told."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from monitor.domain.readings import RejectionCode
from monitor.wire.base import (
    Count,
    InvalidMessageError,
    Message,
    Moment,
    Number,
    Sequence,
    ShortText,
    invalid_message,
)

SUBPROTOCOL = "infusion-monitor.v1"
MAX_FRAME_BYTES = 64 * 1024
MAX_READINGS = 600

Status = Literal["ok", "sensor_off", "no_signal", "cuff_error", "low_perfusion", "motion", "demo"]
VALUELESS_STATUSES = frozenset({"sensor_off", "no_signal", "cuff_error"})
PRESSURE_METRIC = "nibp"
PRESSURE_FIELDS = ("systolic", "diastolic", "mean")

Interval = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=86_400)]


class DeviceReading(Message):
    """One reading as a device sends it; which value fields it must carry follows from the metric."""

    metric: Annotated[str, Field(min_length=1, max_length=64)]
    measured_at: Moment
    value: Number | None = None
    systolic: Number | None = None
    diastolic: Number | None = None
    mean: Number | None = None
    status: Status = "ok"


class Hello(Message):
    """The first frame of a connection: which queue this is, and how often each metric usually comes."""

    type: Literal["hello"]
    stream: UUID
    sent_at: Moment
    model: ShortText | None = None
    serial: ShortText | None = None
    metrics: Annotated[dict[str, Interval], Field(max_length=64)] | None = None


class Readings(Message):
    """A numbered frame of readings; it is the device's until it is acknowledged."""

    type: Literal["readings"]
    seq: Sequence
    sent_at: Moment
    readings: Annotated[list[DeviceReading], Field(max_length=MAX_READINGS)]


class DeviceStatus(Message):
    """How the device itself is; not acknowledged."""

    type: Literal["device"]
    sent_at: Moment
    battery_percent: Annotated[float, Field(strict=True, ge=0, le=100)] | None = None


FromDevice = Annotated[Hello | Readings | DeviceStatus, Field(discriminator="type")]
_FROM_DEVICE: TypeAdapter[Hello | Readings | DeviceStatus] = TypeAdapter(FromDevice)


class Welcome(Message):
    """The answer to hello: where the device's readings go, and from where the queue goes on."""

    type: Literal["welcome"] = "welcome"
    room: str | None
    session: str | None
    last_seq: Count
    server_time: str
    clock_speed: float


class RejectedReading(Message):
    """One reading that was understood but cannot be true; it is kept apart and never drawn."""

    seq: Count
    index: Count
    code: RejectionCode
    message: str


class Ack(Message):
    """Everything up to ``seq`` is durable."""

    type: Literal["ack"] = "ack"
    seq: Count
    stored: Count
    rejected: list[RejectedReading]


class Error(Message):
    """This frame was refused and changed nothing; the device drops it and goes on."""

    type: Literal["error"] = "error"
    seq: Count | None = None
    code: str
    message: str
    path: str = ""


class SessionChanged(Message):
    """The session of the device's room began or ended."""

    type: Literal["session"] = "session"
    session: str | None


ToDevice = Annotated[Welcome | Ack | Error | SessionChanged, Field(discriminator="type")]
_TO_DEVICE: TypeAdapter[Welcome | Ack | Error | SessionChanged] = TypeAdapter(ToDevice)


def parse_from_device(frame: str) -> Hello | Readings | DeviceStatus:
    """A text frame as a message.

    Raises InvalidMessageError with the first fault, its path, and the frame's ``seq`` where it had one.
    """
    try:
        message = _FROM_DEVICE.validate_json(frame)
    except ValidationError as error:
        raise invalid_message(error, usable_seq(frame)) from None
    if isinstance(message, Readings):
        for index, reading in enumerate(message.readings):
            fault = _shape_fault(reading)
            if fault is not None:
                field, wanted = fault
                raise InvalidMessageError(
                    f"readings[{index}].{field}: {wanted}", f"readings.{index}.{field}", message.seq
                )
    return message


def parse_to_device(frame: str | bytes) -> Welcome | Ack | Error | SessionChanged | None:
    """A frame of the gateway as a message, for devices written with this package; None for a type not known."""
    try:
        return _TO_DEVICE.validate_json(frame)
    except ValidationError as error:
        if error.errors()[0]["type"].startswith("union_tag"):
            return None
        raise invalid_message(error) from None


def usable_seq(frame: str) -> int | None:
    """The ``seq`` of a frame that is no valid message, so that the device knows which one to drop."""
    try:
        loose = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    seq = loose.get("seq") if isinstance(loose, dict) else None
    if isinstance(seq, int) and not isinstance(seq, bool) and 1 <= seq <= 2**53:
        return seq
    return None


def _shape_fault(reading: DeviceReading) -> tuple[str, str] | None:
    """The first field that does not fit the reading's metric and status, with what is wanted."""
    given = reading.model_fields_set
    if reading.metric == PRESSURE_METRIC:
        return _pressure_fault(reading, given)
    for field in PRESSURE_FIELDS:
        if field in given:
            return field, f"belongs to {PRESSURE_METRIC} only"
    if "value" not in given:
        return "value", "this field is missing"
    if reading.status in VALUELESS_STATUSES and reading.value is not None:
        return "value", f"must be null with status {reading.status}"
    return None


def _pressure_fault(reading: DeviceReading, given: set[str]) -> tuple[str, str] | None:
    if "value" in given:
        return "value", "a cuff reading has systolic and diastolic instead"
    for field in ("systolic", "diastolic"):
        if field not in given:
            return field, "this field is missing"
    if (reading.systolic is None) != (reading.diastolic is None):
        missing = "systolic" if reading.systolic is None else "diastolic"
        return missing, "systolic and diastolic are given together or are both null"
    if reading.status in VALUELESS_STATUSES:
        for field in PRESSURE_FIELDS:
            if getattr(reading, field) is not None:
                return field, f"must be null with status {reading.status}"
    return None
