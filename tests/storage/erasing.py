"""A ward of three patients who share batches, devices and rooms; everything of each carries a word of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from monitor.domain import facts
from monitor.domain.facts import Fact, FactBody, PatientErased
from monitor.domain.readings import MANUAL_SOURCE, Metric
from monitor.service.batches import Batch, StoredReading, StreamPosition
from monitor.service.ports import Journal
from monitor.storage import SqliteJournal
from monitor.storage.belongings import belongings_of
from monitor.storage.engine import DATABASE_NAME
from monitor.storage.eraser import ErasureOrder
from tests.storage.builders import NOW, a_reading, an_alarm, rejected

PATIENTS = ("P-4711", "Q-0815", "R-2306")
WORDS = ("wordoffirst", "wordofsecond", "wordofthird")
Step = tuple[str, int]
LATER = NOW + 30 * 24 * 3_600_000


@dataclass
class Ward:
    """Commits batch after batch; what steps add is committed together until the next ``commit``."""

    journal: Journal
    at: int = NOW
    batch: Batch = field(default_factory=lambda: Batch(NOW))
    sessions: list[tuple[str, int, bool]] = field(default_factory=list)
    """Id, whose it is, whether it is open."""
    entries: int = 0
    seqs: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        office: list[FactBody] = [facts.RoomAdded("r1", "1")]
        office += [facts.DeviceAdded(d, d, "r1", True, f"hash-{d}") for d in ("d1", "d2")]
        office += [facts.OperatorAdded(n, "administrator", "hash") for n in ("kari", "ola")]
        for body in office:
            self.say(body)
        self.commit()

    def say(self, body: FactBody, session_id: str | None = None) -> None:
        named = session_id or getattr(body, "session_id", None)
        self.batch.facts.append(Fact(self.at, "kari", named, body))

    def commit(self) -> None:
        self.batch.at = self.at
        assert self.journal.commit(self.batch).poisoned == ()
        self.at += 1000
        self.batch = Batch(self.at)

    def next_entry(self) -> str:
        self.entries += 1
        return f"e{self.entries}"

    def read(self, session_id: str | None, device: str, metric: Metric = Metric.PULSE_RATE) -> None:
        stream = f"manual-{session_id}" if device == MANUAL_SOURCE else f"queue of {device}"
        seq = self.seqs[stream] = self.seqs.get(stream, 0) + 1
        reading = a_reading(0, 80.0 + seq % 9, metric=metric, source=device)
        reading = reading._replace(at=self.at, measured_at=self.at - 9, received_at=self.at + 30)
        status = "motion" if device == "d2" and seq % 3 == 1 else "ok"
        late = seq % 4 == 0
        self.batch.readings.append(
            StoredReading(session_id, stream, seq, 0, reading._replace(status=status, late=late))
        )
        if device != MANUAL_SOURCE:
            position = StreamPosition(device, stream, seq, ((1, 1),) if seq % 5 == 0 else ())
            self.batch.positions[device, stream] = position


def word_of(session_id: str) -> str:
    """In every text of a session."""
    return f"wordofsession{session_id}."


def take(ward: Ward, steps: Sequence[Step]) -> dict[str, int]:
    """Every step that can be taken; all sessions are over in the end. Whose each session is."""
    ward.begin()
    for name, number in steps:
        _STEPS[name](ward, number)
    ward.commit()
    for session_id, _, is_open in ward.sessions:
        if is_open:
            ward.say(facts.PhaseEntered(session_id, "discharged", None))
    ward.commit()
    return {session_id: who for session_id, who, _ in ward.sessions}


def _start(ward: Ward, number: int) -> None:
    session_id = f"s{len(ward.sessions) + 1}"
    who = number % 3
    said = word_of(session_id)
    ward.say(
        facts.SessionStarted(session_id, "r1", PATIENTS[who], 70.5, "ketamine_iv", despite=said)
    )
    ward.sessions.append((session_id, who, True))
    # A session is known by its number before readings of it come.
    ward.commit()


def _of_open(ward: Ward, number: int) -> tuple[int, str, int] | None:
    is_open = [(at, known[0], known[1]) for at, known in enumerate(ward.sessions) if known[2]]
    return is_open[number % len(is_open)] if is_open else None


def _read(ward: Ward, number: int) -> None:
    for shift in range(1 + number % 3):
        if (known := _of_open(ward, number + shift)) is not None:
            metric = Metric.SPO2 if number % 2 else Metric.PULSE_RATE
            ward.read(known[1], f"d{1 + number % 2}", metric)


def _note(ward: Ward, number: int) -> None:
    if (known := _of_open(ward, number)) is None:
        return
    _, session_id, _ = known
    said = word_of(session_id)
    entry = ward.next_entry()
    ward.say(facts.NoteEntered(session_id, entry, f"calm, {said}", ward.at))
    ward.read(session_id, MANUAL_SOURCE)
    seq = ward.seqs[f"manual-{session_id}"]
    ward.say(facts.VitalsEntered(session_id, f"v{entry}", ward.at, {"pulse_rate": 80.0}, seq))
    if number % 2:
        ward.say(facts.EntryVoided(session_id, f"v{entry}", said, None))
    alarm = an_alarm(session_id=session_id, alarm_id=f"{session_id}-a{ward.entries}")
    ward.say(alarm if number % 3 else an_alarm(**{**_fields(alarm), "note": said}))
    ward.batch.rejected.append(
        rejected(900 + ward.entries, session_id, raw=f'{{"said": "{said}"}}', source="d1")
    )


def _fields(body: Any) -> dict[str, Any]:
    return {name: getattr(body, name) for name in body.__dataclass_fields__}


def _nobodys(ward: Ward, number: int) -> None:
    ward.read(None, f"d{1 + number % 2}")
    if (known := _of_open(ward, number)) is None or number % 3 == 0:
        return
    _, session_id, _ = known
    assignment = f"x{ward.next_entry()}"
    span = (f"d{1 + number % 2}", ward.at - 2000 * (number % 2), ward.at, session_id)
    ward.say(facts.AssignmentProposed(assignment, *span, word_of(session_id)))
    if number % 5:
        ward.say(facts.AssignmentConfirmed(assignment, *span))


def _correct(ward: Ward, number: int) -> None:
    """A session that was begun under another's reference, which the reason names too."""
    if (known := _of_open(ward, number)) is None:
        return
    place, session_id, who = known
    other = (who + 1) % 3
    reason = f"not {PATIENTS[who]}, read wrong"
    ward.say(facts.PatientCorrected(session_id, PATIENTS[other], reason))
    ward.sessions[place] = (session_id, other, True)


