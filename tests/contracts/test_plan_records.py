"""What all records tell of the plan, and of sessions that move, are corrected or were kept on paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain import facts
from monitor.domain.assignments import Assignment
from monitor.domain.facts import FactBody
from monitor.domain.readings import MANUAL_SOURCE, Reading
from monitor.domain.sessions import Phase, PhaseEntry, Session, Stay
from monitor.domain.visits import Visit
from monitor.service.batches import Batch, StoredReading
from monitor.service.ports import Journal, Records
from tests.storage.builders import (
    NOW,
    a_batch,
    a_reading,
    an_alarm,
    fact,
    session_started,
    stored,
)

HOUR = 3_600_000


def planned(visit_id: str = "v1", patient: str = "P-1", hours: float = 1) -> facts.VisitPlanned:
    at = NOW + round(hours * HOUR)
    return facts.VisitPlanned(visit_id, patient, "ketamine_iv", at, "r1", 2)


def started(session_id: str = "s2", **changes: object) -> FactBody:
    body = facts.SessionStarted(session_id, "r2", "P-2", None, "ketamine_iv")
    return replace(body, **changes)  # type: ignore[arg-type]


def proposed(number: int = 1, first: float = 0, last: float = 60, to: str = "s1") -> FactBody:
    span = (NOW + round(first * 1000), NOW + round(last * 1000))
    return facts.AssignmentProposed(f"x{number}", "d1", *span, to, "the session began late")


def confirmed(number: int = 1, first: float = 0, last: float = 60, to: str = "s1") -> FactBody:
    span = (NOW + round(first * 1000), NOW + round(last * 1000))
    return facts.AssignmentConfirmed(f"x{number}", "d1", *span, to)


def nobodys(*seconds: int, source: str = "d1") -> list[StoredReading]:
    return [stored(s, a_reading(s, source=source), session_id=None) for s in seconds]


def the_session(records: Records, session_id: str = "s1") -> Session:
    session = records.session(session_id)
    assert session is not None
    return session


def drawn(records: Records, after_batch: int = 0) -> list[tuple[object, object]]:
    """Corrected time and lateness of what is drawn, which is the same as what is listed."""
    points = [(p[2], p[9]) for p in records.trace("s1", after_batch=after_batch).points]
    listed = [known.reading for known in records.readings("s1", after_batch=after_batch)]
    assert points == [(reading.at, int(reading.late)) for reading in listed]
    return [((at - NOW) / 1000, bool(late)) for at, late in points]


def test_a_planned_visit_is_told_as_it_was_planned(journal: Journal, records: Records) -> None:
    journal.commit(a_batch([], planned()))
    assert records.visits() == [Visit("v1", "P-1", "ketamine_iv", NOW + HOUR, "r1", 2)]


def test_visits_come_by_their_time_and_are_chosen_by_patient_and_by_being_open(
    journal: Journal, records: Records
) -> None:
    plan = [
        planned("v1", hours=9),
        planned("v2", "P-2"),
        planned("v10"),
        planned("v9"),
        planned("v11"),
    ]
    journal.commit(a_batch([], *plan, facts.VisitCancelled("v11", "ill")))
    assert [v.id for v in records.visits()] == ["v2", "v9", "v10", "v11", "v1"]
    assert [v.id for v in records.visits(open_only=True)] == ["v2", "v9", "v10", "v1"]
    assert [v.id for v in records.visits(patient="P-2")] == ["v2"]


def test_a_visit_that_is_moved_has_its_new_time_and_room(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([], planned(), facts.VisitMoved("v1", NOW + 5, None)))
    assert records.visits() == [Visit("v1", "P-1", "ketamine_iv", NOW + 5, None, 2)]


def test_a_session_takes_its_visit_and_a_cancelled_one_gives_it_back(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([], planned("v1"), planned("v2"), started(visit="v1")))
    assert {v.id: v.session_id for v in records.visits()} == {"v1": "s2", "v2": None}
    assert the_session(records, "s2").visit == "v1"
    journal.commit(a_batch([], facts.SessionCancelled("s2", "the wrong visit")))
    assert [v.id for v in records.visits(open_only=True)] == ["v1", "v2"]


def test_a_discharged_session_keeps_its_visit(journal: Journal, records: Records) -> None:
    discharged = facts.PhaseEntered("s2", "discharged", None)
    journal.commit(a_batch([], planned(), started(visit="v1"), discharged))
    assert [v.session_id for v in records.visits()] == ["s2"]


def test_a_session_knows_the_edition_it_was_started_with(
    journal: Journal, records: Records
) -> None:
    texts = {"0123456789ab": 'name = "ketamine_iv"\n', "ba9876543210": "ø = 1\n"}
    adopted = [facts.ProtocolAdopted(key, "ketamine_iv", 1, text) for key, text in texts.items()]
    assert records.protocol_texts() == {}
    journal.commit(a_batch([], *adopted, started(edition="ba9876543210")))
    assert the_session(records, "s2").edition == "ba9876543210"
    assert records.protocol_texts() == texts


def test_a_session_that_moves_is_in_its_new_room_and_tells_where_it_was(
    journal: Journal, records: Records
) -> None:
    expected = the_session(records)
    for seconds, room in ((10, "r2"), (20, "r3"), (30, "r1")):
        journal.commit(a_batch([], facts.SessionMoved("s1", room, "x"), at=NOW + seconds))
        expected = expected.moving(room, NOW + seconds)
    assert the_session(records) == expected
    assert expected.stays == (
        Stay("r1", NOW),
        Stay("r2", NOW + 10),
        Stay("r3", NOW + 20),
        Stay("r1", NOW + 30),
    )


def test_a_move_of_a_session_never_started_fails_alone(journal: Journal, records: Records) -> None:
    moved = facts.SessionMoved("s77", "r2", "x")
    commit = journal.commit(a_batch([stored(1)], moved))
    assert [row.body for row, _ in commit.poisoned if isinstance(row, facts.Fact)] == [moved]
    assert len(records.readings("s1")) == 1


def test_a_corrected_patient_has_the_session_and_the_numbers_follow(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([], started("s2"), started("s3", patient="P-1")))
    assert the_session(records, "s3").number == 2
    journal.commit(a_batch([], facts.PatientCorrected("s1", "P-2", "two envelopes")))
    numbers = {s.id: (s.patient, s.number) for s in records.sessions()}
    assert numbers == {"s1": ("P-2", 1), "s2": ("P-2", 2), "s3": ("P-1", 1)}
    assert [s.id for s in records.sessions(patient="P-2")] == ["s1", "s2"]


def kept_on_paper(journal: Journal) -> None:
    """A session of the morning, entered at noon, with a reading before it, one in it and one that came late."""
    begun = NOW - 4 * HOUR
    course = [("baseline", 1), ("infusion", 2), ("observation", 3), ("discharged", 4)]
    phases = [facts.PhaseEntered("s2", p, None, begun + h * HOUR // 2) for p, h in course]
    rows = [
        StoredReading("s2", "manual-s2", seq, 0, entered(begun + minutes * 60_000))
        for seq, minutes in enumerate((-10, 30, 300), 1)
    ]
    journal.commit(a_batch(rows, started(paper_from=begun), *phases))


def entered(at: int) -> Reading:
    return a_reading(measured_at=at, at=at, received_at=NOW, source=MANUAL_SOURCE, late=True)


def test_a_session_kept_on_paper_has_its_real_times(journal: Journal, records: Records) -> None:
    kept_on_paper(journal)
    session = the_session(records, "s2")
    assert (session.paper, the_session(records).paper) == (True, False)
    assert (session.started_at, session.ended_at) == (NOW - 4 * HOUR, NOW - 2 * HOUR)
    assert session.phases[1:3] == (
        PhaseEntry(Phase.BASELINE, NOW - 7 * HOUR // 2),
        PhaseEntry(Phase.INFUSION, NOW - 3 * HOUR),
    )
    assert [s.id for s in records.sessions(ended_after=NOW - 2 * HOUR)] == ["s1"]
    assert [s.id for s in records.sessions()] == ["s2", "s1"]


def test_readings_of_a_session_kept_on_paper_have_their_real_times_before_its_start_too(
    journal: Journal, records: Records
) -> None:
    kept_on_paper(journal)
    minutes = [(k.reading.at - NOW) // 60_000 for k in records.readings("s2")]
    assert minutes == [-250, -210, 60]
    assert [(p[2] - NOW) // 60_000 for p in records.trace("s2").points] == minutes


def test_an_assignment_waits_for_its_second_signature(journal: Journal, records: Records) -> None:
    rows = nobodys(10, 20)
    journal.commit(a_batch(rows))
    journal.commit(Batch(NOW, facts=[fact(proposed(), NOW + 5, "kari")]))
    reason = "the session began late"
    waiting = Assignment("x1", "d1", NOW, NOW + 60_000, "s1", "kari", NOW + 5, reason)
    assert records.assignments() == records.assignments(open_only=True) == [waiting]
    assert (drawn(records), records.unassigned()) == ([], rows[::-1])
    journal.commit(Batch(NOW, facts=[fact(confirmed(), NOW + 9, "ola")]))
    assert records.assignments() == [replace(waiting, confirmed_by="ola", confirmed_at=NOW + 9)]
    assert records.assignments(open_only=True) == []


def test_confirmed_readings_are_the_sessions_as_late_ones_and_nobodys_no_longer(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([*nobodys(-1, 0, 15, 60, 61), stored(30), stored(10)], proposed()))
    assert records.unassigned_count() == 5
    journal.commit(a_batch([], confirmed()))
    whole = [(0, True), (10, False), (15, True), (30, False), (60, True)]
    assert drawn(records) == whole
    assert {known.session_id for known in records.readings("s1")} == {"s1"}
    assert [known.seq for known in records.unassigned()] == [61, -1]
    assert (records.unassigned_count(), records.unassigned_count(since=NOW)) == (2, 1)


def test_an_assignment_speaks_of_one_device_in_all_its_queues(
    journal: Journal, records: Records
) -> None:
    other = nobodys(10, source="d2")
    queue = nobodys(20)[0]._replace(stream="another")
    journal.commit(a_batch([*nobodys(30), *other, queue], proposed(), confirmed()))
    assert drawn(records) == [(20, True), (30, True)]
    assert records.unassigned() == other


def test_readings_of_nobody_are_told_by_device_and_by_spans_without_a_pause(
    journal: Journal, records: Records
) -> None:
    rows = [*nobodys(0, 1, 2, 60, 61), *nobodys(1, source="d2"), stored(30)]
    journal.commit(a_batch(rows, proposed(1, 60, 61)))
    spans = records.unassigned_spans(10_000)
    told = [(s.device_id, s.first_at - NOW, s.last_at - NOW, s.readings) for s in spans]
    assert told == [("d1", 60_000, 61_000, 2), ("d1", 0, 2000, 3), ("d2", 1000, 1000, 1)]
    journal.commit(a_batch([], confirmed(1, 60, 61)))
    assert len(records.unassigned_spans(10_000)) == 2
    assert len(records.unassigned_spans(10_000, limit=1)) == 1


def test_a_reading_named_by_two_assignments_is_there_once(
    journal: Journal, records: Records
) -> None:
    both = (proposed(1), confirmed(1), proposed(2, 20, 90), confirmed(2, 20, 90))
    journal.commit(a_batch(nobodys(30, 80), *both))
    assert drawn(records) == [(30, True), (80, True)]


def test_the_readings_of_an_assignment_are_told_as_its_sessions(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([*nobodys(-5, 30, 90), stored(31)], proposed()))
    given = records.assigned_readings("x1")
    assert [(known.seq, known.session_id, known.reading.late) for known in given] == [
        (30, "s1", True)
    ]
    assert records.assigned_readings("x9") == []


def test_a_proposal_that_is_withdrawn_is_gone_and_its_id_is_not_given_again(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch(nobodys(30), proposed(1)))
    journal.commit(a_batch([], facts.AssignmentWithdrawn("x1", "s1", "wrong patient")))
    assert records.assignments() == []
    assert [known.seq for known in records.unassigned()] == [30]
    assert records.counters()["assignment"] == 1


def test_a_reading_between_two_assignments_stays_nobodys(
    journal: Journal, records: Records
) -> None:
    both = (proposed(1, 0, 10), confirmed(1, 0, 10), proposed(2, 50, 60), confirmed(2, 50, 60))
    journal.commit(a_batch(nobodys(5, 30, 55), *both))
    assert drawn(records) == [(5, True), (55, True)]
    assert [known.seq for known in records.unassigned()] == [30]


def test_readings_of_another_session_are_not_given_away(journal: Journal, records: Records) -> None:
    others = stored(30, session_id="s2")
    journal.commit(a_batch([others], session_started("s2", "r2"), proposed(), confirmed()))
    assert (drawn(records), len(records.readings("s2"))) == ([], 1)


def test_what_is_asked_for_after_a_batch_has_what_was_given_to_the_session_since(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([stored(1), *nobodys(10, 20)], proposed()))
    seen = records.trace("s1").batch
    assert drawn(records, seen) == []
    journal.commit(a_batch([stored(2)], confirmed()))
    given = records.trace("s1").batch
    assert drawn(records, seen) == [(2, False), (10, True), (20, True)]
    assert drawn(records, given) == []
    journal.commit(a_batch(nobodys(15)))
    assert drawn(records, given) == [(15, True)]


def test_the_readings_of_a_span_are_counted_while_they_are_nobodys(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([*nobodys(10, 20, 30), *nobodys(25, source="d2"), stored(22)]))
    assert records.unassigned_span("d1", NOW + 10_000, NOW + 20_000) == 2
    assert records.unassigned_span("d1", NOW, NOW + 60_000) == 3
    journal.commit(a_batch([], proposed(1, 0, 20), confirmed(1, 0, 20)))
    assert records.unassigned_span("d1", NOW, NOW + 60_000) == 1


def test_what_was_given_to_a_session_is_not_replayed_to_its_alarms(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch(nobodys(10), proposed(), confirmed()))
    (restored,) = records.restored_sessions()
    assert [event for event in restored.events if isinstance(event, Reading)] == []


@pytest.mark.parametrize("noted", [True, False])
def test_the_readings_of_voided_entries_are_told_by_their_place_in_the_queue(
    journal: Journal, records: Records, noted: bool
) -> None:
    entries = [
        facts.VitalsEntered("s1", f"e{n}", NOW, {"spo2": 97.0}, seq=n if noted else 0)
        for n in (1, 2, 3)
    ]
    voided = [
        facts.EntryVoided("s1", "e2", "another patient", None),
        facts.EntryVoided("s1", "e3", "mistyped", "e4"),
        facts.EntryVoided("s1", "n1", "a note", None),
    ]
    journal.commit(a_batch([], *entries))
    assert records.voided_seqs("s1") == set()
    journal.commit(a_batch([], *voided))
    assert records.voided_seqs("s1") == {2, 3}
    assert records.voided_seqs("s2") == set()


def test_a_voided_entry_is_not_drawn_and_stays_on_record(
    journal: Journal, records: Records
) -> None:
    by_hand = [stored(n, a_reading(n, source=MANUAL_SOURCE)) for n in (1, 2)]
    entries = [facts.VitalsEntered("s1", f"e{n}", NOW, {"spo2": 97.0}, seq=n) for n in (1, 2)]
    journal.commit(
        a_batch([*by_hand, stored(2)], *entries, facts.EntryVoided("s1", "e2", "mistyped", None))
    )
    assert len(records.trace("s1").points) == 2
    assert len(records.readings("s1")) == 3


def test_facts_of_no_session_are_found_too(journal: Journal, records: Records) -> None:
    cancelled = facts.VisitCancelled("v1", "ill")
    journal.commit(a_batch([], planned(), cancelled, an_alarm()))
    assert records.facts(None, ["visit_planned", "visit_cancelled"]) == [
        fact(planned()),
        fact(cancelled),
    ]
