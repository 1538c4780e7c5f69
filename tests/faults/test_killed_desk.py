"""The simulator desk under ``serve``: killed, it is started again and its patients go on; nothing else ends."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.processes import Running, result, result_json, until

# In one worker: they start many processes.
pytestmark = pytest.mark.faults
WITHIN_S = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("served") / "data", "serve", "--simulated") as served:
        yield served


def asked(served: Running, **request: Any) -> dict[str, Any] | None:
    """The desk's answer, None where no desk answers."""
    try:
        note = json.loads((served.data / "desk.json").read_text())
        credential = {"Authorization": f"Bearer {note['credential']}"}
        with connect(note["url"], additional_headers=credential, proxy=None) as socket:
            socket.send(json.dumps(request))
            answer: dict[str, Any] = json.loads(socket.recv(timeout=10))
    except OSError:
        return None
    assert answer["ok"], answer
    return answer


def living_bed(served: Running, seconds: int) -> dict[str, Any] | None:
    """The one bed, once it is connected and so many seconds old."""
    answer = asked(served, do="state")
    beds = [] if answer is None else answer["beds"]
    lives = [bed for bed in beds if bed["link"] == "connected" and bed["second"] >= seconds]
    return dict(lives[0]) if lives else None


def test_a_new_simulated_directory_lets_a_tester_in(served: Running) -> None:
    served.wait_until_pages()
    until(
        lambda: "sign in as Tester, password " in served.log.read_text(),
        within_s=WITHIN_S,
        what="the first tester's password",
    )
    assert result_json(served.data, "operator", "list") == [
        {"name": "Tester", "role": "tester", "disabled": False}
    ]


def test_a_killed_desk_comes_back_with_its_rooms_and_monitoring_is_not_touched(
    served: Running,
) -> None:
    result(served.data, "room", "add", "1")
    add = ("device", "add", "--room", "1", "--name", "M", "--simulated")
    device = result_json(served.data, *add)
    session = result(served.data, "session", "start", "--room", "1", "--patient", "P-1")
    start = {"scenario": "normal", "room": "1", "device": device["id"], "token": device["token"]}
    until(lambda: asked(served, do="start", **start), within_s=WITHIN_S, what="a desk")
    before = until(lambda: living_bed(served, 2), within_s=WITHIN_S, what="a living bed")
    gateway, desk = served.child("gateway"), served.child("simulators")
    event = {"do": "drive", "vital": "spo2", "to": 70}
    assert asked(served, do="happen", room="1", event=event)
    os.kill(desk, signal.SIGKILL)
    until(lambda: served.child("simulators") != desk, within_s=WITHIN_S, what="a new desk")
    after = until(
        lambda: living_bed(served, before["second"] + 3), within_s=WITHIN_S, what="the same bed"
    )
    assert (after["scenario"], after["running"], after["driven"]) == ("normal", True, {"spo2": 70})
    assert served.child("gateway") == gateway

    def alarms() -> list[dict[str, Any]]:
        shown = result_json(served.data, "session", "show", session)["alarms"]
        return [one for one in shown if one["metric"] == "spo2" and one["kind"] == "limit"]

    until(alarms, within_s=WITHIN_S, what="the alarm for what was done before it was killed")
    assert served.stop() == 0
    assert [path.name for path in served.data.glob("desk*")] == ["desk-queues"]
