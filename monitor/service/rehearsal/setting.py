"""What staff set on a session's alarms, set again from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.domain import facts
from monitor.domain.controls import Controls, Ending, SwitchedOff
from monitor.domain.facts import Fact

Setting = Callable[[Controls], Ending | None]


def setting_of(fact: Fact, of_protocol: Mapping[str, float]) -> Setting | None:
    """What the fact changes in the controls; None for one that changes nothing in them.

    ``of_protocol`` are the limits by id of the protocol that the session was run by: back to it is no own limit.
    """
    at, by = fact.at, fact.by
    match fact.body:
        case facts.AudioPaused(_, until):
            return lambda controls: _done(controls.begin_audio_pause(until - at, by, at))
        case facts.AlarmsPaused(_, until, reason):
            return lambda controls: _done(controls.begin_alarm_pause(until - at, by, reason, at))
        case facts.PauseEnded(_, "audio", "resumed"):
            return lambda controls: controls.end_audio_pause("resumed", at)
        case facts.PauseEnded(_, "alarms", "resumed"):
            return lambda controls: controls.end_alarm_pause("resumed", at)
        case facts.AlarmsSwitched(_, metric, on, reason):
            off = None if on else SwitchedOff(at, by, reason)
            return lambda controls: _switch(controls, metric, off)
        case facts.LimitChanged(_, limit, value):
            is_own = value != of_protocol.get(limit)
            return lambda controls: _limit(controls, limit, value, is_own=is_own)
        case facts.BaselineConfirmed(_, values):
            return lambda controls: _baseline(controls, values)
        case facts.HandoverOffered() | facts.HolderChanged():
            # Who holds the session changes no alarm; but what is there is judged anew.
            return lambda _: None
        case _:
            return None


def _done(_pause: object) -> None:
    """A pause that begins ends none."""


def _switch(controls: Controls, metric: str, off: SwitchedOff | None) -> None:
    if off is None:
        controls.switched_off.pop(metric, None)
    else:
        controls.switched_off[metric] = off


def _limit(controls: Controls, limit: str, value: float | None, *, is_own: bool) -> None:
    if is_own:
        controls.own_limits[limit] = value
    else:
        controls.own_limits.pop(limit, None)


def _baseline(controls: Controls, values: dict[str, float]) -> None:
    controls.baseline = values
