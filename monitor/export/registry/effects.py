"""When sedation and dissociation began and ended, as the scores and events of a session have it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from monitor.domain import facts, infusion
from monitor.domain.readings import Instant
from monitor.domain.review.record import SessionRecord

SEDATED_BELOW = 5
"""MOAA/S 4 and lower is sedation, as in the esketamine trials."""
CALM_AT = 0
"""RASS below this is sedation."""
DISSOCIATED_ABOVE = 1
"""Of 0 to 10; the preset lets a patient leave at 1. Needs clinical sign-off."""
_SEDATION_EVENTS = frozenset({"drowsy"})
_DISSOCIATION_EVENTS = frozenset({"dissociation_calm", "dissociation_distressed"})


class Effect(NamedTuple):
    """``occurred`` is None where nobody has looked. ``ended_at`` None: its end was not seen.

    ``worst`` is the most extreme score, with ``scale``; both are empty where only an event tells of it.
    """

    occurred: bool | None
    onset_at: Instant | None = None
    ended_at: Instant | None = None
    scale: str = ""
    worst: int | None = None


class _Sign(NamedTuple):
    at: Instant
    present: bool
    score: int | None = None


def sedation(record: SessionRecord) -> Effect:
    """By MOAA/S, or by RASS where MOAA/S was not taken; and by the event."""
    moaas = [_Sign(at, v < SEDATED_BELOW, v) for at, v in record.chart.scores("moaas")]
    rass = [_Sign(at, v < CALM_AT, v) for at, v in record.chart.scores("rass")]
    scale, scores = ("moaas", moaas) if moaas else ("rass", rass)
    worst = min((sign.score for sign in scores if sign.score is not None), default=None)
    return _effect(record, scale, scores, _SEDATION_EVENTS, worst)


def dissociation(record: SessionRecord) -> Effect:
    """By the dissociation item, and by the events."""
    scale = "dissociation"
    scores = [_Sign(at, v > DISSOCIATED_ABOVE, v) for at, v in record.chart.scores(scale)]
    worst = max((sign.score for sign in scores if sign.score is not None), default=None)
    return _effect(record, scale, scores, _DISSOCIATION_EVENTS, worst)


def _effect(
    record: SessionRecord,
    scale: str,
    scores: Iterable[_Sign],
    events: frozenset[str],
    worst: int | None,
) -> Effect:
    began = infusion.began_at(record.session)
    if began is None:
        return Effect(None)
    seen = (
        _Sign(known.measured_at, present=True)
        for known in record.chart.counting(facts.EventEntered)
        if isinstance(known.body, facts.EventEntered) and known.body.event in events
    )
    signs = sorted((s for s in [*scores, *seen] if s.at >= began), key=lambda sign: sign.at)
    if not signs:
        return Effect(None)
    named = scale if worst is not None else ""
    present = [sign.at for sign in signs if sign.present]
    if not present:
        return Effect(False, scale=named, worst=worst)
    ended = next((sign.at for sign in signs if sign.at > present[-1] and not sign.present), None)
    return Effect(True, present[0], ended, named, worst)
