"""Gateway, dashboard and devices are killed at random under load; ``make faults`` does it a hundred times."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from monitor.data_directory import open_existing
from monitor.storage import verify
from tests.faults.course import last_seq, pulse_of
from tests.faults.report import note, spread
from tests.faults.ward import KillWard
from tests.processes import Running, until

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
SECONDS_A_ROUND = 8
"""Of the ward's time, on the average."""
FEW = 10
"""With fewer rounds no dashboard is started for them; that it may die is tested elsewhere too."""


@dataclass
class Kill:
    """Who is killed in which second, how long after its devices began to send."""

    second: int
    victim: str
    after_s: float
    again_after_s: float | None
    """The gateway once more while it starts, so long after its start."""


@dataclass
class Told:
    """How long it took until all was as before, by victim."""

    recoveries: dict[str, list[float]] = field(default_factory=dict)
    starts_killed: int = 0
    in_flight: int = 0
    """Kills that found frames sent and not acknowledged."""

    def took(self, victim: str, since: float) -> None:
        self.recoveries.setdefault(victim, []).append(time.monotonic() - since)


def planned(rounds: int, chance: random.Random) -> list[Kill]:
    victims = ["gateway"] * 3 + ["device"] * 2 + (["dashboard"] if rounds >= FEW else [])
    kills, second = [], 3
    for number in range(rounds):
        victim = "gateway" if number == 0 else chance.choice(victims)
        again = chance.uniform(0, 2.5) if victim == "gateway" and chance.random() < 0.15 else None
        kills.append(Kill(second, victim, chance.uniform(0, 0.06), again))
        second += chance.randint(SECONDS_A_ROUND // 2, SECONDS_A_ROUND * 3 // 2)
    return kills


@pytest.fixture(scope="module")
def kills() -> list[Kill]:
    sys.stdout.write(f"\nseed {SEED}, {ROUNDS} rounds: SEED={SEED} repeats them\n")
    return planned(ROUNDS, random.Random(SEED))


def test_whoever_is_killed_nothing_acknowledged_is_lost_or_doubled_and_alarms_are_the_same(
    tmp_path: Path, kills: list[Kill]
) -> None:
    seconds = kills[-1].second + 5
    with KillWard(tmp_path / "disturbed") as ward:
        told = _run(ward, seconds, kills)
        timelines = _checked(ward, seconds)
        head = verify(ward.data, open_existing(ward.data).journal_key)
        assert head.fault is None
    with KillWard(tmp_path / "undisturbed") as calm:
        _run(calm, seconds, ())
        assert timelines == _checked(calm, seconds)
    _tell(told, timelines, seconds)


def _run(ward: KillWard, seconds: int, kills: Sequence[Kill]) -> Told:
    told, due = Told(), {kill.second: kill for kill in kills}
    dashboard = None
    if any(kill.victim == "dashboard" for kill in kills):
        dashboard = Running(ward.data, "dashboard")
        dashboard.wait_until_pages()
    try:
        for second in range(seconds):
            ward.begin_second()
            if second in due:
                _strike(ward, due[second], dashboard, told)
            ward.finish_second()
    finally:
        if dashboard is not None:
            dashboard.end()
    return told


def _strike(ward: KillWard, kill: Kill, dashboard: Running | None, told: Told) -> None:
    time.sleep(kill.after_s)
    since = time.monotonic()
    sent = last_seq(ward.second)
    told.in_flight += any(bedside.acknowledged < sent for bedside in ward.bedsides)
    if kill.victim == "gateway":
        _kill_gateway(ward, kill, told)
    elif kill.victim == "device":
        bedside = ward.bedsides[ward.second % len(ward.bedsides)]
        bedside.kill()
        bedside.start()
        bedside.tell(ward.second)
    else:
        assert dashboard is not None
        dashboard.process.kill()
        dashboard.process.wait(10)
        ward.finish_second()
        assert not ward.screen.is_cut_off.is_set()
        dashboard.start()
        dashboard.wait_until_pages()
    ward.finish_second()
    told.took(kill.victim, since)


def _kill_gateway(ward: KillWard, kill: Kill, told: Told) -> None:
    gateway = ward.gateway
    before = ward.screen
    gateway.process.kill()
    gateway.process.wait(10)
    assert before.is_cut_off.wait(5), "a screen is told that its gateway is gone"
    assert gateway.health() is None
    for bedside in ward.bedsides:
        noticed = partial(bedside.has_noticed, ward.second)
        until(noticed, within_s=20, what="a device that knows")
    gateway.start()
    if kill.again_after_s is not None:
        time.sleep(kill.again_after_s)
        gateway.process.kill()
        gateway.process.wait(10)
        told.starts_killed += 1
        gateway.start()
    ward.restart_gateway()
    _looks_like_what_was(ward, before.open_alarms())
    ward.resume_second()


def _looks_like_what_was(ward: KillWard, stood: dict[str, str]) -> None:
    """The first picture after a restart: every alarm that stood, and no room whose device is not back."""
    snapshot = ward.screen.wait_for_snapshot()
    shown = {alarm["id"] for alarm in snapshot["alarms"]}
    ended = {fact for session in ward.sessions for fact in ward.ended_alarms(session)}
    assert set(stood) - ended <= shown
    assert [room["name"] for room in snapshot["rooms"] if room["connected"]] == []


def _checked(ward: KillWard, seconds: int) -> list[list[tuple[object, ...]]]:
    """The timelines of all sessions; every frame of the course is stored once, as it was sent."""
    wanted = [(seq, pulse_of(seq)) for seq in range(1, last_seq(seconds - 1) + 1)]
    for session in ward.sessions:
        assert ward.stored(session) == wanted
    return [ward.timeline(session) for session in ward.sessions]


def _tell(told: Told, timelines: list[list[tuple[object, ...]]], seconds: int) -> None:
    frames, changes = 3 * last_seq(seconds - 1), sum(map(len, timelines))
    seen = {
        "gateway": "screens are cut off at once and say so; the first picture afterwards has every alarm that stood "
        "and no room as connected before its device is back",
        "dashboard": "no page opens; what is on screens stays live, alarms go on",
        "device": "the room is not connected until its device is back",
    }
    for victim, times in told.recoveries.items():
        what = f"{len(times)} of {ROUNDS} rounds"
        if victim == "gateway":
            what += f" ({told.starts_killed} once more while it started)"
        held = (
            f"{what}, seed {SEED}, {told.in_flight} of all found frames under way: each of {frames} "
            "acknowledged frames stored once as sent, "
            f"{changes} changes of alarms as in the undisturbed run, the record proven"
        )
        note(f"kill -9 of the {victim}", held=held, seen=seen[victim], recovery=spread(times))
