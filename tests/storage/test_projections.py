"""How things stand is what the facts of sessions, visits and assignments make of it, whatever came in what order."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monitor.domain import facts
from monitor.domain.assignments import Assignment
from monitor.domain.facts import FactBody
from monitor.domain.sessions import NEXT_PHASES, Phase, PhaseEntry, Session
from monitor.domain.visits import Visit
from monitor.storage import open_journal, open_records, verify
from tests.storage.builders import KEY, NOW, a_batch, clinic

ROOMS = st.sampled_from(["r1", "r2", "r3"])
PATIENTS = st.sampled_from(["P-1", "P-2"])
EARLIER = st.none() | st.integers(0, 10**6).map(lambda ms: NOW - ms)
OPERATORS = st.sampled_from(["kari", "ola"])


@dataclass
class Known:
    """The same, kept by hand with the domain's own transitions."""

    sessions: dict[str, Session] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)

    def numbered(self) -> list[Session]:
        """By start; a session's number counts the patient's that were entered before it and not cancelled."""
        found: list[Session] = []
        for session in self.sessions.values():
            before = [
                s for s in found if s.patient == session.patient and s.phase is not Phase.CANCELLED
            ]
            found.append(replace(session, number=len(before) + 1))
        return sorted(found, key=lambda session: session.started_at)


