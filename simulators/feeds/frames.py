"""What a device writes on the wire, as text."""

from __future__ import annotations

import json
from collections.abc import Mapping

from monitor.wire.base import rfc3339
from simulators.devices.measurement import Measurement


def hello_text(stream: str, sent_at: int, model: str, metrics: Mapping[str, float]) -> str:
    """The first frame: which queue, which device, how often each metric usually comes (seconds)."""
    return json.dumps(
        {
            "type": "hello",
            "stream": stream,
            "model": model,
            "sent_at": rfc3339(sent_at),
            "metrics": dict(metrics),
        }
    )


def status_text(sent_at: int, battery_percent: float) -> str:
    """How the device itself is; not acknowledged."""
    status = {"type": "device", "sent_at": rfc3339(sent_at), "battery_percent": battery_percent}
    return json.dumps(status)


def readings_text(seq: int, sent_at: int, readings: str) -> str:
    """A frame with the device's time of sending; ``readings`` is the queued JSON list."""
    return f'{{"type":"readings","seq":{seq},"sent_at":"{rfc3339(sent_at)}","readings":{readings}}}'


def reading_text(measurement: Measurement, measured_at: int) -> str:
    """One reading. Written by hand: json.dumps of a dictionary costs four times as much, once per second and room."""
    head = f'{{"metric":"{measurement.metric}",'
    tail = f'"status":"{measurement.status}","measured_at":"{rfc3339(measured_at)}"}}'
    if measurement.metric == "nibp":
        return (
            f'{head}"systolic":{_number(measurement.systolic)},'
            f'"diastolic":{_number(measurement.diastolic)},'
            f'"mean":{_number(measurement.mean)},{tail}'
        )
    return f'{head}"value":{_number(measurement.value)},{tail}'


def _number(value: float | None) -> str:
    if value is None:
        return "null"
    return str(int(value)) if value.is_integer() else repr(value)
