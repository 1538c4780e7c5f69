"""What all records tell: ``ports.Records``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.domain import facts
from monitor.domain.facts import Fact, FactBody
from monitor.domain.readings import MANUAL_SOURCE, Metric, Reading
from monitor.domain.registry import Binding, Device, Operator, Registry, Room
from monitor.domain.sessions import Phase
from monitor.service.batches import Batch, Checkpoint, StoredReading, StreamPosition
from monitor.service.ports import AlarmFilter, AlarmHistory, Journal, Records
from tests.storage.builders import (
    NOW,
    STREAM,
    a_batch,
    a_reading,
    an_alarm,
    clinic,
    fact,
    position,
    rejected,
    session_started,
    stored,
)

REGISTRY_FACTS: list[FactBody] = [
    facts.RoomAdded("r2", "2"),
    facts.RoomAdded("r10", "spare"),
    facts.RoomRenamed("r2", "two"),
    facts.RoomRetired("r10"),
    facts.DeviceAdded("d2", "Bedside 2", "r2", False, "h2"),
    facts.DeviceMoved("d1", "r2"),
    facts.TokenRotated("d1", "h9"),
    facts.DeviceRevoked("d2"),
    facts.OperatorAdded("kari", "nurse", "$argon2id$1"),
    facts.OperatorAdded("ola", "tester", "$argon2id$2"),
    facts.RoleChanged("kari", "clinician"),
    facts.PasswordChanged("kari", "$argon2id$3"),
    facts.OperatorDisabled("ola"),
    facts.LanguageChosen("kari", "nb"),
]


def test_rooms_devices_bindings_and_operators_are_what_the_registry_makes_of_the_facts(
    journal: Journal, records: Records
) -> None:
    registry = Registry()
    for seconds, body in enumerate(REGISTRY_FACTS, 1):
        journal.commit(a_batch([], body, at=NOW + seconds))
    for known in clinic().facts + [fact(b, NOW + s) for s, b in enumerate(REGISTRY_FACTS, 1)]:
        registry.apply(known)
    assert {r.id: r for r in records.rooms()} == registry.rooms
    assert {d.id: d for d in records.devices()} == registry.devices
    assert {o.name: o for o in records.operators()} == registry.operators
    assert records.bindings() == [
        b for ds in sorted(registry.bindings) for b in registry.bindings[ds]
    ]


def test_the_registry_rows_have_their_own_types(journal: Journal, records: Records) -> None:
    journal.commit(a_batch([], facts.OperatorAdded("kari", "nurse", "h")))
    assert records.rooms() == [Room("r1", "1", retired=False)]
    assert records.devices() == [Device("d1", "Bedside 1", True, "hash")]
    assert records.bindings() == [Binding("d1", "r1", NOW)]
    assert records.operators() == [Operator("kari", "nurse", "h")]


def test_a_session_has_its_phases_with_their_times(journal: Journal, records: Records) -> None:
    journal.commit(a_batch([], facts.PhaseEntered("s1", "baseline", None), at=NOW + 5))
    journal.commit(a_batch([], facts.PhaseEntered("s1", "infusion", "in a hurry"), at=NOW + 9))
    session = records.session("s1")
    assert session is not None
    assert (session.patient, session.weight_kg, session.protocol) == ("P-1", 70.5, "ketamine_iv")
    assert [(p.phase, p.at - NOW) for p in session.phases] == [
        (Phase.PRECHECK, 0),
        (Phase.BASELINE, 5),
        (Phase.INFUSION, 9),
    ]


def test_there_is_no_session_that_was_never_started(journal: Journal, records: Records) -> None:
    assert journal is not None
    assert records.session("s9") is None
    assert records.readings("s9") == []
    assert records.trace("s9").points == []


def test_sessions_are_numbered_per_patient_without_the_cancelled_ones(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([], facts.PhaseEntered("s1", "discharged", "x"), at=NOW + 1))
    journal.commit(a_batch([], session_started("s2"), at=NOW + 2))
    journal.commit(a_batch([], facts.SessionCancelled("s2", "wrong room"), at=NOW + 3))
    journal.commit(
        a_batch([], session_started("s3"), session_started("s4", "r2", "P-2"), at=NOW + 4)
    )
    numbers = {s.id: s.number for s in records.sessions()}
    assert numbers == {"s1": 1, "s2": 2, "s3": 2, "s4": 1}


def test_sessions_are_chosen_by_being_open_by_end_and_by_patient(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([], facts.PhaseEntered("s1", "discharged", None), at=NOW + 10))
    journal.commit(a_batch([], session_started("s2", "r1", "P-2"), at=NOW + 20))
    journal.commit(a_batch([], facts.SessionCancelled("s2", "a mistake"), at=NOW + 30))
    journal.commit(a_batch([], session_started("s3"), at=NOW + 40))
    assert [s.id for s in records.sessions()] == ["s1", "s2", "s3"]
    assert [s.id for s in records.sessions(open_only=True)] == ["s3"]
    assert [s.id for s in records.sessions(ended_after=NOW + 10)] == ["s2", "s3"]
    assert [s.id for s in records.sessions(patient="P-1")] == ["s1", "s3"]


def test_positions_keep_their_holes_and_manual_entries_have_none(
    journal: Journal, records: Records
) -> None:
    manual = StoredReading("s1", "entry", 1, 0, a_reading(source=MANUAL_SOURCE))
    journal.commit(a_batch([stored(1), manual], positions=position(1)))
    journal.commit(a_batch([stored(5)], positions=position(5, (2, 4))))
    assert records.positions() == [StreamPosition("d1", STREAM, 5, ((2, 4),))]
    journal.commit(a_batch([stored(3)], positions=position(5, (2, 2), (4, 4))))
    assert records.positions() == [StreamPosition("d1", STREAM, 5, ((2, 2), (4, 4)))]


def test_a_frame_without_readings_moves_the_position_too(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch(positions=position(7)))
    assert records.positions() == [StreamPosition("d1", STREAM, 7)]


def test_alarms_are_the_newest_state_of_each_occurrence_by_onset(
    journal: Journal, records: Records
) -> None:
    later = an_alarm(alarm_id="a2", onset=NOW + 9, session_id="s1", state="pending")
    journal.commit(a_batch([], later, an_alarm()))
    ended = an_alarm(event="ended", state="ended", ended_at=NOW + 60, note="voided by kari")
    journal.commit(a_batch([], ended))
    assert records.alarms() == [ended, later]
    assert records.alarms("s1", open_only=True) == [later]
    assert records.alarms("s2") == []


def three_raised(journal: Journal) -> list[facts.AlarmChanged]:
    """Two of the patient in room 1 and one of the ward, beside one that was never raised."""
    given = [
        an_alarm(alarm_id="a1", priority="low", acknowledged_at=NOW + 90_000, raised_at=NOW + 1),
        an_alarm(alarm_id="a2", priority="high", type="technical", raised_at=NOW + 2),
        an_alarm(alarm_id="a3", priority="medium", session_id="", raised_at=NOW + 3),
    ]
    journal.commit(a_batch([], *given, an_alarm(alarm_id="a4", raised_at=None, state="pending")))
    return given


def told(history: AlarmHistory) -> list[str]:
    return [past.alarm.alarm_id for past in history.rows]


def test_the_history_has_what_was_raised_with_its_room_and_patient_newest_first(
    journal: Journal, records: Records
) -> None:
    given = three_raised(journal)
    history = records.alarm_history(AlarmFilter())
    assert [past.alarm for past in history.rows] == given[::-1]
    assert [(past.room, past.patient) for past in history.rows] == [("", ""), *[("1", "P-1")] * 2]
    assert history.total == 3


def test_the_history_tells_when_the_first_station_had_an_alarm_on_screen(
    journal: Journal, records: Records
) -> None:
    three_raised(journal)
    shown = [
        facts.AlarmShown("s1", "a2", "one", None, NOW + 7),
        facts.AlarmShown("s1", "a2", "one", NOW + 8, None),
        facts.AlarmShown("s1", "a2", "two", NOW + 9, None),
    ]
    journal.commit(a_batch([], *shown))
    painted = {
        past.alarm.alarm_id: past.painted_at for past in records.alarm_history(AlarmFilter()).rows
    }
    assert painted == {"a1": None, "a2": NOW + 8, "a3": None}


def test_the_history_is_cut_into_pages_that_know_how_many_there_are(
    journal: Journal, records: Records
) -> None:
    three_raised(journal)
    page = records.alarm_history(AlarmFilter(), offset=1, limit=1)
    assert (told(page), page.total) == (["a2"], 3)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AlarmFilter(since=NOW + 2, until=NOW + 3), ["a2"]),
        (AlarmFilter(room_id="r1"), ["a2", "a1"]),
        (AlarmFilter(room_id="r9"), []),
        (AlarmFilter(priority="medium"), ["a3"]),
        (AlarmFilter(type="technical"), ["a2"]),
        (AlarmFilter(state="ended"), []),
    ],
)
def test_the_history_is_narrowed(
    journal: Journal, records: Records, wanted: AlarmFilter, found: list[str]
) -> None:
    three_raised(journal)
    history = records.alarm_history(wanted)
    assert (told(history), history.total) == (found, len(found))


@pytest.mark.parametrize(
    ("order_by", "descending", "first"),
    [
        ("priority", True, ["a2", "a3", "a1"]),
        ("priority", False, ["a1", "a3", "a2"]),
        ("acknowledged_after", True, ["a1", "a3", "a2"]),
        ("room", False, ["a2", "a1", "a3"]),
    ],
)
def test_the_history_is_ordered_and_those_without_a_value_come_last(
    journal: Journal, records: Records, order_by: str, descending: bool, first: list[str]
) -> None:
    three_raised(journal)
    history = records.alarm_history(AlarmFilter(), order_by=order_by, descending=descending)
    assert told(history) == first


def test_the_history_has_the_room_in_which_an_alarm_was_raised_wherever_its_session_is_now(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([], facts.RoomAdded("r2", "2"), an_alarm(raised_at=NOW + 10)))
    journal.commit(a_batch([], facts.SessionMoved("s1", "r2", "quieter"), at=NOW + 20))
    journal.commit(a_batch([], an_alarm(alarm_id="a2", raised_at=NOW + 20)))
    rooms = {past.alarm.alarm_id: past.room for past in records.alarm_history(AlarmFilter()).rows}
    assert rooms == {"a1": "1", "a2": "2"}
    assert told(records.alarm_history(AlarmFilter(room_id="r1"))) == ["a1"]
    assert told(records.alarm_history(AlarmFilter(room_id="r2"))) == ["a2"]


def test_an_order_that_there_is_none_of_is_refused(records: Records, journal: Journal) -> None:
    with pytest.raises(KeyError):
        records.alarm_history(AlarmFilter(), order_by="body")


def test_facts_come_back_as_they_were_given_in_commit_order(
    journal: Journal, records: Records
) -> None:
    entered = facts.VitalsEntered("s1", "e1", NOW, {"spo2": 97.5, "systolic": 120})
    given = [fact(an_alarm()), fact(entered, NOW + 1, by="kari")]
    journal.commit(Batch(NOW, facts=given))
    assert records.facts("s1")[1:] == given
    assert records.facts("s1", ["vitals_entered"]) == given[1:]


def test_the_newest_fact_of_a_kind_is_the_one_committed_last(
    journal: Journal, records: Records
) -> None:
    first, last = fact(facts.AlarmsTested(), NOW + 1, "kari"), fact(facts.AlarmsTested(), NOW + 2)
    assert records.newest_fact("alarms_tested") is None
    journal.commit(Batch(NOW, facts=[first, last, fact(an_alarm())]))
    assert records.newest_fact("alarms_tested") == last


def test_readings_come_by_corrected_time_whatever_the_order_of_arrival(
    journal: Journal, records: Records
) -> None:
    rows = [stored(1, a_reading(30)), stored(2, a_reading(10)), stored(3, a_reading(20))]
    journal.commit(a_batch(rows))
    assert records.readings("s1") == [rows[1], rows[2], rows[0]]


def test_readings_of_one_instant_are_all_kept(journal: Journal, records: Records) -> None:
    rows = [
        stored(1, a_reading(5), index=0),
        stored(1, a_reading(5), index=1),
        stored(2, a_reading(5)),
    ]
    journal.commit(a_batch(rows))
    assert records.readings("s1") == rows


def test_readings_after_a_batch_leave_out_what_it_and_those_before_it_held(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([stored(1)]))
    seen = journal.commit(a_batch([stored(2)])).batch_id
    journal.commit(a_batch([stored(3, a_reading(1.5))]))
    assert [s.seq for s in records.readings("s1", after_batch=seen)] == [3]
    assert [s.seq for s in records.readings("s1")] == [1, 3, 2]


def test_a_trace_has_the_readings_in_the_shape_of_the_screen_feed(
    journal: Journal, records: Records
) -> None:
    cuff = a_reading(2, None, metric=Metric.NIBP, systolic=132.0, diastolic=84.0, mean=100.5)
    off = a_reading(3, None, status="sensor_off", late=True)
    batch = journal.commit(a_batch([stored(1), stored(2, cuff), stored(3, off)])).batch_id
    trace = records.trace("s1")
    assert trace.batch == batch
    assert trace.points == [point(a_reading(1)), point(cuff), point(off)]
    assert records.trace("s1", after_batch=batch).points == []


def point(r: Reading) -> tuple[object, ...]:
    values = (r.value, r.systolic, r.diastolic, r.mean)
    return ("r1", str(r.metric), r.at, r.received_at, *values, r.status, int(r.late), r.source)


def test_readings_of_no_session_are_found_newest_first_and_drawn_on_nobody(
    journal: Journal, records: Records
) -> None:
    rows = [stored(seq, a_reading(seq), session_id=None) for seq in (1, 2, 3)]
    journal.commit(a_batch(rows))
    assert records.unassigned() == rows[::-1]
    assert records.unassigned(since=NOW + 2000, limit=1) == [rows[2]]
    assert (records.unassigned_count(), records.unassigned_count(since=NOW + 2000)) == (3, 2)
    assert records.readings("s1") == []


def test_rejected_readings_are_counted_and_are_no_readings(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch(rejected=[rejected(1), rejected(2), rejected(3, session_id=None)]))
    assert (records.rejected_count(), records.rejected_count("s1")) == (3, 2)
    assert records.readings("s1") == []


def test_a_source_was_last_seen_when_its_newest_reading_arrived(
    journal: Journal, records: Records
) -> None:
    assert records.last_seen() == {}
    journal.commit(a_batch([stored(2), stored(1, a_reading(1))]))
    journal.commit(a_batch([stored(3, a_reading(-60, received_at=NOW))]))
    assert records.last_seen() == {"d1": NOW + 2030}


def test_an_open_session_is_restored_with_what_came_after_its_checkpoint_in_commit_order(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([stored(1)], checkpoints=[Checkpoint("s1", "state")]))
    alarm, acknowledged = an_alarm(), an_alarm(event="acknowledged", state="acknowledged")
    journal.commit(a_batch([stored(9, a_reading(9)), stored(2)], alarm))
    journal.commit(a_batch([], acknowledged))
    journal.commit(a_batch([stored(3)]))
    (restored,) = records.restored_sessions()
    assert (restored.session.id, restored.checkpoint) == ("s1", "state")
    assert [e.body if isinstance(e, Fact) else e for e in restored.events] == [
        a_reading(9),
        a_reading(2),
        alarm,
        acknowledged,
        a_reading(3),
    ]


def test_a_session_without_checkpoint_is_restored_from_its_start_and_a_closed_one_not_at_all(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([stored(1)], session_started("s2", "r2")))
    journal.commit(a_batch([], facts.PhaseEntered("s2", "cancelled", None)))
    (restored,) = records.restored_sessions()
    assert restored.checkpoint is None
    assert [type(e) for e in restored.events] == [Fact, Reading]


def test_counters_are_the_highest_numbers_given(journal: Journal, records: Records) -> None:
    none = {"visit": 0, "assignment": 0}
    assert records.counters() == {"room": 1, "device": 1, "session": 1, **none}
    proposed = facts.AssignmentProposed("x3", "d1", NOW, NOW + 1, "s1", "the room was wrong")
    planned = facts.VisitPlanned("v12", "P-1", "ketamine_iv", NOW, None, 1)
    added = facts.RoomAdded("r10", "x")
    journal.commit(a_batch([], added, session_started("s9"), planned, proposed))
    assert records.counters() == {
        "room": 10,
        "device": 1,
        "session": 9,
        "visit": 12,
        "assignment": 3,
    }


def test_the_chain_head_is_the_newest_batch(journal: Journal, records: Records) -> None:
    before = records.chain_head()
    after = journal.commit(a_batch([stored(1)]))
    assert records.chain_head().batch_id == after.batch_id == before.batch_id + 1
    assert records.chain_head().mac != before.mac


def test_the_newest_instant_is_that_of_the_last_fact_or_arrival(
    journal: Journal, records: Records
) -> None:
    assert records.newest_instant() == NOW
    journal.commit(a_batch([stored(5)]))
    assert records.newest_instant() == NOW + 5030
    journal.commit(a_batch([], facts.RoomAdded("r2", "2"), at=NOW + 9000))
    assert records.newest_instant() == NOW + 9000


def test_records_are_read_from_many_threads_while_the_journal_goes_on(
    journal: Journal, records: Records
) -> None:
    def whole_batches(_: int) -> bool:
        return len(records.readings("s1")) % 10 == 0

    with ThreadPoolExecutor(4) as readers:
        found = readers.map(whole_batches, range(60))
        for batch in range(20):
            journal.commit(a_batch([stored(batch * 10 + n) for n in range(1, 11)]))
        assert all(found)
    assert len(records.readings("s1")) == 200
