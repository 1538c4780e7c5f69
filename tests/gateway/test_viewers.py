"""Screens get everything that matters, in order, or are told to start again."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.gateway.viewers import (
    BLOCKED_S,
    BUFFER_BYTES,
    MOST_PENDING,
    POINTS_KEPT,
    SNAPSHOTS_AT_ONCE_S,
    Viewer,
)
from monitor.wire.live import AlarmView, Painted, Point, Update


class Wire:
    """A socket that takes everything, or nothing while ``stuck``."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.stuck = False

    def send(self, data: bytes) -> None:
        self.sent.append(json.loads(data))

    def unsent_bytes(self) -> int:
        return BUFFER_BYTES + 1 if self.stuck else 0

    @property
    def seqs(self) -> list[int]:
        return [message["seq"] for message in self.sent if message["type"] == "update"]


def point(at: int, metric: str = "spo2", room: str = "r1") -> Point:
    return (room, metric, at, at, 97.0, None, None, None, "ok", 0, "d1")


def alarm(alarm_id: str) -> AlarmView:
    return AlarmView(
        id=alarm_id,
        room_id="r1",
        room="1",
        session="s1",
        kind="limit",
        metric="spo2",
        type="physiological",
        priority="high",
        state="active",
        onset=0,
        raised_at=0,
        text={"en": "SpO2 88 %"},
    )


def subscribed() -> tuple[Viewer, Wire]:
    wire = Wire()
    viewer = Viewer(wire)
    viewer.wants_snapshot = True
    viewer.send_snapshot(b'{"type":"snapshot","seq":0}', 0)
    return viewer, wire


def offer(viewer: Viewer, update: Update, now_s: float = 0) -> None:
    viewer.offer(update, update.model_dump_json().encode(), now_s)


def test_a_screen_gets_no_update_before_its_snapshot() -> None:
    wire = Wire()
    viewer = Viewer(wire)
    offer(viewer, Update(seq=1, server_time=0))
    viewer.wants_snapshot = True
    offer(viewer, Update(seq=2, server_time=0))
    assert wire.sent == []
    viewer.send_snapshot(b'{"type":"snapshot","seq":2}', 0)
    offer(viewer, Update(seq=3, server_time=0))
    assert [m["seq"] for m in wire.sent] == [2, 3]


def test_updates_wait_for_a_slow_screen_and_come_in_order() -> None:
    viewer, wire = subscribed()
    wire.stuck = True
    for seq in (1, 2, 3):
        offer(viewer, Update(seq=seq, server_time=0, points=[point(seq)]))
    assert wire.seqs == []
    wire.stuck = False
    viewer.pump(1)
    assert wire.seqs == [1, 2, 3]
    assert not viewer.is_too_slow(100)


def test_a_screen_that_stays_blocked_is_too_slow() -> None:
    viewer, wire = subscribed()
    wire.stuck = True
    offer(viewer, Update(seq=1, server_time=0), now_s=10)
    assert not viewer.is_too_slow(10 + BLOCKED_S)
    assert viewer.is_too_slow(10.1 + BLOCKED_S)


def test_a_screen_too_many_updates_behind_is_too_slow() -> None:
    viewer, wire = subscribed()
    wire.stuck = True
    for seq in range(1, MOST_PENDING + 2):
        offer(viewer, Update(seq=seq, server_time=0))
    assert viewer.is_too_slow(0)


def test_a_snapshot_replaces_everything_that_waited() -> None:
    viewer, wire = subscribed()
    wire.stuck = True
    offer(viewer, Update(seq=1, server_time=0))
    viewer.wants_snapshot = True
    wire.stuck = False
    viewer.send_snapshot(b'{"type":"snapshot","seq":5}', 0)
    viewer.pump(1)
    assert wire.seqs == []


def test_snapshots_wait_for_their_pace_and_for_what_the_screen_has_not_taken() -> None:
    wire = Wire()
    viewer = Viewer(wire, snapshots_per_minute=60)
    assert not viewer.is_due_a_snapshot(100)
    viewer.wants_snapshot = True
    for _ in range(20):
        if viewer.is_due_a_snapshot(100):
            viewer.send_snapshot(b'{"type":"snapshot","seq":0}', 100)
        viewer.wants_snapshot = True
    assert len(wire.sent) == 1 + SNAPSHOTS_AT_ONCE_S
    assert [viewer.is_due_a_snapshot(at) for at in (100.9, 101.0)] == [False, True]
    wire.stuck = True
    assert not viewer.is_due_a_snapshot(200)


def test_a_heartbeat_does_not_name_updates_that_still_wait() -> None:
    viewer, wire = subscribed()
    wire.stuck = True
    offer(viewer, Update(seq=1, server_time=0))
    wire.stuck = False
    viewer.send_heartbeat(b'{"type":"heartbeat","seq":1}')
    assert [m["type"] for m in wire.sent] == ["snapshot"]


def test_a_receipt_never_goes_back() -> None:
    viewer, _ = subscribed()
    viewer.take_receipt(Painted(seq=9, alarms=["a1"]))
    viewer.take_receipt(Painted(seq=7, alarms=["a2"]))
    assert (viewer.painted, viewer.painted_alarms, viewer.hidden) == (9, frozenset({"a2"}), False)


def test_a_hidden_screen_shows_no_alarm_whatever_it_says() -> None:
    viewer, _ = subscribed()
    viewer.take_receipt(Painted(seq=9, alarms=["a1"], hidden=True))
    assert (viewer.painted, viewer.painted_alarms, viewer.hidden) == (9, frozenset(), True)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=1500))
def test_a_slow_screen_loses_old_points_only_and_never_an_alarm(
    steps: list[tuple[int, bool]],
) -> None:
    viewer, wire = subscribed()
    wire.stuck = True
    alarms, points = [], []
    for seq, (count, has_alarm) in enumerate(steps, start=1):
        new_points = [point(seq * 10 + i) for i in range(count)]
        new_alarms = [alarm(f"a{seq}")] if has_alarm else []
        points += new_points
        alarms += [a.id for a in new_alarms]
        offer(viewer, Update(seq=seq, server_time=0, points=new_points, alarms=new_alarms))
    wire.stuck = False
    viewer.pump(1)
    assert wire.seqs == list(range(1, len(steps) + 1))
    assert [a["id"] for m in wire.sent[1:] for a in m["alarms"]] == alarms
    shown = [tuple(p) for m in wire.sent[1:] for p in m["points"]]
    assert shown == points[len(points) - len(shown) :]
    assert len(shown) >= min(len(points), POINTS_KEPT)
