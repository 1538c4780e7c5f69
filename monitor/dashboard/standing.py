"""What staff have set on a session, read back from its durable facts, and what follows from it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monitor.domain import facts
from monitor.domain.controls import AlarmPause, Controls, SwitchedOff
from monitor.domain.facts import Fact
from monitor.domain.limits import AlarmSettings, Limit, limits_in_force
from monitor.domain.sessions import Session

KINDS = (
    "session_started",
    "alarms_paused",
    "pause_ended",
    "alarms_switched",
    "limit_changed",
    "baseline_confirmed",
    "handover_offered",
    "holder_changed",
    "phase_entered",
    "session_cancelled",
)
"""The facts that ``controls_of`` reads."""


class OwnLimit(NamedTuple):
    """One limit of the protocol, this patient's own value where there is one, and whether it holds now."""

    limit: Limit
    own: float | None
    is_own: bool
    in_force: bool


def controls_of(session_facts: Iterable[Fact]) -> Controls:
    """What staff have set, as far as it is durable."""
    controls = Controls()
    for fact in session_facts:
        _apply(controls, fact)
    return controls


def rules_in_force(settings: AlarmSettings, session: Session, controls: Controls) -> list[Limit]:
    """Every limit that holds for this session now: phase, baseline, own values and alarms off counted in."""
    found = limits_in_force(
        settings,
        session.phase,
        controls.baseline,
        controls.own_limits,
        controls.switched_off,
    )
    return [limit for of_metric in found.values() for limit in of_metric]


def own_limits(settings: AlarmSettings, session: Session, controls: Controls) -> list[OwnLimit]:
    """The limits of the protocol as they stand for this patient, in the protocol's order."""
    held = {limit.id for limit in rules_in_force(settings, session, controls)}
    own = controls.own_limits
    return [
        OwnLimit(
            limit,
            own.get(limit.id),
            own.get(limit.id, limit.limit) != limit.limit,
            limit.id in held,
        )
        for limit in settings.limits
        if limit.kind == "limit"
    ]


def rise_limits(settings: AlarmSettings, baseline: Mapping[str, float]) -> dict[str, float]:
    """Component to the value from which its rise over this baseline is an alarm."""
    return {
        rise.component: baseline[rise.component] + rise.by
        for rise in settings.rises
        if rise.component in baseline
    }


def _apply(controls: Controls, fact: Fact) -> None:
    match fact.body:
        case facts.SessionStarted():
            controls.holder = fact.by
        case facts.HandoverOffered(_, to):
            controls.offered_to = to
        case facts.HolderChanged(_, holder):
            controls.holder, controls.offered_to = holder, None
        case facts.BaselineConfirmed(_, values):
            controls.baseline = dict(values)
        case facts.LimitChanged(_, limit, value):
            controls.own_limits[limit] = value
        case facts.AlarmsSwitched(_, metric, True):
            controls.switched_off.pop(metric, None)
        case facts.AlarmsSwitched(_, metric, False, reason):
            controls.switched_off[metric] = SwitchedOff(fact.at, fact.by, reason)
        case facts.AlarmsPaused(_, until, reason):
            controls.alarm_pause = AlarmPause(fact.at, until, fact.by, reason)
        case facts.PauseEnded(_, "alarms") | facts.SessionCancelled():
            controls.alarm_pause = None
        case _:
            pass
