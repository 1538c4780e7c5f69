"""Whether the alarms on record are those that the session's readings and facts give."""

from __future__ import annotations

from itertools import zip_longest
from typing import NamedTuple

from monitor.domain import facts
from monitor.domain.alarm_system import SessionChange
from monitor.domain.course import Course
from monitor.domain.facts import Fact
from monitor.domain.feed_watch import ENGINE
from monitor.domain.limits import AlarmSettings
from monitor.domain.occurrence_book import Change
from monitor.domain.sessions import Session
from monitor.service.checkpoints import fact_of
from monitor.service.phrases import N_
from monitor.service.ports import Records
from monitor.service.proof_ports import AlarmInputs, RecordedFact
from monitor.service.protocols import Protocol
from monitor.service.rehearsal.replay import ORDERS, USUAL, AlarmReplay, Order


class Difference(NamedTuple):
    """The first thing that is on record otherwise than derived; ``batch`` is where it is or should be."""

    batch: int
    message: str


class AlarmProof(NamedTuple):
    """What a session's alarms are by its own settings, and how that compares with the record.

    ``unknown`` says why they cannot be derived; then nothing else is said.
    """

    changes: list[Change]
    order: Order
    difference: Difference | None = None
    unknown: str = ""


def prove_alarms(inputs: AlarmInputs, settings: AlarmSettings, course: Course) -> AlarmProof:
    """Derive the alarms anew and compare every transition with the record.

    Inputs of one millisecond may have come in either order: any order that gives the record proves it.
    """
    unknown = why_unknown(inputs)
    if unknown:
        return AlarmProof([], USUAL, unknown=unknown)
    first: AlarmProof | None = None
    for order in ORDERS:
        changes = AlarmReplay(inputs, settings, course, order=order).run()
        proof = AlarmProof(changes, order, _difference(inputs, changes))
        if proof.difference is None:
            return proof
        first = first or proof
    return first or AlarmProof([], USUAL)


def prove_session(records: Records, protocol: Protocol | None, session: Session) -> AlarmProof:
    """The same for a session on record; ``protocol`` is the text that it was started with, where that is known."""
    if protocol is None or protocol.edition != session.edition:
        return AlarmProof([], USUAL, unknown=N_("the text of its protocol is not on record"))
    return prove_alarms(records.alarm_inputs(session.id), protocol.alarms, protocol.course)


def why_unknown(inputs: AlarmInputs) -> str:
    """Why a session's alarms cannot be derived by this version; empty where they can."""
    engines = set()
    for _, fact in inputs.facts:
        match fact.body:
            case facts.WatchBegun(_, engine) | facts.WatchResumed(_, engine):
                engines.add(engine)
            case facts.AlarmChanged(event="superseded"):
                return N_("an update closed its open alarms")
    if not any(isinstance(known.fact.body, facts.WatchBegun) for known in inputs.facts):
        return N_(
            "it was recorded by a version that did not keep all that its alarms were made from"
        )
    if engines != {ENGINE}:
        return N_("its alarms were made by another version of the alarm system")
    return ""


def _difference(inputs: AlarmInputs, changes: list[Change]) -> Difference | None:
    recorded = [known for known in inputs.facts if isinstance(known.fact.body, facts.AlarmChanged)]
    derived = [fact_of(SessionChange(inputs.session_id, change)) for change in changes]
    for known, fact in zip_longest(recorded, derived):
        if known is None or fact is None or known.fact != fact:
            return _told(known, fact, inputs)
    return None


def _told(known: RecordedFact | None, fact: Fact | None, inputs: AlarmInputs) -> Difference:
    if known is None:
        after = [record.batch for record in inputs.facts if fact and record.fact.at >= fact.at]
        last = max((record.batch for record in inputs.facts), default=0)
        return Difference(min(after, default=last), f"{_words(fact)} is not on record")
    if fact is None:
        return Difference(known.batch, f"{_words(known.fact)} is on record, but nothing gives it")
    return Difference(
        known.batch, f"{_words(known.fact)} is on record where {_words(fact)} is derived"
    )


def _words(fact: Fact | None) -> str:
    body = None if fact is None else fact.body
    if not isinstance(body, facts.AlarmChanged):
        return "nothing"
    return f"{body.event} of alarm {body.alarm_id} ({body.alarm_kind} {body.metric or body.source})"
