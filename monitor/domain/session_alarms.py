"""The alarms of one session: readings and time in, alarm transitions out.

Deterministic: what happens, and in which order, depends only on what is observed and on the ``now`` it is observed at,
never on how often ``tick`` is called: before anything is taken in, time is let pass up to ``now``. The caller must call
``tick`` at least each quarter of a second, and ``take_changes`` after every call, and make the changes durable with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.domain.alarms import Occurrence
from monitor.domain.breaches import NEVER
from monitor.domain.conditions import help_call, late, overdue, score
from monitor.domain.conditions.overdue import Agendum, next_cuff_at
from monitor.domain.controls import Controls, Ending
from monitor.domain.feed_watch import FeedWatch, Told
from monitor.domain.limits import AlarmSettings, Limit
from monitor.domain.occurrence_book import Change, OccurrenceBook
from monitor.domain.readings import Instant, Metric, Reading, Rejection
from monitor.domain.session_state import Score, SessionState
from monitor.domain.value_watch import ValueWatch

_UNTIL_SEEN = (late.KIND, help_call.KIND)  # they hold until somebody has seen them


class SessionAlarms:
    """The alarm system of one session."""

    def __init__(self, settings: AlarmSettings, state: SessionState) -> None:
        self._settings = settings
        self._book = OccurrenceBook(state.session_id, state.occurrences)
        self._values = ValueWatch(settings, state, self._book)
        self._feeds = FeedWatch(settings, state, self._book)
        self._book.deferring = state.controls.alarm_pause is not None
        self._begun = 0
        self._endings: list[Ending] = []
        self.state = state

    @property
    def next_due(self) -> Instant:
        """When time alone may change something; ``tick`` need not be called before."""
        return self.state.next_due

    def expect(self, source: str, intervals: dict[str, float] | None, now: Instant) -> None:
        """Watch a device: for the metrics it names, or for pulse and SpO2 while it has not said."""
        self.tick(now)
        self._feeds.expect(source, intervals, now)
        self._judge_all(now)

    def forget(self, source: str, now: Instant) -> None:
        """Stop watching a device that left the room; its technical conditions end, its breaches stay."""
        self.tick(now)
        self._feeds.forget(source, now)
        self._judge_all(now)

    def resume(self, now: Instant) -> None:
        """The system runs again: silence is only spoken of when devices have had time to come back."""
        self._feeds.resume(now)

    def observe_offset(self, source: str, offset_ms: int, now: Instant) -> None:
        """The clock offset of a device's connection, in ms, as of the frame whose readings are observed next."""
        self.tick(now)
        self._feeds.observe_offset(source, offset_ms, now)

    def observe_status(self, source: str, offset_ms: int, now: Instant) -> None:
        """The same, of a frame without readings."""
        self.tick(now)
        self._feeds.observe_status(source, offset_ms, now)

    def compare_clock(self, source: str, offset_ms: int | None, now: Instant) -> None:
        """Go by what was told of a device's clock when its alarms were recorded (``ClockCompared``)."""
        self.tick(now)
        self._feeds.compare_clock(source, offset_ms, now)

    def observe_again(self, readings: Sequence[Reading], now: Instant) -> None:
        """Take a recorded frame of a device in; the clock offset follows from it, or is the one that was told."""
        self.tick(now)
        self._feeds.observe_offset_of(readings[0], now)
        self.observe(readings, now)

    def observe(self, readings: Sequence[Reading], now: Instant) -> bool:
        """Take the readings of one frame (all from one source) or of one entry in; whether anything is to be taken."""
        self.tick(now)
        feed = self.state.feeds.get(readings[0].source) if readings else None
        if feed is not None:
            self._feeds.tell_offset_unlike(feed, readings[0], now)
        changed = False
        for reading in readings:
            self._values.observe(reading, now)
            if reading.metric is Metric.NIBP and reading.has_value:
                changed |= self._cuff_came(reading)
            if feed is not None:
                changed |= self._feeds.arrived(feed, reading, now)
        self._values.tell_late(now)
        if changed or self._book.begun != self._begun:
            self._judge_all(now)
        elif self._values.is_busy():
            # A delay may have begun. Arrivals by themselves only put silence off: what is planned is not too late.
            self.state.next_due = min(self.state.next_due, self._values.next_due())
        return bool(self._book.has_changes or self._endings or self._feeds.has_told)

    def reject(self, source: str, metric: Metric, rejection: Rejection, now: Instant) -> None:
        """A reading that cannot be true is no value: a technical condition until a true one comes."""
        self.tick(now)
        if self._feeds.reject(source, metric, rejection, now):
            self._judge_all(now)

    def enter_phase(self, phase: str, now: Instant) -> None:
        """The session has moved on: limits and cadence of the new phase hold at once."""
        self.tick(now)
        self.state.phase, self.state.phase_at = phase, now
        self._values.relimit(now)
        self._judge_all(now)

    def set_controls(self, change: Callable[[Controls], Ending | None], now: Instant) -> None:
        """Change what staff have set; what is there is judged by it at once. ``change`` may end a pause."""
        self.tick(now)
        ending = change(self.state.controls)
        if ending is not None:
            self._endings.append(ending)
        self._book.deferring = self.state.controls.alarm_pause is not None
        self._values.relimit(now)
        self._values.judge_all(now)
        self._judge_all(now)

    def take_endings(self) -> list[Ending]:
        """Pauses that are over since the last call."""
        endings, self._endings = self._endings, []
        return endings

    def take_told(self) -> list[tuple[Instant, Told]]:
        """What has gone in since the last call and stands in no other fact; it makes the alarms derivable."""
        return self._feeds.take_told()

    def call_help(self, now: Instant) -> None:
        """A person wants somebody there at once; held until it is acknowledged."""
        self.tick(now)
        self._book.reconcile(help_call.KEY, help_call.condition(now), now)
        self._judge_all(now)

    def shown(self, alarm_id: str, *, painted: bool, sounded: bool, now: Instant) -> bool:
        """A station has an alarm on screen, or has sounded it; True when it is the first to."""
        return self._book.shown(alarm_id, painted=painted, sounded=sounded, now=now)

    def score(self, name: str, value: int, at: Instant, now: Instant) -> None:
        """A score was taken at ``at``; an older one than the newest changes nothing."""
        self.tick(now)
        known = self.state.scores.get(name)
        if known is None or at >= known.at:
            newest = self.state.scores[name] = Score(at, value)
            self._judge_score(name, newest, now)
            self._judge_all(now)

    def set_agenda(self, agenda: list[Agendum], now: Instant) -> None:
        """What is due besides the cuff; what is on it no longer is no longer overdue."""
        if agenda == self.state.agenda:
            return
        self.tick(now)
        self.state.agenda = agenda
        self._judge_all(now)

    def withdraw(
        self, readings: Sequence[Reading], cuff_at: Instant | None, by: str, now: Instant
    ) -> None:
        """Staff have voided what they entered: it no longer holds any condition up.

        ``cuff_at``: the newest cuff that still counts.
        """
        self.tick(now)
        with self._book.withdrawing(by):
            for reading in readings:
                self._values.withdraw(reading, now)
        self.state.last_cuff_at = cuff_at
        self._judge_all(now)

    def withdraw_score(self, name: str, newest: Score | None, by: str, now: Instant) -> None:
        """Staff have voided a score; ``newest`` is the one that counts now."""
        self.tick(now)
        self.state.scores.pop(name, None)
        if newest is not None:
            self.state.scores[name] = newest
        with self._book.withdrawing(by):
            self._judge_score(name, newest, now)
        self._judge_all(now)

    def tick(self, now: Instant) -> None:
        """Let time pass up to ``now``. Call at least every 250 ms, whether anything arrives or not.

        What is due happens at the instant it is due, one after the other, however late this is called.
        """
        state = self.state
        while state.next_due <= now:
            at = now if state.next_due == -NEVER else state.next_due
            self._let_time_pass(at)
            if state.next_due <= at:
                raise RuntimeError(f"the alarms of {self.state.session_id} stand still at {at}")

    def _let_time_pass(self, now: Instant) -> None:
        self._end_pauses(now)
        self._values.let_time_pass(now)
        self._book.let_time_pass(self._settings.unanswered_ms, self._settings.remind_ms, now)
        self._judge_all(now)

    def limits(self) -> dict[Metric, tuple[Limit, ...]]:
        """The limits in force, by metric."""
        return self._values.limits()

    def acknowledge(self, alarm_id: str, by: str, note: str | None, now: Instant) -> bool:
        """An operator has seen it. True when that changed anything; again is harmless.

        Raises EndedAlarmError for one that has ended and UnknownAlarmError for one never raised.
        """
        self.tick(now)
        acknowledged = self._book.acknowledge(alarm_id, by, note, now)
        if acknowledged is not None and acknowledged.kind in _UNTIL_SEEN and acknowledged.rung:
            self._book.end_condition(acknowledged, now)
        self._plan(now)
        return acknowledged is not None

    def end_session(self, now: Instant) -> None:
        """The session is over: what is left ends as "session ended"."""
        self.tick(now)
        self._book.end_session(now)
        audio = self.state.controls.end_audio_pause("session", now)
        alarms = self.state.controls.end_alarm_pause("session", now)
        self._endings += [ending for ending in (audio, alarms) if ending is not None]
        self.state.next_due = NEVER

    def take_changes(self) -> list[Change]:
        """What staff must be told of since the last call; the caller journals and shows it."""
        return self._book.take_changes()

    def signals(self) -> list[Occurrence]:
        """Every occurrence that staff are shown now."""
        return self._book.signals()

    def _judge_score(self, name: str, newest: Score | None, now: Instant) -> None:
        for key, holds in score.conditions(name, self._settings.scores, newest).items():
            self._book.reconcile(key, holds, now)

    def _cuff_came(self, reading: Reading) -> bool:
        known = self.state.last_cuff_at
        if known is not None and reading.at <= known:
            return False
        self.state.last_cuff_at = reading.at
        return True

    def _judge_all(self, now: Instant) -> None:
        self._feeds.judge(now)
        self._judge_agenda(now)
        self._break_audio_pause(now)
        self._plan(now)

    def _plan(self, now: Instant) -> None:
        self.state.next_due = min(
            self._values.next_due(),
            self._feeds.next_due(now),
            overdue.next_due(self._agenda(), self._settings.overdue_grace_ms, now),
            self._book.next_due(self._settings.unanswered_ms, self._settings.remind_ms),
            self.state.controls.next_end(),
        )

    def _end_pauses(self, now: Instant) -> None:
        set_by_staff, endings = self.state.controls, []
        if set_by_staff.audio_pause is not None and set_by_staff.audio_pause.until <= now:
            endings.append(set_by_staff.end_audio_pause("expired", now))
        if set_by_staff.alarm_pause is not None and set_by_staff.alarm_pause.until <= now:
            endings.append(set_by_staff.end_alarm_pause("expired", now))
            self._book.deferring = False
            self._values.judge_all(now)
        self._endings += [ending for ending in endings if ending is not None]

    def _break_audio_pause(self, now: Instant) -> None:
        """A new or worse condition is heard, whoever paused the sound."""
        if self._book.begun == self._begun:
            return
        self._begun = self._book.begun
        ending = self.state.controls.end_audio_pause("broken", now)
        if ending is not None:
            self._endings.append(ending)

    def _judge_agenda(self, now: Instant) -> None:
        agenda = {due.key: due for due in self._agenda()}
        for key, due in agenda.items():
            holds = overdue.condition(due, self._settings.overdue_grace_ms, now)
            if holds is not None or self._book.holds(key):
                self._book.reconcile(key, holds, now)
        for key in self._book.held_keys():
            if key.startswith(f"{overdue.KIND}|") and key not in agenda:
                self._book.reconcile(key, None, now)

    def _agenda(self) -> list[Agendum]:
        """The next cuff, where the phase has a cadence, and what was set."""
        cadence_ms = self._settings.cuff_ms.get(self.state.phase)
        if cadence_ms is None:
            return self.state.agenda
        began_at = self.state.phase_at or self.state.started_at
        due_at = next_cuff_at(self.state.last_cuff_at, began_at, cadence_ms)
        return [Agendum(overdue.CUFF, due_at, cadence_ms), *self.state.agenda]
