"""The device feed's messages: what is taken, and how a fault is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.wire.base import InvalidMessageError, milliseconds, rfc3339
from monitor.wire.device import Readings, parse_from_device, parse_to_device, usable_seq

AT = "2026-11-21T10:00:00.000Z"


def frame(*readings: dict[str, Any], **more: Any) -> str:
    dated = [{"measured_at": AT, **reading} for reading in readings]
    return json.dumps({"type": "readings", "seq": 3, "sent_at": AT, "readings": dated, **more})


def fault(text: str) -> tuple[int | None, str, str]:
    with pytest.raises(InvalidMessageError) as refused:
        parse_from_device(text)
    return refused.value.seq, refused.value.path, refused.value.message


def refusal_of(text: str) -> str | None:
    """The sentence with which a frame is refused; None for one that is taken. Anything else raised is a defect."""
    try:
        parse_from_device(text)
    except InvalidMessageError as refused:
        return refused.message
    return None


def test_a_frame_of_every_kind_of_value_is_taken() -> None:
    message = parse_from_device(
        frame(
            {"metric": "pulse_rate", "value": 82},
            {"metric": "spo2", "value": None, "status": "sensor_off"},
            {"metric": "nibp", "systolic": 132, "diastolic": 84, "mean": 100},
            {"metric": "nibp", "systolic": None, "diastolic": None, "mean": 91.125},
            {"metric": "glucose", "value": 5},
        )
    )
    assert isinstance(message, Readings)
    assert len(message.readings) == 5


@pytest.mark.parametrize(
    ("reading", "path", "said"),
    [
        ({"metric": "spo2"}, "readings.0.value", "missing"),
        ({"metric": "spo2", "value": "97"}, "readings.0.value", "a number is wanted"),
        ({"metric": "spo2", "value": True}, "readings.0.value", "a number is wanted"),
        ({"metric": "spo2", "value": 2**53 + 1}, "readings.0.value", "too large"),
        ({"metric": "spo2", "value": 97, "status": "sensor_off"}, "readings.0.value", "null"),
        ({"metric": "spo2", "value": 97, "status": "fine"}, "readings.0.status", ""),
        ({"metric": "spo2", "value": 97, "staus": "ok"}, "readings.0.staus", "not part"),
        ({"metric": "spo2", "value": 97, "mean": 1}, "readings.0.mean", "nibp only"),
        ({"metric": "nibp", "systolic": 120}, "readings.0.diastolic", "missing"),
        (
            {"metric": "nibp", "systolic": 120, "diastolic": None},
            "readings.0.diastolic",
            "together",
        ),
        ({"metric": "nibp", "value": 120}, "readings.0.value", "systolic and diastolic"),
        ({"metric": "spo2", "value": 97, "measured_at": 1}, "readings.0.measured_at", "a time"),
        (
            {"metric": "spo2", "value": 97, "measured_at": "2026-11-21T10:00:00"},
            "readings.0.measured_at",
            "zone",
        ),
        (
            {"metric": "spo2", "value": 97, "measured_at": "1767225600"},
            "readings.0.measured_at",
            "a time",
        ),
    ],
)
def test_a_fault_is_named_with_its_path_and_the_frames_seq(
    reading: dict[str, Any], path: str, said: str
) -> None:
    seq, named, message = fault(frame(reading))
    assert (seq, named) == (3, path)
    assert said in message


@pytest.mark.parametrize(
    ("message", "path", "said"),
    [
        ({"type": "device", "battery_percent": 101}, "battery_percent", "at most 100 is wanted"),
        ({"type": "device", "battery_percent": -1}, "battery_percent", "at least 0 is wanted"),
        ({"type": "hello", "metrics": {"spo2": 1e9}}, "metrics.spo2", "at most 86400 is wanted"),
        ({"type": "hello", "metrics": {"spo2": 0}}, "metrics.spo2", "above 0 is wanted"),
        ({"type": "readings", "seq": 2**53 + 1}, "seq", "too large to be kept exactly"),
    ],
)
def test_a_number_out_of_bounds_is_told_the_bound(
    message: dict[str, Any], path: str, said: str
) -> None:
    whole = {"sent_at": AT, **message}
    if message["type"] == "hello":
        whole["stream"] = "5a6e0f1e-6a3c-4d53-9d0a-000000000001"
    _, named, sentence = fault(json.dumps(whole))
    assert named == path
    assert said in sentence


@pytest.mark.parametrize("year", ["0001", "1969", "2200", "9999"])
def test_a_time_of_another_age_is_refused_with_its_path(year: str) -> None:
    at = f"{year}-06-01T10:00:00Z"
    assert fault(frame({"metric": "spo2", "value": 97, "measured_at": at})) == (
        3,
        "readings.0.measured_at",
        "readings[0].measured_at: a time between the years 1970 and 2199 is wanted",
    )
    assert fault(frame(sent_at=at))[1] == "sent_at"


@pytest.mark.parametrize("text", ["{", "[]", "null", '"x"', "{}", '{"type":"nope"}', "", "NaN"])
def test_what_is_no_message_is_refused_without_a_seq(text: str) -> None:
    assert fault(text)[0] is None


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_numbers_that_are_none_are_refused(literal: str) -> None:
    text = frame({"metric": "spo2", "value": 97}).replace("97", literal)
    assert fault(text)[1] in {"readings.0.value", ""}


def test_more_than_600_readings_are_refused() -> None:
    many = [{"metric": "spo2", "value": 97}] * 601
    assert fault(frame(*many))[1] == "readings"


@pytest.mark.parametrize("seq", [0, -1, 2**53 + 1, 10**30, "3", 1.5, True, None])
def test_a_seq_that_cannot_be_used_is_refused(seq: object) -> None:
    assert fault(frame(seq=seq))[1] == "seq"
    assert usable_seq(frame(seq=seq)) is None


@given(st.text(max_size=200))
def test_no_text_whatever_does_anything_but_parse_or_be_refused(text: str) -> None:
    assert refusal_of(text) != ""


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "seq", "readings", "metric", "value", "sent_at"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=15,
    )
)
def test_no_json_whatever_does_anything_but_parse_or_be_refused(value: object) -> None:
    assert refusal_of(json.dumps(value)) != ""


def test_a_message_that_a_device_does_not_know_is_ignored() -> None:
    assert parse_to_device('{"type":"weather","rain":true}') is None


@given(st.integers(min_value=0, max_value=4_000_000_000_000))
def test_an_instant_survives_being_written_and_read(instant: int) -> None:
    text = frame({"metric": "spo2", "value": 97}, sent_at=rfc3339(instant))
    message = parse_from_device(text)
    assert milliseconds(message.sent_at) == instant


@given(st.integers())
def test_every_whole_number_can_be_written_as_a_time(instant: int) -> None:
    text = rfc3339(instant)
    assert text.endswith(f".{instant % 1000:03d}Z")


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (-1, "1969-12-31T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_that_rfc_3339_cannot_write_has_a_signed_year(instant: int, text: str) -> None:
    assert rfc3339(instant) == text
