"""Whose alarm it is: the holder's, then the next holder's, then everybody's."""

from __future__ import annotations

from monitor.domain.alarms import Occurrence
from monitor.domain.sessions import Session
from monitor.service.ward import Ward

EVERYBODY = ""


def addressed_to(ward: Ward, session: Session, occurrence: Occurrence) -> str:
    """The operator who is asked to answer: with each time nobody did (``level``) the circle grows.

    EVERYBODY where there is nobody in particular: no holder, no other holder, a second time without an answer.
    """
    if occurrence.level == 0:
        return holder_of(ward, session)
    if occurrence.level == 1:
        return next_holder(ward, session)
    return EVERYBODY


def holder_of(ward: Ward, session: Session) -> str:
    """Who answers for a session."""
    alarms = ward.alarms.session(session.id)
    return EVERYBODY if alarms is None else alarms.state.controls.holder


def next_holder(ward: Ward, session: Session) -> str:
    """The holder of the room after this one, round the ward by name, who is somebody else."""
    holder = holder_of(ward, session)
    others = sorted(
        (_place(ward, known), held_by)
        for known in map(ward.sessions.__getitem__, _watched(ward))
        if (held_by := holder_of(ward, known)) not in (holder, EVERYBODY)
    )
    here = _place(ward, session)
    after = [held_by for place, held_by in others if place > here]
    return next(iter([*after, *(held_by for _, held_by in others)]), EVERYBODY)


def _watched(ward: Ward) -> list[str]:
    return [alarms.state.session_id for alarms in ward.alarms]


def _place(ward: Ward, session: Session) -> tuple[int, str]:
    name = ward.registry.rooms[session.room_id].name
    return (int(name) if name.isdecimal() else 2**31, name)
