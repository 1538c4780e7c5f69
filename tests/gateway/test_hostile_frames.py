"""Ten thousand hostile frames: each is answered or closed as the contract says, and only what is valid is stored."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitor import identity
from monitor.domain.readings import Reading
from monitor.gateway.feed_protocol import DeviceFeed
from monitor.service.monitor import Monitor
from monitor.service.protocols import load_protocols
from monitor.service.ward import Ward
from monitor.wire import orders
from monitor.wire.base import rfc3339
from tests.gateway.clinic import Clinic
from tests.gateway.conftest import running

NOW = 1_795_255_200_000
LAST_SEQ = 1000
PROTOCOLS = load_protocols()
RANGES = {
    "pulse_rate": (20, 300),
    "spo2": (1, 100),
    "systolic": (30, 280),
    "diastolic": (10, 220),
    "mean": (15, 250),
    "resp_rate": (0, 80),
    "temperature": (25, 45),
    "nibp": (0, 0),
}
FRAMES_PER_EXAMPLE = 50
EXAMPLES = 200
STREAM = "00000000-0000-0000-0000-000000000007"

numbers = st.one_of(
    st.integers(-400, 400),
    st.sampled_from([0, -1, -99.9, -999, 127, 8388607, 2**53, 2**53 + 1, 10**30, 1e308, 20, 300]),
    st.floats(),
)
times = st.one_of(
    st.integers(-100_000_000, 100_000).map(lambda ms: rfc3339(NOW + ms)),
    st.sampled_from([None, 0, "", "now", "2026-13-45T99:99:99Z", "2026-11-21", "\ud800"]),
)
NESTED: list[object] = [
    [],
    {},
    [[]],
    {"a": {"b": [1, None]}},
    [{"metric": "spo2"}],
    {"": ""},
    [0, "0"],
]
junk = st.one_of(
    st.sampled_from([*NESTED, None, True, False]), numbers, st.text(max_size=12), st.just("NaN")
)
metrics = st.sampled_from(["pulse_rate", "spo2", "nibp", "resp_rate", "temperature", "glucose", ""])
statuses = st.sampled_from(["ok", "sensor_off", "no_signal", "cuff_error", "motion", "demo", "off"])


def mostly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What belongs there, and now and then anything."""
    return st.one_of(strategy, strategy, strategy, junk)


readings = st.fixed_dictionaries(
    {"metric": mostly(metrics), "measured_at": mostly(times)},
    optional={
        "value": mostly(st.one_of(numbers, st.none())),
        "systolic": mostly(st.one_of(numbers, st.none())),
        "diastolic": mostly(st.one_of(numbers, st.none())),
        "mean": mostly(numbers),
        "status": mostly(statuses),
        "colour": junk,
    },
)
valid_readings = st.fixed_dictionaries(
    {
        "metric": metrics.filter(lambda metric: metric not in ("nibp", "")),
        "measured_at": st.just(rfc3339(NOW)),
        "value": st.integers(-10, 400),
    }
)
messages = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("readings"),
            "seq": mostly(st.integers(1, 60)),
            "sent_at": mostly(st.just(rfc3339(NOW))),
            "readings": mostly(st.lists(st.one_of(readings, valid_readings), max_size=3)),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("readings"),
            "seq": st.integers(1, 60),
            "sent_at": st.just(rfc3339(NOW)),
            "readings": st.lists(valid_readings, max_size=4),
        }
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["device", "hello", "ack"])},
        optional={"battery_percent": junk, "sent_at": times},
    ),
    junk,
)
broken = st.tuples(messages.map(json.dumps), st.integers(0, 40)).map(lambda t: t[0][: -t[1] - 1])
frames = st.one_of(messages.map(json.dumps), broken, st.text(max_size=30))


def ward_with_a_device() -> tuple[Monitor, DeviceFeed]:
    """A monitor with one device in one room and a session there, and a feed of the device that has said hello."""
    monitor = Monitor(Ward(protocols=PROTOCOLS, phrases={}, tokens=identity))
    for order in (
        orders.AddRoom(name="1"),
        orders.AddDevice(room="1", name="bedside"),
        orders.StartSession(room="1", patient="P-1"),
    ):
        assert monitor.execute(order, by="console:test", role="administrator", now=NOW - 1000).ok
    feed = DeviceFeed(monitor, monitor.ward.registry.devices["d1"])
    feed.receive_text(json.dumps({"type": "hello", "stream": STREAM, "sent_at": rfc3339(NOW)}), NOW)
    feed.seal()
    feed.committed()
    feed.take_outgoing()
    return monitor, feed


@given(st.lists(frames, min_size=FRAMES_PER_EXAMPLE, max_size=FRAMES_PER_EXAMPLE))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
def test_every_hostile_frame_is_answered_and_nothing_invalid_is_stored(texts: list[str]) -> None:
    monitor, feed = ward_with_a_device()
    monitor.take_batch(NOW)
    taken: set[int] = set()
    for text in texts:
        feed.receive_text(text, NOW)
        feed.seal()
        feed.committed()
        answers = [json.loads(answer) for answer in feed.take_outgoing()]
        assert feed.close is None
        batch = monitor.take_batch(NOW)
        stored = [] if batch is None else batch.readings
        assert_answered(text, answers, [row.seq for row in stored], taken)
        for row in stored:
            assert is_possible(row.reading)


def is_possible(reading: Reading) -> bool:
    """Whether a stored reading is one that the contract lets in."""
    values = {
        str(reading.metric): reading.value,
        "systolic": reading.systolic,
        "diastolic": reading.diastolic,
        "mean": reading.mean,
    }
    in_range = all(
        value is None or RANGES[name][0] <= value <= RANGES[name][1]
        for name, value in values.items()
    )
    in_time = NOW - 24 * 3_600_000 <= reading.at <= NOW + 60_000
    return in_range and in_time and reading.status != "demo"


def assert_answered(
    text: str, answers: list[dict[str, Any]], stored: list[int], taken: set[int]
) -> None:
    """One answer: an error that stored nothing, or an ack that counts what was stored. A device's status has none."""
    if not answers:
        assert stored == []
        assert json.loads(text)["type"] == "device"
        return
    [answer] = answers
    if answer["type"] == "error":
        assert answer["code"] == "invalid_message"
        assert answer["message"]
        assert stored == []
        return
    frame = cast("dict[str, Any]", json.loads(text))
    assert answer["type"] == "ack"
    assert answer["seq"] == frame["seq"]
    assert stored == [frame["seq"]] * answer["stored"]
    repeated = frame["seq"] in taken
    assert answer["stored"] + len(answer["rejected"]) == (0 if repeated else len(frame["readings"]))
    taken.add(frame["seq"])


@given(st.data())
@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_gateway_stays_up_under_hostile_frames(tmp_path: Path, data: st.DataObject) -> None:
    texts = [data.draw(frames) for _ in range(300)]

    async def attack() -> None:
        async with running(Clinic(tmp_path)) as clinic:
            for start in range(0, len(texts), 60):
                await bombard(clinic, texts[start : start + 60])
            status, _ = await clinic.health()
            assert status == 200

    asyncio.run(attack())


async def bombard(clinic: Clinic, texts: list[str]) -> None:
    """Send hostile frames and then a good one, which is stored and acknowledged as if nothing had been."""
    async with clinic.device() as feed:
        for text in texts:
            await feed.say(text.encode("utf-8", "replace").decode())
        before = clinic.readings()
        await feed.readings(LAST_SEQ, 80)
        while (await feed.ack())["seq"] != LAST_SEQ:
            pass
        assert clinic.readings() > before
