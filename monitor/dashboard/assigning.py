"""Readings of nobody: which sessions they may belong to, and the orders that give them to one."""

from __future__ import annotations

import json
from typing import NamedTuple

from monitor.dashboard.corrections import moment_near
from monitor.dashboard.entry_orders import wanted
from monitor.dashboard.order_forms import Filled, WrongFieldError
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.readings import HOUR, MINUTE, SECOND, Instant
from monitor.domain.sessions import Session
from monitor.service.plan_ports import UnassignedSpan
from monitor.wire.base import rfc3339
from monitor.wire.orders import ConfirmAssignment, Order, ProposeAssignment, WithdrawAssignment

GAP_MS = 2 * MINUTE
"""A device that was silent for longer was at something else."""
_AROUND_MS = HOUR
"""How long before and after its session a patient may have been measured already."""
_REMEMBERED_MS = 24 * HOUR
"""The gateway takes readings for sessions that ended within this time."""


class Offer(NamedTuple):
    """A span and a session that it may belong to, as the button of the page carries it."""

    span: UnassignedSpan
    session: Session

    def as_key(self) -> str:
        """For the form."""
        return json.dumps([*self.span[:3], self.session.id])


def plausible(visit: Visit, span: UnassignedSpan) -> list[Session]:
    """The sessions of about this time that can still be amended, those of the device's own room first."""
    records = visit.parts.records
    now = records.newest_instant()
    rooms = {
        binding.room_id
        for binding in records.bindings()
        if binding.device_id == span.device_id and binding.since <= span.last_at
    }
    found = [
        session
        for session in records.sessions(ended_after=now - _REMEMBERED_MS)
        if session.started_at - _AROUND_MS <= span.last_at
        and (session.ended_at is None or span.first_at <= session.ended_at + _AROUND_MS)
    ]
    return sorted(found, key=lambda session: (session.room_id not in rooms, -session.started_at))


def propose_order(words: Words, filled: Filled) -> Order:
    """The first signature; the span may be narrowed."""
    device, first_at, last_at, session = json.loads(filled.amends)
    return ProposeAssignment.model_validate(
        {
            "device": device,
            "first_at": rfc3339(_narrowed(words, filled, "first_at", first_at, 0)),
            "last_at": rfc3339(_narrowed(words, filled, "last_at", last_at, SECOND - 1)),
            "session": session,
            "reason": wanted(filled, "reason"),
        }
    )


def confirm_order(_words: Words, filled: Filled) -> Order:
    """The second one."""
    return ConfirmAssignment(assignment=filled.amends)


def withdraw_order(_words: Words, filled: Filled) -> Order:
    """A proposal that was wrong."""
    return WithdrawAssignment(assignment=filled.amends, reason=wanted(filled, "reason"))


def _narrowed(words: Words, filled: Filled, name: str, known: Instant, rest_ms: int) -> Instant:
    """A time as it was typed; one that nobody changed keeps its milliseconds."""
    clock = wanted(filled, name)
    if clock == words.clock_seconds(known):
        return known
    try:
        return moment_near(words, clock, known) + rest_ms
    except ValueError:
        raise WrongFieldError(name, "time") from None
