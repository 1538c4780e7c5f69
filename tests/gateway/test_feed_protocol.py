"""The device feed, line by line of its contract, without a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest

from monitor.gateway.feed_protocol import REPLACED, RESTARTING, REVOKED, DeviceFeed
from monitor.wire.base import rfc3339
from tests.gateway.fakes import RecordingMonitor, device

if TYPE_CHECKING:
    from monitor.service.monitor import Monitor

NOW = 1_795_255_200_000
STREAM = UUID(int=7)


class Talk:
    """A device talking to its feed; ``said`` is everything it was told, in order."""

    def __init__(self, *, simulated: bool = False) -> None:
        self.monitor = RecordingMonitor()
        self.feed = DeviceFeed(cast("Monitor", self.monitor), device(simulated=simulated))
        self.now = NOW

    def send(self, frame: object) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        self.feed.receive_text(text, self.now)

    def hello(self, **fields: object) -> None:
        self.send({"type": "hello", "stream": str(STREAM), "sent_at": rfc3339(self.now), **fields})

    def readings(self, seq: int, *metrics: str, **fields: object) -> None:
        readings = [
            {"metric": m, "value": 82, "measured_at": rfc3339(self.now), **fields} for m in metrics
        ]
        self.send(
            {"type": "readings", "seq": seq, "sent_at": rfc3339(self.now), "readings": readings}
        )

    def commit(self, poisoned: int = 0) -> None:
        self.feed.seal()
        self.feed.committed(poisoned)

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.feed.take_outgoing()]


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
def greeted(talk: Talk) -> Talk:
    talk.hello()
    talk.commit()
    talk.said()
    return talk


def closed_with(talk: Talk) -> int | None:
    return talk.feed.close.code if talk.feed.close is not None else None


# hello


def test_hello_is_answered_with_the_room_the_session_and_the_last_durable_seq(talk: Talk) -> None:
    talk.hello(model="M", serial="1", metrics={"pulse_rate": 1})
    talk.commit()
    [welcome] = talk.said()
    assert welcome == {
        "type": "welcome",
        "room": "1",
        "session": "s1",
        "last_seq": 0,
        "server_time": "2026-11-21T10:00:00.000Z",
        "clock_speed": 1.0,
    }


def test_welcome_waits_until_what_it_promises_is_durable(talk: Talk) -> None:
    talk.hello()
    assert talk.feed.awaits_commit
    assert talk.said() == []


def test_a_frame_before_hello_closes_with_4001(talk: Talk) -> None:
    talk.readings(1, "pulse_rate")
    assert closed_with(talk) == 4001
    assert talk.monitor.calls == []


def test_nonsense_before_hello_closes_with_4001(talk: Talk) -> None:
    talk.send("{")
    assert closed_with(talk) == 4001


def test_a_second_hello_closes_with_4001_and_the_device_counts_as_gone(greeted: Talk) -> None:
    greeted.hello()
    assert closed_with(greeted) == 4001
    assert len(greeted.monitor.named("disconnected")) == 1


def test_a_malformed_hello_is_told_what_is_wrong_and_may_try_again(talk: Talk) -> None:
    talk.hello(stream="not a uuid")
    [error] = talk.said()
    assert (error["type"], error["code"], error["path"]) == ("error", "invalid_message", "stream")
    talk.hello()
    talk.commit()
    assert [m["type"] for m in talk.said()] == ["welcome"]


# ack


def test_readings_are_acknowledged_only_after_they_are_durable(greeted: Talk) -> None:
    greeted.readings(1, "pulse_rate", "spo2")
    assert greeted.said() == []
    greeted.feed.seal()
    assert greeted.said() == []
    greeted.feed.committed()
    assert greeted.said() == [{"type": "ack", "seq": 1, "stored": 2, "rejected": []}]


def test_one_ack_covers_every_frame_of_a_commit_and_sums_what_it_covers(greeted: Talk) -> None:
    greeted.readings(1, "pulse_rate")
    greeted.readings(2, "pulse_rate", "glucose")
    greeted.readings(5, "spo2", "pulse_rate")
    greeted.commit()
    [ack] = greeted.said()
    assert (ack["seq"], ack["stored"]) == (5, 4)
    assert [(r["seq"], r["index"], r["code"]) for r in ack["rejected"]] == [
        (2, 1, "unknown_metric")
    ]


def test_what_comes_while_a_commit_is_written_waits_for_the_next(greeted: Talk) -> None:
    greeted.readings(1, "pulse_rate")
    greeted.feed.seal()
    greeted.readings(2, "pulse_rate")
    greeted.feed.committed()
    assert [m["seq"] for m in greeted.said()] == [1]
    greeted.commit()
    assert [(m["seq"], m["stored"]) for m in greeted.said()] == [(2, 1)]


def test_a_repeated_seq_is_acknowledged_again_with_nothing_stored(greeted: Talk) -> None:
    greeted.readings(1, "pulse_rate")
    greeted.commit()
    greeted.said()
    greeted.readings(1, "pulse_rate")
    assert greeted.said() == []
    greeted.commit()
    assert greeted.said() == [{"type": "ack", "seq": 1, "stored": 0, "rejected": []}]


def test_an_empty_frame_is_acknowledged(greeted: Talk) -> None:
    greeted.readings(4)
    greeted.commit()
    assert greeted.said() == [{"type": "ack", "seq": 4, "stored": 0, "rejected": []}]


def test_readings_the_database_refused_are_not_counted_as_stored(greeted: Talk) -> None:
    greeted.readings(1, "pulse_rate", "spo2")
    greeted.commit(poisoned=1)
    assert [m["stored"] for m in greeted.said()] == [1]


def test_a_commit_without_frames_says_nothing(greeted: Talk) -> None:
    greeted.commit()
    assert greeted.said() == []


# error


def test_an_invalid_frame_is_answered_at_once_with_its_seq_and_path(greeted: Talk) -> None:
    greeted.readings(18, "pulse_rate", value="82")
    assert greeted.said() == [
        {
            "type": "error",
            "seq": 18,
            "code": "invalid_message",
            "message": "readings[0].value: a number is wanted",
            "path": "readings.0.value",
        }
    ]
    assert greeted.monitor.named("record_frame") == []


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '"x"', "{}", '{"type":"nope"}', "", "[" * 9999]
)
def test_what_is_no_message_is_an_error_without_a_seq(greeted: Talk, text: str) -> None:
    greeted.send(text)
    [error] = greeted.said()
    assert error["type"] == "error"
    assert error["seq"] is None
    assert error["message"]


def test_an_error_leaves_the_connection_open_and_the_next_frame_counts(greeted: Talk) -> None:
    greeted.send("{")
    greeted.readings(1, "pulse_rate")
    greeted.commit()
    assert [m["type"] for m in greeted.said()] == ["error", "ack"]


def test_demo_readings_are_refused_from_a_device_that_is_not_simulated(greeted: Talk) -> None:
    greeted.readings(3, "pulse_rate", status="demo")
    [error] = greeted.said()
    assert (error["seq"], error["code"], error["path"]) == (
        3,
        "invalid_message",
        "readings.0.status",
    )
    assert greeted.monitor.named("record_frame") == []


def test_demo_readings_are_taken_from_a_simulated_device() -> None:
    talk = Talk(simulated=True)
    talk.hello()
    talk.readings(1, "pulse_rate", status="demo")
    talk.commit()
    assert [m["type"] for m in talk.said()] == ["welcome", "ack"]


def test_a_hundred_errors_in_ten_seconds_are_borne_and_one_more_is_not(greeted: Talk) -> None:
    for _ in range(100):
        greeted.send("{")
        greeted.now += 90
    assert closed_with(greeted) is None
    greeted.send("{")
    assert closed_with(greeted) == 1008


def test_errors_spread_over_more_than_ten_seconds_do_not_close(greeted: Talk) -> None:
    for _ in range(300):
        greeted.send("{")
        greeted.now += 101
    assert closed_with(greeted) is None


# closing


def test_a_binary_frame_closes_with_1003(greeted: Talk) -> None:
    greeted.feed.receive_binary(greeted.now)
    assert closed_with(greeted) == 1003


@pytest.mark.parametrize(("close", "code"), [(REPLACED, 4000), (REVOKED, 4003), (RESTARTING, 1012)])
def test_the_gateway_closes_for_its_own_reasons(greeted: Talk, close: Any, code: int) -> None:
    greeted.feed.end(close, greeted.now)
    assert closed_with(greeted) == code
    assert greeted.monitor.named("disconnected") == [("d1", close.reason)]


def test_nothing_is_taken_from_a_closed_connection_nor_told_to_it(greeted: Talk) -> None:
    greeted.readings(1, "pulse_rate")
    greeted.feed.end(REPLACED, greeted.now)
    greeted.readings(2, "pulse_rate")
    greeted.commit()
    assert greeted.said() == []
    assert [call[1].seq for call in greeted.monitor.named("record_frame")] == [1]


def test_a_device_is_gone_only_once(greeted: Talk) -> None:
    greeted.feed.end(REPLACED, greeted.now)
    greeted.feed.lost("connection lost", greeted.now)
    assert len(greeted.monitor.named("disconnected")) == 1


def test_a_connection_that_never_said_hello_was_never_there(talk: Talk) -> None:
    talk.feed.lost("connection lost", talk.now)
    assert talk.monitor.calls == []


# session, status and clock


def test_a_device_is_told_when_the_session_of_its_room_changes(greeted: Talk) -> None:
    greeted.feed.session_changed("s2")
    greeted.feed.session_changed(None)
    assert greeted.said() == [
        {"type": "session", "session": "s2"},
        {"type": "session", "session": None},
    ]


def test_device_status_is_taken_and_not_answered(greeted: Talk) -> None:
    greeted.send({"type": "device", "sent_at": rfc3339(NOW), "battery_percent": 41})
    assert greeted.monitor.named("device_status") == [("d1", 41.0, 0)]
    assert not greeted.feed.awaits_commit
    assert greeted.said() == []


def test_the_clock_offset_is_the_smallest_of_the_last_ten_frames(greeted: Talk) -> None:
    for delay in (900, 300, 700):
        greeted.send({"type": "device", "sent_at": rfc3339(greeted.now - delay)})
    offsets = [call[2] for call in greeted.monitor.named("device_status")]
    assert offsets == [0, 0, 0]
    for delay in (900, 300, *[700] * 10):
        greeted.send({"type": "device", "sent_at": rfc3339(greeted.now - delay)})
    offsets = [call[2] for call in greeted.monitor.named("device_status")]
    assert offsets[-1] == 700
    assert offsets[-2] == 300
