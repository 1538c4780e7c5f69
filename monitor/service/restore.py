"""The running system as it was: built from what is durable."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from monitor.domain.alarms import State
from monitor.domain.chart import chart_of
from monitor.domain.ended_sign_ins import EndedSignIns
from monitor.domain.facts import Fact
from monitor.domain.feeds import DEFAULT_INTERVALS, Feed
from monitor.domain.readings import HOUR, MANUAL_SOURCE, Instant, Reading
from monitor.domain.registry import Registry
from monitor.domain.screens import WARD, ScreenWatch
from monitor.domain.session_state import SessionState
from monitor.domain.sessions import Phase, Session
from monitor.domain.visits import Plan
from monitor.locale import load_translations
from monitor.service import charts, checkpoints, intake
from monitor.service.monitor import Monitor
from monitor.service.phrases import Phrases
from monitor.service.ports import Records, RestoredSession, TokenSource
from monitor.service.protocols import Protocol, ProtocolError, read_protocol
from monitor.service.queues import remember_queues
from monitor.service.ward import (
    MEMORY_MS,
    PAPER_MAY_BE_OLD_MS,
    TREND_MS,
    Outbox,
    Ward,
    is_remembered,
)


def restore(
    records: Records,
    protocols: dict[str, Protocol],
    tokens: TokenSource,
    now: Instant,
    *,
    simulated: bool = False,
    clock_speed: float = 1.0,
) -> Monitor:
    """The monitor as of the last commit. What time has brought since comes up with the first ``tick``.

    Raises KeyError for an open session whose protocol is not among ``protocols``.
    """
    ward = Ward(
        protocols=protocols,
        phrases={lang: Phrases(lang, known) for lang, known in load_translations().items()},
        tokens=tokens,
        simulated=simulated,
        clock_speed=clock_speed,
        registry=_registry(records),
        counters=records.counters(),
        screens=ScreenWatch(clock_speed),
    )
    remember_queues(ward, records)
    _remember_sessions(ward, records, now)
    _remember_the_office(ward, records, now)
    for restored in records.restored_sessions():
        _go_on(ward, records, restored, now)
        ward.changed_charts[restored.session.id] = None
    ward.screens.occurrences.numbered = _close_what_was_open(ward, records, WARD, now)
    charts.settle(ward, now)
    ward.outbox = Outbox()
    return Monitor(ward)


def _remember_sessions(ward: Ward, records: Records, now: Instant) -> None:
    """Those that are open, and those to which readings may still come; all others are only counted."""
    for session in records.sessions():
        if session.phase is not Phase.CANCELLED:
            ward.series[session.patient] = ward.series.get(session.patient, 0) + 1
    for session in records.sessions(ended_after=now - MEMORY_MS - PAPER_MAY_BE_OLD_MS):
        if not is_remembered(session, now):
            continue
        ward.remember(session)
        ward.charts[session.id] = chart_of(
            records.facts(session.id), (known.reading for known in records.readings(session.id))
        )
        ward.entries |= set(ward.charts[session.id].entries)


def _remember_the_office(ward: Ward, records: Records, now: Instant) -> None:
    """What is no open session's: protocols, plan, readings of nobody, signatures, outcomes, the alarm test."""
    ward.editions = _editions(records)
    ward.plan = Plan(records.visits())
    ward.assignments = {known.id: known for known in records.assignments()}
    ward.unassigned_by_hour[now // HOUR] = records.unassigned_count(since=now - 24 * HOUR)
    ward.signers = records.signers()
    ward.outcomes = {known.entry: known.counts for known in records.outcomes()}
    tested = records.newest_fact("alarms_tested")
    ward.alarms_tested_at = None if tested is None else tested.at
    ward.restored = records.newest_fact("record_restored")


def _editions(records: Records) -> dict[str, Protocol]:
    """Every text that a session was ever started with, read again.

    One that this version no longer takes is left out; its sessions go on by the newest text and are listed for it.
    """
    found = {}
    for edition, text in records.protocol_texts().items():
        with suppress(ProtocolError):
            found[edition] = read_protocol(text, edition)
    return found


def _registry(records: Records) -> Registry:
    registry = Registry(
        ended=EndedSignIns(records.ended_sign_ins()),
        rooms={room.id: room for room in records.rooms()},
        devices={device.id: device for device in records.devices()},
        operators={operator.name: operator for operator in records.operators()},
    )
    for binding in records.bindings():
        registry.bind(binding)
    return registry


def _go_on(ward: Ward, records: Records, restored: RestoredSession, now: Instant) -> None:
    """Watch a session on from where the journal ends."""
    session = restored.session
    settings = ward.alarm_settings(session)
    kept = None if restored.checkpoint is None else checkpoints.load(restored.checkpoint)
    events = restored.events
    if kept is None:
        kept = SessionState(session.id, session.started_at)
        if restored.checkpoint is not None:
            events = _begin_anew(ward, records, kept, now)
        _watch_devices(ward, session, kept, events, now)
    alarms = ward.alarms.watch(settings, kept)
    checkpoints.replay(alarms, events)
    alarms.resume(now)
    for device in () if session.paper else ward.registry.devices_in(session.room_id, now):
        if device.id not in kept.feeds:
            alarms.expect(device.id, None, now)
    ward.checkpoint_due[session.id] = now
    _show_again(ward, records, session)


def _watch_devices(
    ward: Ward,
    session: Session,
    state: SessionState,
    events: Sequence[Reading | Fact],
    now: Instant,
) -> None:
    """What was watched before is not known: the room's devices are, from the first event on that is taken in again."""
    began_at = next((e.received_at if isinstance(e, Reading) else e.at for e in events), now)
    for device in () if session.paper else ward.registry.devices_in(session.room_id, now):
        feed = state.feeds[device.id] = Feed(device.id)
        feed.expect(DEFAULT_INTERVALS, began_at)


def _begin_anew(ward: Ward, records: Records, state: SessionState, now: Instant) -> list[Reading]:
    """This version cannot read the checkpoint: what still holds is raised again, and what was open is closed."""
    state.occurrences.numbered = _close_what_was_open(ward, records, state.session_id, now)
    stored = records.readings(state.session_id)
    recent = [known.reading for known in stored if known.reading.received_at >= now - TREND_MS]
    return sorted(recent, key=lambda reading: reading.received_at)


def _close_what_was_open(ward: Ward, records: Records, session_id: str, now: Instant) -> int:
    """End what is open on record as superseded; the highest number given so far."""
    highest = 0
    for known in records.alarms(session_id):
        highest = max(highest, int(known.alarm_id.rpartition("-a")[2]))
        if known.state != State.ENDED:
            ended = replace(known, event="superseded", state=str(State.ENDED), ended_at=now)
            ward.note(ended, at=now, by=Fact.SYSTEM, session_id=session_id)
    return highest


def _show_again(ward: Ward, records: Records, session: Session) -> None:
    """Put the newest values and the trend of a session back where screens find them."""
    voided = records.voided_seqs(session.id)
    stored = [
        known.reading
        for known in records.readings(session.id)
        if not (known.reading.source == MANUAL_SOURCE and known.seq in voided)
    ]
    newest = max((reading.at for reading in stored), default=0)
    recent = [r for r in stored if r.at >= newest - TREND_MS or r.source == MANUAL_SOURCE]
    cuffs = [r for r in stored if r.metric == "nibp" and r.has_value][-1:]
    intake.show(ward, session, sorted({*cuffs, *recent}, key=lambda reading: reading.at))
