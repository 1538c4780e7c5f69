"""A stored session under other limits: which alarms it would have had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.domain.course import Course
from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import HOUR
from monitor.domain.sessions import Phase, Session
from monitor.service.past_sessions import protocol_of
from monitor.service.phrases import N_
from monitor.service.ports import Records
from monitor.service.proof_ports import AlarmInputs
from monitor.service.protocols import Protocol
from monitor.service.rehearsal.comparing import AlarmDifference, Verdict, compared, raised_alarms
from monitor.service.rehearsal.proving import prove_alarms
from monitor.service.rehearsal.replay import AlarmReplay


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``problem`` says why a session could not be rehearsed, or not be trusted; empty where it was."""

    session_id: str
    hours: float
    differences: tuple[AlarmDifference, ...] = ()
    problem: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many alarms of each verdict."""
        found = Counter(known.verdict for known in self.differences)
        return {str(verdict): found[verdict] for verdict in Verdict}


def rehearsable(session: Session, protocol: Protocol) -> bool:
    """Whether a session says anything about a protocol: one that was watched, and run by the protocol of that name."""
    watched = not session.paper and session.phase is not Phase.CANCELLED
    return watched and session.protocol == protocol.name


def why_not(session: Session) -> str:
    """Why a session that is over says nothing about limits, or why it is not over; empty where it can be rehearsed."""
    if session.is_open:
        return N_("it is still open")
    if session.paper:
        return N_("it was kept on paper: nothing was watched")
    return N_("it was cancelled") if session.phase is Phase.CANCELLED else ""


def rehearse(
    inputs: AlarmInputs, recorded: AlarmSettings, course: Course, changed: AlarmSettings
) -> Rehearsal:
    """Replay a session by its own settings, which must give its record, and by the changed ones.

    Everything else stays as it was: what staff did, what was due, own limits of the patient. Acknowledgements go to
    the alarm of the same condition, where there is one; alarms that are new stay unanswered.
    """
    hours = _hours(inputs)
    proof = prove_alarms(inputs, recorded, course)
    if proof.unknown or proof.difference is not None:
        problem = proof.unknown or N_("its own limits do not give the alarms on record")
        return Rehearsal(inputs.session_id, hours, problem=problem)
    keys = {change.occurrence.id: change.occurrence.key for change in proof.changes}
    replay = AlarmReplay(inputs, recorded, course, settings=changed, order=proof.order, keys=keys)
    before, after = raised_alarms(proof.changes), raised_alarms(replay.run())
    return Rehearsal(inputs.session_id, hours, tuple(compared(before, after)))


def rehearse_session(
    records: Records, protocols: Mapping[str, Protocol], session: Session, changed: Protocol
) -> Rehearsal:
    """The same for a session on record; ``protocols`` are those of today, by name."""
    own, inputs = protocol_of(records, protocols, session), records.alarm_inputs(session.id)
    if own is None or own.edition != session.edition:
        problem = N_("the text of its protocol is not on record")
        return Rehearsal(session.id, _hours(inputs), problem=problem)
    return rehearse(inputs, own.alarms, own.course, changed.alarms)


def _hours(inputs: AlarmInputs) -> float:
    times = [known.fact.at for known in inputs.facts]
    times += [frame.at for frame in inputs.frames[-1:]]
    return (max(times) - min(times)) / HOUR if times else 0.0
