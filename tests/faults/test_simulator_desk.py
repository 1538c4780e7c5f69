"""The simulator desk under ``serve``: testers get going with it; killed, it is started again and its patients go on."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from websockets.sync.client import connect

from simulators.scenarios.library import read_scenario
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
    """The bed of room 1, once it is connected and so many seconds old."""
    answer = asked(served, do="state")
    beds = [] if answer is None else answer["beds"]
    lives = [
        bed
        for bed in beds
        if bed["room"] == "1" and bed["link"] == "connected" and bed["second"] >= seconds
    ]
    return dict(lives[0]) if lives else None


class Page:
    """The simulator's page, as a browser that has signed in asks for it."""

    def __init__(self, served: Running, password: str) -> None:
        self._port = served.port
        self._browser = build_opener(HTTPCookieProcessor())
        form = urlencode({"operator": "Tester", "password": password}).encode()
        sign_in = f"http://127.0.0.1:{self._port}/sign-in"
        self._browser.open(sign_in, form, timeout=WITHIN_S).close()

    def asks(self, what: str = "", **fields: Any) -> dict[str, Any]:
        """What comes back; a refusal fails the test with its reason."""
        asked = Request(f"http://127.0.0.1:{self._port}/api/simulator{what}")
        if what:
            asked.data = json.dumps(fields).encode()
            asked.add_header("Content-Type", "application/json")
        try:
            with self._browser.open(asked, timeout=WITHIN_S) as answer:
                told: dict[str, Any] = json.load(answer)
        except HTTPError as error:
            raise AssertionError(f"{what}: {error.read().decode()}") from None
        return told


def first_password(served: Running) -> str:
    """What ``serve`` has said to whoever started it."""
    said = until(
        lambda: re.search(r"sign in as Tester, password (\S+) ", served.log.read_text()),
        within_s=WITHIN_S,
        what="the first tester's password",
    )
    return said[1]


def alarms(served: Running, session: str, metric: str) -> list[dict[str, Any]]:
    shown = result_json(served.data, "session", "show", session)["alarms"]
    return [one for one in shown if one["metric"] == metric and one["kind"] == "limit"]


def test_a_tester_gets_going_in_a_new_directory_without_an_administrator(served: Running) -> None:
    served.wait_until_pages()
    page = Page(served, first_password(served))
    wish = {"room": "A", "scenario": "ward", "place": 2, "session": True}
    assert page.asks("/set-up", **wish)["ok"]
    (session,) = result_json(served.data, "session", "list")
    assert (session["room"], session["phase"]) == ("A", "baseline")
    event = {"do": "drive", "vital": "spo2", "to": 70}
    assert page.asks("/happen", room="A", event=event)["second"] >= 0
    until(lambda: alarms(served, session["id"], "spo2"), within_s=WITHIN_S, what="what it leads to")
    file = served.data.parent / "mine.toml"
    file.write_text(page.asks("/record", title="Saturation falls")["toml"])
    event_of = read_scenario(file).room[0].event[-1]
    assert event_of.what.model_dump(exclude_defaults=True) == {"vital": "spo2", "to": 70}
    assert page.asks("/clear")["sessions"] == 1
    assert not [bed for bed in page.asks()["beds"] if bed["running"]]
    assert result_json(served.data, "room", "list") == []
    assert [one["role"] for one in result_json(served.data, "operator", "list")] == ["tester"]


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
    done = "the alarm for what was done before it was killed"
    until(lambda: alarms(served, session, "spo2"), within_s=WITHIN_S, what=done)
    assert served.stop() == 0
    assert [path.name for path in served.data.glob("desk*")] == ["desk-queues"]
