"""A session as research may have it: no reference, no date, no name, no free text; every interval kept. Pure.

What is not known to be safe is left out: a fact of a class, or a value of an alarm, that is not listed here does not
leave. Dates are shifted by whole days, the same for all sessions of a patient, so that the days between them stay.
The shift and the references follow from the clinic's secret: who has it finds the session again, nobody else does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.domain.outcomes import Outcome
from monitor.domain.readings import HOUR, MANUAL_SOURCE, Instant
from monitor.domain.registry import Device
from monitor.domain.sessions import PhaseEntry, Session
from monitor.export.extract import ExportRefusedError, Extract, RecordProof
from monitor.service.batches import ChainHead, StoredReading

DAY_MS = 24 * HOUR
_LEAST_DAYS, _DAYS = 366, 3652
"""Between one year and eleven years earlier."""
WORD = "deidentified"
_ALTERED = "the record was altered"
OTHER = "other"

KEPT_FACTS = (
    facts.SessionStarted,
    facts.PhaseEntered,
    facts.SessionCancelled,
    facts.BaselineConfirmed,
    facts.InfusionPlanned,
    facts.DoseChecked,
    facts.CheckAnswered,
    facts.InfusionPaused,
    facts.InfusionResumed,
    facts.InfusionStopped,
    facts.VitalsEntered,
    facts.ScoreEntered,
    facts.EventEntered,
    facts.MedicationEntered,
    facts.InterventionEntered,
    facts.EntryVoided,
    facts.DischargeSigned,
    facts.AlarmChanged,
    facts.AlarmShown,
    facts.LimitChanged,
    facts.AlarmsSwitched,
    facts.AlarmsPaused,
    facts.AudioPaused,
    facts.PauseEnded,
)
MOMENTS = frozenset(
    {
        "measured_at",
        "entered_at",
        "paper_from",
        "until",
        "onset",
        "raised_at",
        "acknowledged_at",
        "ended_at",
        "painted_at",
        "sounded_at",
    }
)
EMPTIED: dict[str, str | None] = {
    "room_id": "",
    "visit": None,
    "despite": None,
    "override": None,
    "reason": "",
    "note": None,
    "screen": "",
    "acknowledged_by": None,
}
KEPT_FIELDS = frozenset(
    {
        # Of the course.
        *(
            "weight_kg",
            "protocol",
            "edition",
            "phase",
            "values",
            "item",
            "answer",
            "met",
            "not_met",
        ),
        *("dose_mg_per_kg", "dose_mg", "minutes", "concentration_mg_per_ml", "volume_ml"),
        *("rate_ml_per_h", "needs_check"),
        # Of entries.
        *("seq", "score", "value", "severity", "dose", "unit"),
        # Of alarms and their controls.
        *("state", "alarm_kind", "metric", "type", "priority", "reason_code", "limit", "on"),
        *("pause", "why"),
    }
)
REPLACED = frozenset(
    {
        *("session_id", "patient", "alarm_id", "entry", "replaced_by", "source"),
        *("drug", "event", "intervention", "route", "reason_values"),
    }
)
_WORDS_OF_REASONS = frozenset({"metric", "component", "status", "metrics", "score", "pressure"})
_TIMES_OF_REASONS = frozenset({"since", "at", "until"})


def deidentify(extract: Extract, secret: bytes) -> Extract:
    """The session without what tells whose it is; ``secret`` is the data directory's.

    Raises ExportRefusedError without a secret: anybody could work the references out again.
    """
    if not secret:
        raise ExportRefusedError("without the clinic's secret nothing can be de-identified")
    return _Mask(extract, secret).extract()


@dataclass(slots=True)
class _Mask:
    """Replaces and shifts, the same thing always in the same way."""

    known: Extract
    secret: bytes
    numbers: dict[str, dict[str, str]] = field(default_factory=dict)
    shift_ms: int = field(init=False)

    def __post_init__(self) -> None:
        drawn = int.from_bytes(self._drawn("days", self.known.session.patient)[:8], "big")
        self.shift_ms = (_LEAST_DAYS + drawn % _DAYS) * DAY_MS

    def extract(self) -> Extract:
        known = self.known
        readings = [self._reading(stored) for stored in known.readings]
        return replace(
            known,
            session=self._session(known.session),
            room="",
            readings=readings,
            facts=[self._fact(fact) for fact in known.facts if isinstance(fact.body, KEPT_FACTS)],
            alarms=[self._body(alarm) for alarm in known.alarms],
            devices=self._devices(known.devices.values()),
            head=self._head(),
            now=self._at(known.now),
            outcomes=[self._outcome(outcome) for outcome in known.outcomes],
            deidentified=True,
            # What was found names batches, which tell when the session was.
            proof=RecordProof(self.known.proof.proven, _ALTERED if self.known.proof.fault else ""),
        )

    def _head(self) -> ChainHead:
        """The seal itself would lead to every other export of the session, its number to the time that it was made."""
        return ChainHead(0, self._drawn("seal", self.known.head.mac).hex())

    def _session(self, session: Session) -> Session:
        return replace(
            session,
            id=self._session_id(),
            room_id="",
            patient=self._patient(),
            phases=tuple(PhaseEntry(entry.phase, self._at(entry.at)) for entry in session.phases),
            stays=(),
            visit=None,
        )

    def _outcome(self, outcome: Outcome) -> Outcome:
        day = date.fromisoformat(outcome.on) - timedelta(days=self.shift_ms // DAY_MS)
        voided_at = None if outcome.voided_at is None else self._at(outcome.voided_at)
        return Outcome(
            self._number("entry", outcome.entry),
            self._patient(),
            outcome.scale,
            outcome.value,
            day.isoformat(),
            note=None,
            entered_by="",
            entered_at=self._at(outcome.entered_at),
            voided_at=voided_at,
        )

    def _reading(self, stored: StoredReading) -> StoredReading:
        reading = stored.reading
        shifted = reading._replace(
            measured_at=self._at(reading.measured_at),
            at=self._at(reading.at),
            received_at=self._at(reading.received_at),
            source=self._source(reading.source),
        )
        # The columns of the CSV are a contract: this is where each of its rows says what it is.
        stream = self._number(WORD, stored.stream)
        return stored._replace(session_id=self._session_id(), stream=stream, reading=shifted)

    def _devices(self, devices: Iterable[Device]) -> dict[str, Device]:
        """Those whose readings are here, under the names that these have."""
        given = self.numbers.get("device", {})
        return {
            given[device.id]: replace(
                device, id=given[device.id], name=given[device.id], token_hash=""
            )
            for device in devices
            if device.id in given
        }

    def _fact(self, fact: Fact) -> Fact:
        return Fact(self._at(fact.at), "", self._session_id(), self._body(fact.body))

    def _body(self, body: Any) -> Any:
        return replace(
            body, **{known.name: self._field(known.name, body) for known in fields(body)}
        )

    def _field(self, name: str, body: Any) -> object:
        value = getattr(body, name)
        if name in MOMENTS:
            return None if value is None else self._at(value)
        if name in EMPTIED:
            return EMPTIED[name]
        if name in KEPT_FIELDS or (name == "event" and isinstance(body, facts.AlarmChanged)):
            return value
        return self._replaced(name, value)

    def _replaced(self, name: str, value: Any) -> object:
        match name:
            case "session_id":
                return self._session_id()
            case "patient":
                return self._patient()
            case "alarm_id":
                return self._number("alarm", value)
            case "entry" | "replaced_by":
                return value and self._number("entry", value)
            case "source":
                return self._source(value)
            case "drug" | "event" | "intervention" | "route":
                return self._chosen(name, value)
            case "reason_values":
                return {key: told for key, told in value.items() if _may_leave(key, told)}
        raise KeyError(f"nobody has said whether {name} may leave")

    def _chosen(self, name: str, value: str) -> str:
        """A choice of the protocol; anything else was typed."""
        course = self.known.course
        choices = {
            "drug": course.drugs,
            "event": course.events,
            "intervention": course.interventions,
            "route": course.routes,
        }[name]
        return value if value in {choice.id for choice in choices} else OTHER

    def _at(self, at: Instant) -> Instant:
        return at - self.shift_ms

    def _patient(self) -> str:
        return f"R-{self._drawn('patient', self.known.session.patient).hex()[:12]}"

    def _session_id(self) -> str:
        return f"S-{self._drawn('session', self.known.session.id).hex()[:12]}"

    def _source(self, source: str) -> str:
        if source in (MANUAL_SOURCE, ""):
            return source
        return self._number("device", source)

    def _number(self, word: str, name: str) -> str:
        """A name as a number, by the order in which they come."""
        given = self.numbers.setdefault(word, {})
        return given.setdefault(name, f"{word}-{len(given) + 1}")

    def _drawn(self, purpose: str, name: str) -> bytes:
        return blake2b(
            name.encode(), key=self.secret, digest_size=16, person=f"export.{purpose}".encode()
        ).digest()


def _may_leave(key: str, value: object) -> bool:
    if key in _TIMES_OF_REASONS:
        return False
    return key in _WORDS_OF_REASONS or not isinstance(value, str)
