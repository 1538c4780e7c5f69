"""One stored session played again to the alarm system, input by input, at the times at which they came.

Pure: no clock; delays end by the recorded times. What staff did is done again; an acknowledgement goes to the alarm
of the same condition, whatever its number is now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from monitor.domain import facts, schedule
from monitor.domain.chart import Chart, has_pressure
from monitor.domain.course import Course
from monitor.domain.facts import Fact
from monitor.domain.limits import AlarmSettings
from monitor.domain.occurrence_book import Change, EndedAlarmError, UnknownAlarmError
from monitor.domain.readings import Instant, Metric, Rejection
from monitor.domain.session_alarms import SessionAlarms
from monitor.domain.session_state import Score, SessionState
from monitor.domain.sessions import CLOSED_PHASES, Phase, PhaseEntry, Session
from monitor.service.charts import agenda_of
from monitor.service.checkpoints import take_in_again
from monitor.service.entry_bodies import manual_readings
from monitor.service.proof_ports import AlarmInputs, RecordedFact, RecordedFrame
from monitor.service.rehearsal.setting import setting_of

_METRICS = {str(metric): metric for metric in Metric}
_NOT_OF_THE_COURSE = (
    facts.AlarmChanged,
    facts.AlarmShown,
    facts.PauseEnded,
    facts.DeviceConnected,
    facts.DeviceDisconnected,
    facts.SequenceGap,
    facts.FrameRefused,
    facts.OrderRefused,
)
"""Facts after which nothing new is due."""


class Order(NamedTuple):
    """What came first of inputs that share a millisecond of one batch: the record does not say.

    A lower number is earlier. What is told of a device's clock always comes before its frame.
    """

    frame: int
    fact: int
    acknowledgement: int


USUAL = Order(1, 2, 3)
ORDERS = (USUAL, Order(3, 1, 2), Order(2, 3, 1), Order(3, 2, 1))


class AlarmReplay:
    """See the module. ``settings`` may be others than ``recorded``, which the session was run by.

    ``keys`` maps the ids of recorded alarms to the keys of their conditions; without it the ids are taken as they are.
    """

    def __init__(
        self,
        inputs: AlarmInputs,
        recorded: AlarmSettings,
        course: Course,
        *,
        settings: AlarmSettings | None = None,
        order: Order = USUAL,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self._inputs = inputs
        self._course = course
        self._order = order
        self._keys = keys
        self._chart = Chart()
        self._own = {limit.id: limit.limit for limit in recorded.limits}
        self._session, self._alarms = _begun(inputs, settings or recorded)
        self._told_up_to: Instant = self._session.started_at
        self._reached: Instant = self._session.started_at

    def run(self) -> list[Change]:
        """Every transition, in order; up to the last moment of which the record knows."""
        for event in self._events():
            if isinstance(event, RecordedFrame):
                self._observe(event)
            else:
                self._take_in(event.fact)
            if not self._session.is_open:
                break
        else:
            self._alarms.tick(max(self._reached, self._told_up_to))
        return self._alarms.take_changes()

    def _events(self) -> Iterator[RecordedFrame | RecordedFact]:
        order, keyed = self._order, []
        for place, frame in enumerate(self._inputs.frames):
            keyed.append(((frame.batch, frame.at, order.frame, place), frame))
        for place, known in enumerate(self._inputs.facts):
            key = (known.batch, known.fact.at, self._rank(known.fact), place)
            keyed.append((key, known))  # type: ignore[arg-type]
        keyed.sort(key=lambda pair: pair[0])
        return (event for _, event in keyed)

    def _rank(self, fact: Fact) -> int:
        match fact.body:
            case facts.ClockCompared():
                return 0
            case facts.AlarmChanged():
                return self._order.acknowledgement
            case _:
                return self._order.fact

    def _observe(self, frame: RecordedFrame) -> None:
        self._reached = frame.at
        for known in frame.rejected:
            metric = _METRICS.get(json.loads(known.raw).get("metric", ""))
            if metric is not None:
                why = Rejection(known.code, known.message)  # type: ignore[arg-type]
                self._alarms.reject(known.source, metric, why, known.received_at)
        if not frame.readings:
            return
        for reading in frame.readings:
            if reading.metric is Metric.NIBP:
                self._chart.observe(reading)
        self._alarms.observe_again(frame.readings, frame.at)

    def _take_in(self, fact: Fact) -> None:
        body, alarms = fact.body, self._alarms
        if isinstance(body, facts.AlarmChanged):
            self._told_up_to = max(self._told_up_to, fact.at)
            if body.event == "acknowledged":
                self._acknowledge(body, fact)
            return
        self._chart.apply(fact)
        if isinstance(body, facts.WatchResumed):
            # What was on record by then happened before the system stopped.
            alarms.tick(self._told_up_to)
            alarms.resume(fact.at)
        elif isinstance(body, facts.FeedExpected | facts.FeedForgotten | facts.ClockCompared):
            self._reached = fact.at
            take_in_again(alarms, fact)
        elif (change := setting_of(fact, self._own)) is not None:
            self._reached = fact.at
            alarms.set_controls(change, fact.at)
        else:
            self._course_goes_on(body, fact)
        if self._session.is_open and not isinstance(body, _NOT_OF_THE_COURSE):
            self._settle(body, fact.at)

    def _course_goes_on(self, body: facts.FactBody, fact: Fact) -> None:
        alarms = self._alarms
        match body:
            case facts.PhaseEntered(_, phase, _, entered_at):
                self._enter(Phase(phase), fact.at if entered_at is None else entered_at, fact.at)
            case facts.SessionCancelled():
                self._enter(Phase.CANCELLED, fact.at, fact.at)
            case facts.SessionMoved(_, room_id, _):
                self._session = self._session.moving(room_id, fact.at)
            case facts.VitalsEntered():
                alarms.observe(manual_readings(body, fact.at), fact.at)
            case facts.ScoreEntered(_, _, score, value, measured_at):
                alarms.score(score, value, measured_at, fact.at)
            case facts.HelpCalled():
                alarms.call_help(fact.at)
            case facts.EntryVoided():
                self._withdraw(body, fact)
            case _:
                return
        self._reached = fact.at

    def _enter(self, phase: Phase, began_at: Instant, now: Instant) -> None:
        self._session = self._session.entering(phase, began_at)
        if phase in CLOSED_PHASES:
            self._alarms.end_session(now)
        else:
            self._alarms.enter_phase(phase, began_at)

    def _withdraw(self, voided: facts.EntryVoided, fact: Fact) -> None:
        entry = self._chart.entries[voided.entry]
        if isinstance(entry.body, facts.VitalsEntered):
            times = [cuff.at for cuff in self._chart.watched_cuffs()]
            replacement = self._entered_as(voided.replaced_by)
            if replacement is not None and has_pressure(replacement):
                times.append(replacement.measured_at)
            readings = manual_readings(entry.body, entry.at)
            self._alarms.withdraw(readings, max(times, default=None), fact.by, fact.at)
        elif isinstance(entry.body, facts.ScoreEntered):
            left = self._chart.scores(entry.body.score)
            newest = Score(*left[-1]) if left else None
            self._alarms.withdraw_score(entry.body.score, newest, fact.by, fact.at)

    def _entered_as(self, entry: str | None) -> facts.VitalsEntered | None:
        """The vital signs with this id, which may be entered with the next fact only."""
        bodies = (known.fact.body for known in self._inputs.facts)
        entered = (body for body in bodies if isinstance(body, facts.VitalsEntered))
        return next((body for body in entered if body.entry == entry), None)

    def _acknowledge(self, body: facts.AlarmChanged, fact: Fact) -> None:
        alarm_id: str | None = body.alarm_id
        if self._keys is not None:
            key = self._keys.get(body.alarm_id)
            waiting = [k for k in self._alarms.signals() if k.key == key and not k.acknowledged_at]
            alarm_id = waiting[0].id if waiting else None
        if alarm_id is None:
            return
        try:
            self._alarms.acknowledge(alarm_id, fact.by, body.note, fact.at)
        except (UnknownAlarmError, EndedAlarmError):
            # Then the alarms are others than those on record, and whoever compares them says so.
            return
        self._reached = fact.at

    def _settle(self, body: facts.FactBody, now: Instant) -> None:
        """What is due follows from each order, and an order may have made two facts."""
        match body:
            case facts.InfusionStopped() | facts.DischargeSigned():
                return
            case facts.EntryVoided(replaced_by=str()):
                return
        due = schedule.tasks(self._session, self._chart, self._course)
        self._alarms.set_agenda(agenda_of(self._session, self._course, due), now)


def _begun(inputs: AlarmInputs, settings: AlarmSettings) -> tuple[Session, SessionAlarms]:
    """The session as it was at its first fact. Raises ValueError where the record does not begin with its start."""
    first = inputs.facts[0].fact if inputs.facts else None
    if first is None or not isinstance(first.body, facts.SessionStarted):
        raise ValueError(f"the record of session {inputs.session_id} does not begin with its start")
    body = first.body
    session = Session(
        id=body.session_id,
        room_id=body.room_id,
        patient=body.patient,
        weight_kg=body.weight_kg,
        protocol=body.protocol,
        number=0,
        phases=(PhaseEntry(Phase.PRECHECK, body.paper_from or first.at),),
        edition=body.edition,
        paper=body.paper_from is not None,
    )
    state = SessionState(session.id, session.started_at)
    return session, SessionAlarms(AlarmSettings() if session.paper else settings, state)
