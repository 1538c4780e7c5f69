"""What staff have set on one session's alarms: pauses, alarms off, own limits, baseline, holder. Plain data.

Everything here that keeps a signal from staff has its line on the *not watched now* list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.domain.readings import MINUTE, SECOND, Instant

LONGEST_AUDIO_PAUSE_MS = 2 * MINUTE
LONGEST_ALARM_PAUSE_MS = 10 * MINUTE
IN_A_ROW_MS = 30 * SECOND
"""A pause that begins this soon after the last one ended is another one in a row."""


class AudioPause(NamedTuple):
    """No sound until then; sight stays."""

    since: Instant
    until: Instant
    by: str
    in_a_row: int


class AlarmPause(NamedTuple):
    """No new signals until then, for a planned reason."""

    since: Instant
    until: Instant
    by: str
    reason: str
    in_a_row: int = 1


class SwitchedOff(NamedTuple):
    """The limits of a metric are off until somebody switches them on again."""

    since: Instant
    by: str
    reason: str


class Ending(NamedTuple):
    """A pause is over: ``kind`` audio or alarms, ``why`` expired, broken, resumed or session."""

    at: Instant
    kind: str
    why: str


@dataclass(slots=True)
class Controls:
    """The state of all of it; changed by SessionAlarms only."""

    holder: str = ""
    offered_to: str | None = None
    baseline: dict[str, float] = field(default_factory=dict)
    """Component to its confirmed resting value; empty before it is confirmed."""
    own_limits: dict[str, float | None] = field(default_factory=dict)
    """Id of a limit to this patient's value for it; None where it was taken out."""
    switched_off: dict[str, SwitchedOff] = field(default_factory=dict)
    """By metric."""
    audio_pause: AudioPause | None = None
    last_audio_pause: AudioPause | None = None
    alarm_pause: AlarmPause | None = None
    last_alarm_pause: AlarmPause | None = None

    def begin_audio_pause(self, length_ms: int, by: str, now: Instant) -> AudioPause:
        """Pause the sound. Raises ValueError for one that is longer than allowed."""
        if not 0 < length_ms <= LONGEST_AUDIO_PAUSE_MS:
            raise ValueError("audio can be paused for two minutes at most")
        in_a_row = _in_a_row(self.audio_pause or self.last_audio_pause, now)
        self.audio_pause = AudioPause(now, now + length_ms, by, in_a_row)
        return self.audio_pause

    def begin_alarm_pause(self, length_ms: int, by: str, reason: str, now: Instant) -> AlarmPause:
        """Pause new signals. Raises ValueError for a pause that is longer than allowed."""
        if not 0 < length_ms <= LONGEST_ALARM_PAUSE_MS:
            raise ValueError("alarms can be paused for ten minutes at most")
        in_a_row = _in_a_row(self.alarm_pause or self.last_alarm_pause, now)
        self.alarm_pause = AlarmPause(now, now + length_ms, by, reason, in_a_row)
        return self.alarm_pause

    def end_audio_pause(self, why: str, now: Instant) -> Ending | None:
        """The sound is back; None when it was not paused."""
        if self.audio_pause is None:
            return None
        ended_at = min(now, self.audio_pause.until)
        self.last_audio_pause = self.audio_pause._replace(until=ended_at)
        self.audio_pause = None
        return Ending(ended_at, "audio", why)

    def end_alarm_pause(self, why: str, now: Instant) -> Ending | None:
        """Signals are back; None when they were not paused."""
        if self.alarm_pause is None:
            return None
        ended_at = min(now, self.alarm_pause.until)
        self.last_alarm_pause = self.alarm_pause._replace(until=ended_at)
        self.alarm_pause = None
        return Ending(ended_at, "alarms", why)

    def next_end(self) -> Instant:
        """When the next pause ends by itself."""
        pauses = (self.audio_pause, self.alarm_pause)
        return min((pause.until for pause in pauses if pause is not None), default=2**62)


def _in_a_row(before: AudioPause | AlarmPause | None, now: Instant) -> int:
    """Which one in a row a pause is that begins now."""
    again = before is not None and now - min(before.until, now) <= IN_A_ROW_MS
    return before.in_a_row + 1 if again and before is not None else 1
