"""The stage: every scenario's rooms side by side at one gateway, second by second."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

from simulators.check import staff
from simulators.check.counterpart import Answer, CheckError, Counterpart, Record
from simulators.check.device import PlayedDevice
from simulators.check.verdict import Outcome, RoomSeen, judge, matches
from simulators.patients.patient import Patient
from simulators.scenarios.bed import build_bed
from simulators.scenarios.model import Scenario
from simulators.scenarios.room import AcknowledgeAt, OrderAt, Room
from simulators.scenarios.vocabulary import ORDERS_OF_SESSIONS

SECOND = 1000

Act = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Play:
    """One scenario on the stage, with the name that its rooms begin with."""

    name: str
    scenario: Scenario
    rooms: list[_PlayedRoom] = field(default_factory=list)


@dataclass(slots=True)
class _PlayedRoom:
    """One room: its device and session once it has started, and what has been seen."""

    name: str
    room: Room
    gateway: Counterpart
    scenario: Scenario
    place: int
    device: PlayedDevice | None = None
    session: str = ""
    scores: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _acts: list[tuple[int, Act]] = field(default_factory=list)

    async def start(self) -> None:
        """Furnish the room and bring its session to where it stands."""
        room = self.room
        await self._must({"kind": "add_room", "name": self.name})
        added = await self._must(
            {
                "kind": "add_device",
                "room": self.name,
                "name": f"Monitor {self.name}",
                "simulated": True,
            }
        )
        bed = build_bed(self.scenario, self.place)
        self.device = PlayedDevice(bed, str(added["token"]))
        reference = room.patient_reference or f"P{self.place + 1}-{self.name}"[:40]
        start: dict[str, Any] = {"kind": "start_session", "room": self.name, "patient": reference}
        if room.patient.weight_kg is not None:
            start["weight_kg"] = room.patient.weight_kg
        self.session = str((await self._must(start))["session"])
        if room.baseline is not None:
            systolic, diastolic = room.baseline
            pressures = {"systolic": systolic, "diastolic": diastolic}
            await self._must({"kind": "confirm_baseline", "session": self.session, **pressures})
        for phase in staff.PHASES[1 : staff.PHASES.index(room.phase) + 1]:
            await self._enter(phase)
            if phase == "baseline" and room.phase != "baseline" and room.staff == "attentive":
                await self._score_at_rest()
        self._plan(bed.patient)

    async def act(self, second: int) -> None:
        """What people do in this second of the room."""
        while self._acts and self._acts[-1][0] <= second:
            await self._acts.pop()[1]()

    async def seen(self) -> RoomSeen:
        """What there is to see of the room now."""
        if self.device is None:
            raise CheckError(f"room {self.name} never started")
        wants_readings = any(fact.what == "readings" for fact in self.room.fact)
        record = await self.gateway.record(self.session, readings=wants_readings)
        return RoomSeen(self.name, self.room, record, self.device.heard, self.scores, self.faults)

    def _plan(self, patient: Patient) -> None:
        acts: list[tuple[int, Act]] = []
        until = self.scenario.seconds - self.room.starts_at
        due_phases, due = staff.phases(self.room), staff.scores(self.room, until)
        acts += [(phase.at, partial(self._enter, phase.name)) for phase in due_phases]
        acts += [(score.at, partial(self._score, score.name, patient)) for score in due]
        acts += [(one.at, partial(self._give, one)) for one in self.room.order]
        acts += [(one.at, partial(self._acknowledge, one)) for one in self.room.acknowledge]
        self._acts = sorted(acts, key=lambda act: act[0], reverse=True)

    async def _enter(self, phase: str) -> None:
        order = {"kind": "enter_phase", "phase": phase, "override": staff.OVERRIDE}
        await self._must({**order, "session": self.session})

    async def _score_at_rest(self) -> None:
        for name, value in staff.AT_REST.items():
            order = staff.score_order(name, value, uuid4())
            await self._must({**order, "session": self.session})

    async def _score(self, name: str, patient: Patient) -> None:
        value = staff.value_of(name, patient)
        self.scores[name] = max(value, self.scores.get(name, value))
        order = staff.score_order(name, value, uuid4())
        await self._must({**order, "session": self.session})

    async def _give(self, given: OrderAt) -> None:
        order = dict(given.order)
        if order.get("kind") in ORDERS_OF_SESSIONS:
            order.setdefault("session", self.session)
        if order.get("entry") == "new":
            order["entry"] = str(uuid4())
        if order.get("room") == "this":
            order["room"] = self.name
        answer = await self.gateway.order(order, given.by)
        if not _is_wanted(answer, given.refused):
            self.faults.append(f"{order.get('kind')} was {_word(answer)}")

    async def _acknowledge(self, given: AcknowledgeAt) -> None:
        record: Record = await self.gateway.record(self.session, readings=False)
        waiting = [
            alarm
            for alarm in record.alarms
            if alarm.state in ("active", "latched") and matches(given.alarm, alarm)
        ]
        if not waiting:
            self.faults.append("there was no alarm to acknowledge")
            return
        await self._must({"kind": "acknowledge_alarm", "alarm": waiting[-1].id})

    async def _must(self, order: dict[str, Any]) -> dict[str, Any]:
        answer = await self.gateway.order(order, "")
        if not answer.ok:
            raise CheckError(f"room {self.name}: {order['kind']} was {_word(answer)}")
        return answer.result


def _is_wanted(answer: Answer, refused: str | None) -> bool:
    return answer.ok if refused is None else not answer.ok and refused in answer.message


def _word(answer: Answer) -> str:
    return "done" if answer.ok else f"refused: {answer.message}"


async def play(
    scenarios: Sequence[tuple[str, Scenario]],
    gateway: Counterpart,
    say: Callable[[str], None] = lambda _: None,
) -> list[Outcome]:
    """Play all scenarios side by side to their ends and judge each. Raises CheckError."""
    began = gateway.now
    plays = [Play(name, scenario) for name, scenario in scenarios]
    for one in plays:
        one.rooms = [
            _PlayedRoom(_room_name(one, place), room, gateway, one.scenario, place)
            for place, room in enumerate(one.scenario.room)
        ]
    outcomes: dict[str, Outcome] = {}
    second = 0
    while plays:
        await gateway.advance(began + second * SECOND)
        await _play_second(plays, second, gateway)
        ended = [one for one in plays if second >= one.scenario.seconds]
        for one in ended:
            outcomes[one.name] = judge(one.name, [await room.seen() for room in one.rooms], began)
            # The verdict is the table's, which a terminal shows below this.
            say(f"{one.name}: played, {len(outcomes)} of {len(scenarios)}")
            for room in one.rooms:
                if room.device is not None:
                    await room.device.close()
        plays = [one for one in plays if one not in ended]
        second += 1
    return [outcomes[name] for name, _ in scenarios]


async def _play_second(plays: Sequence[Play], second: int, gateway: Counterpart) -> None:
    rooms = [room for one in plays for room in one.rooms if second >= room.room.starts_at]
    for room in rooms:
        if room.device is None:
            await room.start()
        await room.act(second - room.room.starts_at)
    devices = [(room.device, room.room.starts_at) for room in rooms if room.device is not None]
    for device, starts_at in devices:
        await device.send(second - starts_at, gateway)
    for device, _ in devices:
        await device.settle()


def _room_name(one: Play, place: int) -> str:
    name = one.scenario.room_name(place)
    return one.name if len(one.scenario.room) == 1 else f"{one.name}-{name}"
