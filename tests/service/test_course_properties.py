"""What no sequence of orders may bring about: legal and illegal ones, several rooms, restarts in between."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monitor.domain.facts import Fact
from monitor.domain.sessions import NEXT_PHASES, Session
from monitor.service.monitor import Outcome
from tests.domain.records import without_revision
from tests.service.clinic import Clinic, cuff, value
from tests.service.course import give, when

ROOMS = ["1", "2", "3"]
PATIENTS = ["P-1", "P-2", "P-3"]
rooms, patients = st.sampled_from(ROOMS), st.sampled_from(PATIENTS)
sessions = st.integers(1, 6).map(lambda number: f"s{number}")
roles = st.sampled_from(["nurse", "clinician", "administrator"])
entries = st.integers(0, 15).map(lambda number: str(UUID(int=number)))
moments = st.one_of(st.none(), st.integers(-3, 40))
phases = st.sampled_from(["baseline", "infusion", "observation", "discharged"])
ENTERED = (
    ("vitals", {"spo2": 97, "systolic": 120, "diastolic": 80}),
    ("vitals", {"spo2": 84}),
    ("vitals", {"systolic": 190, "diastolic": 115}),
    ("score", {"score": "moaas", "value": 5}),
    ("score", {"score": "moaas", "value": 1}),
    ("event", {"event": "nausea"}),
    ("note", {"text": "Calm."}),
)


class Course(RuleBasedStateMachine):
    """Remembers only which entries and voids were answered with yes."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.clinic = Clinic(Path(self.directory.name))
        for name in ROOMS[1:]:
            self.order("add_room", name=name, role="administrator")
        self.taken: dict[str, dict[str, Any]] = {}
        self.voided: set[str] = set()

    def teardown(self) -> None:
        self.clinic.journal.close()
        self.directory.cleanup()

    def order(self, kind: str, **fields: Any) -> Outcome:
        return give(self.clinic, kind, **fields)

    def remembered(self) -> list[Session]:
        return list(self.clinic.monitor.ward.sessions.values())

    @rule(room=rooms, patient=patients, paper=st.integers(0, 5), role=roles)
    def start(self, room: str, patient: str, paper: int, role: str) -> None:
        more = {"paper_from": when(self.clinic, 60)} if paper == 0 else {}
        self.order("start_session", room=room, patient=patient, despite="test", role=role, **more)

    @rule(session=sessions, phase=phases, role=roles, override=st.booleans(), ago=moments)
    def enter_phase(
        self, session: str, phase: str, role: str, override: bool, ago: int | None
    ) -> None:
        more: dict[str, Any] = {} if ago is None else {"at": when(self.clinic, ago)}
        more |= {"override": "test"} if override else {}
        self.order("enter_phase", session=session, phase=phase, role=role, **more)

    @rule(session=sessions)
    def next_phase(self, session: str) -> None:
        known = self.clinic.monitor.ward.sessions.get(session)
        if known is not None and known.is_open:
            phase = next(p for p in sorted(NEXT_PHASES[known.phase]) if p != "cancelled")
            more = {"at": when(self.clinic, 0)} if known.paper else {}
            override = {"override": "test", "role": "administrator"}
            self.order("enter_phase", session=session, phase=str(phase), **override, **more)

    @rule(
        session=sessions,
        kind=st.sampled_from(["cancel_session", "stop_infusion", "pause_infusion"]),
    )
    def end_or_pause(self, session: str, kind: str) -> None:
        self.order(kind, session=session, reason="test")

    @rule(session=sessions)
    def resume(self, session: str) -> None:
        self.order("resume_infusion", session=session)

    @rule(session=sessions, room=rooms)
    def move(self, session: str, room: str) -> None:
        self.order("move_session", session=session, room=room, reason="test")

    @rule(session=sessions, patient=patients)
    def correct_patient(self, session: str, patient: str) -> None:
        self.order("correct_patient", session=session, patient=patient, reason="test")

    @rule(session=sessions, entry=entries, what=st.sampled_from(ENTERED), ago=moments)
    def enter(
        self, session: str, entry: str, what: tuple[str, dict[str, Any]], ago: int | None
    ) -> None:
        kind, fields = what
        more = {} if ago is None else {"measured_at": when(self.clinic, ago)}
        if kind == "vitals":
            more["confirmed"] = True  # type: ignore[assignment]
        outcome = self.order(f"enter_{kind}", session=session, entry=entry, **fields, **more)
        if outcome.ok:
            assert outcome.result["repeated"] is (entry in self.taken)
            self.taken.setdefault(entry, {"session": session, **fields})

    @rule(session=sessions, entry=entries)
    def void(self, session: str, entry: str) -> None:
        outcome = self.order("void_entry", session=session, entry=entry, reason="test")
        if outcome.ok:
            assert outcome.result["repeated"] is (entry in self.voided)
            self.voided.add(entry)

    @rule(session=sessions, entry=entries, replacement=entries, value=st.integers(70, 100))
    def correct(self, session: str, entry: str, replacement: str, value: int) -> None:
        body = {"kind": "enter_vitals", "entry": replacement, "session": session, "spo2": value}
        fields = {"entry": entry, "reason": "test", "replacement": {**body, "confirmed": True}}
        outcome = self.order("correct_entry", session=session, **fields)
        if outcome.ok and not outcome.result["repeated"]:
            assert entry not in self.voided
            assert replacement not in self.taken
            self.voided.add(entry)
            self.taken[replacement] = {"session": session, "spo2": value}

    @rule(seconds=st.sampled_from([1, 20, 240, 1200]), spo2=st.sampled_from([97, 84, None]))
    def time_passes(self, seconds: int, spo2: float | None) -> None:
        self.clinic.now += seconds * 1000
        self.clinic.monitor.tick(self.clinic.now)
        self.clinic.frame(value("spo2", spo2), value("pulse_rate", 80), cuff(125, 80))

    @rule(room=rooms)
    def move_the_device(self, room: str) -> None:
        self.order("move_device", device=self.clinic.device, room=room)

    @precondition(lambda self: self.clinic.monitor.ward.charts)
    @rule()
    def restart(self) -> None:
        charts = {name: without_revision(c) for name, c in self.clinic.monitor.ward.charts.items()}
        before = dict(self.clinic.monitor.ward.sessions)
        self.clinic.restart()
        ward = self.clinic.monitor.ward
        assert ward.sessions == before
        for name, chart in ward.charts.items():
            assert without_revision(chart) == charts[name]

    @invariant()
    def no_room_has_two_open_sessions(self) -> None:
        taken = [session.room_id for session in self.remembered() if session.is_open]
        assert len(taken) == len(set(taken))

    @invariant()
    def no_patient_is_in_two_rooms(self) -> None:
        known = [session.patient for session in self.remembered() if session.is_open]
        assert len(known) == len(set(known))

    @invariant()
    def every_phase_follows_one_that_it_may_follow(self) -> None:
        for session in self.remembered():
            for before, after in pairwise(session.phases):
                assert after.phase in NEXT_PHASES[before.phase]
                assert after.at >= before.at

    @invariant()
    def what_is_watched_is_what_is_open(self) -> None:
        ward = self.clinic.monitor.ward
        watched = {alarms.state.session_id for alarms in ward.alarms}
        assert watched == {session.id for session in self.remembered() if session.is_open}

    @invariant()
    def no_entry_is_lost_and_none_is_taken_twice(self) -> None:
        ward = self.clinic.monitor.ward
        found = {
            entry: (session, known)
            for session, chart in ward.charts.items()
            for entry, known in chart.entries.items()
        }
        assert set(found) == set(self.taken)
        assert {entry for entry, (_, known) in found.items() if known.voided} == self.voided
        for entry, (session, _) in found.items():
            assert session == self.taken[entry]["session"]

    @invariant()
    def screens_can_be_told(self) -> None:
        shown = self.clinic.monitor.snapshot(self.clinic.now)
        open_ones = {session.id for session in self.remembered() if session.is_open}
        assert {room.session.id for room in shown.rooms if room.session is not None} == open_ones

    @invariant()
    def every_fact_of_an_entry_is_on_disk_once(self) -> None:
        kinds = [f"{kind}_entered" for kind in ("vitals", "score", "event", "note")]
        named: Callable[[Fact], Any] = lambda fact: fact.body.entry  # type: ignore[union-attr]  # noqa: E731
        stored = [
            named(fact)
            for session in self.clinic.monitor.ward.sessions
            for fact in self.clinic.records.facts(session, kinds)
        ]
        assert sorted(stored) == sorted(self.taken)


TestCourse = Course.TestCase
TestCourse.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