def _end(ward: Ward, number: int) -> None:
    if (known := _of_open(ward, number)) is not None:
        place, session_id, who = known
        ward.say(facts.PhaseEntered(session_id, "discharged", None))
        ward.sessions[place] = (session_id, who, False)


def _plan(ward: Ward, number: int) -> None:
    who, entry = number % 3, ward.next_entry()
    visit = f"v{ward.entries}"
    ward.say(facts.VisitPlanned(visit, PATIENTS[who], "ketamine_iv", ward.at, "r1", 1, WORDS[who]))
    ward.say(facts.VisitCancelled(visit, WORDS[who]))
    ward.say(facts.OutcomeEntered(entry, PATIENTS[who], "madrs", 30, "2026-09-20", WORDS[who]))
    if number % 2:
        ward.say(facts.OutcomeVoided(entry, f"typed twice, {WORDS[who]}"))
    ward.say(facts.OrderRefused("start_session", "other_patient", f"that is {PATIENTS[who]}'s"))


def _pack(ward: Ward, number: int) -> None:
    ward.commit()
    while number % 2 and ward.journal.compact(LATER):
        pass


_STEPS: dict[str, Callable[[Ward, int], None]] = {
    "start": _start,
    "read": _read,
    "note": _note,
    "nobodys": _nobodys,
    "correct": _correct,
    "end": _end,
    "plan": _plan,
    "pack": _pack,
    "commit": lambda ward, _: ward.commit(),
}
STEP_NAMES = sorted(_STEPS)


def order(reference: str, **changes: Any) -> ErasureOrder:
    find = partial(belongings_of, reference=reference)
    given = {"by": "kari", "second": "ola", "reason": "asked for it", "station": "console:root"}
    return ErasureOrder(**{"find": find, "numbers": {}, **given, **changes})


def erase(journal: SqliteJournal, reference: str) -> PatientErased | None:
    """None where nothing was of that patient."""
    try:
        return journal.erase(order(reference), LATER)
    except LookupError:
        return None


def texts_of(directory: Path) -> bytes:
    """Every byte that lies in the database and its log."""
    files = sorted(directory.glob(f"{DATABASE_NAME}*"))
    return b"".join(path.read_bytes() for path in files)


def left_of(directory: Path, whose: dict[str, int], who: int) -> list[str]:
    """What can still be found of a patient, as bytes."""
    words = [PATIENTS[who], WORDS[who], *(word_of(one) for one in whose if whose[one] == who)]
    everything = texts_of(directory)
    return [word for word in words if word.encode() in everything]


def cells(directory: Path) -> list[tuple[str, str, int]]:
    """Table, column and rowid-like place of every value that says something."""
    found = []
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            if table == "alembic_version":
                continue
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            query = f"SELECT count(*) FROM {table}"  # noqa: S608 - our own tables
            count = database.execute(query).fetchone()[0]
            found += [
                (table, column, place)
                for column in columns
                # The order of events is in the chain; the number itself is the table's.
                if (table, column) not in {("facts", "id"), ("rejected_readings", "id")}
                for place in range(count)
            ]
    return found


def alter(directory: Path, cell: tuple[str, str, int]) -> bool:
    """Change one value a little; False where the database itself refuses it."""
    table, column, place = cell
    with closing(sqlite3.connect(directory / DATABASE_NAME)) as database:
        keys = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[5]]
        query = f'SELECT "{column}", {", ".join(keys)} FROM {table} LIMIT 1 OFFSET {place}'  # noqa: S608
        value, *key = database.execute(query).fetchone()
        this = " AND ".join(f"{name} IS ?" for name in keys)
        change = f'UPDATE {table} SET "{column}" = ? WHERE {this}'  # noqa: S608
        try:
            database.execute(change, (_altered(value), *key))
        except sqlite3.IntegrityError:
            return False
        database.commit()
    return True


def _altered(value: object) -> object:
    match value:
        case None:
            return 1
        case 0 | 1:
            return 1 - int(value)
        case int() | float():
            return value + 1
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case _:
            return f"{str(value)[:-1]}~"