class Course(RuleBasedStateMachine):
    """Any legal order of starts, phases, moves, corrections, visits and assignments."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.journal = open_journal(Path(self.directory.name), KEY)
        self.records = open_records(Path(self.directory.name))
        self.now = NOW
        self.known = Known()
        self.journal.commit(clinic())
        begun = (PhaseEntry(Phase.PRECHECK, NOW),)
        self.known.sessions["s1"] = Session("s1", "r1", "P-1", 70.5, "ketamine_iv", 1, begun)

    def give(self, body: FactBody, by: str = "system") -> int:
        self.now += 1000
        batch = a_batch([], body, at=self.now)
        batch.facts = [replace(fact, by=by) for fact in batch.facts]
        assert self.journal.commit(batch).poisoned == ()
        return self.now

    def open_visits(self) -> list[str]:
        return [visit.id for visit in self.known.visits.values() if visit.is_open]

    def open_assignments(self) -> list[str]:
        return [found.id for found in self.known.assignments.values() if found.is_open]

    @rule(data=st.data(), room=ROOMS, patient=PATIENTS, paper_from=EARLIER)
    def start(self, data: st.DataObject, room: str, patient: str, paper_from: int | None) -> None:
        visit = data.draw(st.sampled_from([*self.open_visits(), None]))
        session_id = f"s{len(self.known.sessions) + 1}"
        body = facts.SessionStarted(
            session_id, room, patient, None, "ketamine_iv", "ed1", visit, None, paper_from
        )
        at = self.give(body)
        begun = PhaseEntry(Phase.PRECHECK, at if paper_from is None else paper_from)
        session = Session(session_id, room, patient, None, "ketamine_iv", 0, (begun,), "ed1")
        self.known.sessions[session_id] = replace(
            session, visit=visit, paper=paper_from is not None
        )
        if visit is not None:
            self.known.visits[visit] = replace(self.known.visits[visit], session_id=session_id)

    @rule(data=st.data(), entered_at=EARLIER)
    def enter(self, data: st.DataObject, entered_at: int | None) -> None:
        session = data.draw(st.sampled_from(list(self.known.sessions.values())))
        following = NEXT_PHASES[session.phase] - {Phase.CANCELLED}
        for phase in following:
            given = self.give(facts.PhaseEntered(session.id, phase, None, entered_at))
            at = given if entered_at is None else entered_at
            self.known.sessions[session.id] = session.entering(phase, at)

    def cancellable(self) -> list[Session]:
        """Those that were started from a visit first: they have more to undo."""
        found = [s for s in self.known.sessions.values() if Phase.CANCELLED in NEXT_PHASES[s.phase]]
        return sorted(found, key=lambda session: session.visit is None)

    @precondition(lambda self: self.cancellable())
    @rule(by_order=st.booleans())
    def cancel(self, by_order: bool) -> None:
        session = self.cancellable()[0]
        body = facts.SessionCancelled(session.id, "x")
        entered = facts.PhaseEntered(session.id, "cancelled", None)
        at = self.give(body if by_order else entered)
        self.known.sessions[session.id] = session.entering(Phase.CANCELLED, at)
        if session.visit is not None:
            visit = self.known.visits[session.visit]
            self.known.visits[visit.id] = replace(visit, session_id=None)

    @rule(data=st.data(), room=ROOMS)
    def move(self, data: st.DataObject, room: str) -> None:
        session = data.draw(st.sampled_from(list(self.known.sessions.values())))
        at = self.give(facts.SessionMoved(session.id, room, "x"))
        self.known.sessions[session.id] = session.moving(room, at)

    @rule(data=st.data(), patient=PATIENTS)
    def correct(self, data: st.DataObject, patient: str) -> None:
        session = data.draw(st.sampled_from(list(self.known.sessions.values())))
        self.give(facts.PatientCorrected(session.id, patient, "x"))
        self.known.sessions[session.id] = replace(session, patient=patient, visit=None)
        visit = self.known.visits.get(session.visit or "")
        # Whose visit it was in truth is not known: it may still come, unless another session is it by now.
        if visit is not None and visit.session_id == session.id:
            self.known.visits[visit.id] = replace(visit, session_id=None)

    @rule(patient=PATIENTS, room=st.none() | ROOMS, number=st.none() | st.integers(1, 6))
    def plan(self, patient: str, room: str | None, number: int | None) -> None:
        visit = Visit(f"v{len(self.known.visits) + 1}", patient, "x", self.now, room, number)
        body = facts.VisitPlanned(visit.id, patient, "x", visit.planned_at, room, number)
        self.give(body)
        self.known.visits[visit.id] = visit

    @precondition(lambda self: self.open_visits())
    @rule(data=st.data(), room=st.none() | ROOMS, cancelled=st.booleans())
    def change_the_plan(self, data: st.DataObject, room: str | None, cancelled: bool) -> None:
        visit = self.known.visits[data.draw(st.sampled_from(self.open_visits()))]
        if cancelled:
            self.give(facts.VisitCancelled(visit.id, "x"))
            self.known.visits[visit.id] = replace(visit, cancelled=True)
        else:
            self.give(facts.VisitMoved(visit.id, self.now + 5, room))
            moved = replace(visit, planned_at=self.now - 1000 + 5, room_id=room)
            self.known.visits[visit.id] = moved

    @rule(data=st.data(), first_at=EARLIER.filter(bool), by=OPERATORS)
    def propose(self, data: st.DataObject, first_at: int, by: str) -> None:
        session_id = data.draw(st.sampled_from(list(self.known.sessions)))
        number = f"x{len(self.known.assignments) + 1}"
        at = self.give(facts.AssignmentProposed(number, "d1", first_at, NOW, session_id, "why"), by)
        found = Assignment(number, "d1", first_at, NOW, session_id, by, at, "why")
        self.known.assignments[number] = found

    @precondition(lambda self: self.open_assignments())
    @rule(data=st.data(), by=OPERATORS)
    def confirm(self, data: st.DataObject, by: str) -> None:
        found = self.known.assignments[data.draw(st.sampled_from(self.open_assignments()))]
        body = facts.AssignmentConfirmed(
            found.id, "d1", found.first_at, found.last_at, found.session_id
        )
        at = self.give(body, by)
        self.known.assignments[found.id] = replace(found, confirmed_by=by, confirmed_at=at)

    @invariant()
    def stands_as_known(self) -> None:
        sessions = self.known.numbered()
        assert self.records.sessions() == sessions
        assert self.records.sessions(open_only=True) == [s for s in sessions if s.is_open]
        assert {v.id: v for v in self.records.visits()} == self.known.visits
        assert [v.id for v in self.records.visits(open_only=True)] == [
            v.id for v in self.records.visits() if v.is_open
        ]
        assert {a.id: a for a in self.records.assignments()} == self.known.assignments

    def teardown(self) -> None:
        assert verify(Path(self.directory.name), KEY).fault is None
        self.records.close()
        self.journal.close()
        self.directory.cleanup()


Course.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
TestAnyLegalCourse = Course.TestCase
