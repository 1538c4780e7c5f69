"""One attempt to sign in: how long it has to wait, and what is noted of it."""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple

from fastapi import Request

from monitor.dashboard.access_log import tag_of
from monitor.dashboard.throttle import Attempt, Throttle
from monitor.dashboard.visit import Parts
from monitor.dashboard.visitors import Visitor, visitor_of
from monitor.domain import facts
from monitor.domain.registry import operator_as_typed
from monitor.domain.tries import FORGOTTEN_AFTER_S
from monitor.identity import was_here
from monitor.service.ports import AccessFilter, Records
from monitor.wire.orders import NoteAccess

MOST_LOOKED_AT = 20_000
"""Of the newest sign-ins, signings out and refusals so many are read back; more than an hour of any clinic."""


class Knock(NamedTuple):
    """``operator``: whose name was typed, if it is anybody's."""

    attempt: Attempt
    operator: str


def knock_of(parts: Parts, request: Request, name: str) -> Knock:
    """Who knocks, and where."""
    station = visitor_of(parts, request.cookies).station
    address = request.client.host if request.client is not None else ""
    tag = tag_of(parts.settings.cookie_key, name)
    meant = operator_as_typed(parts.records.operators(), name)
    attempt = Attempt(tag, address[:60])
    if station is not None:
        key = parts.settings.cookie_key
        is_known = meant is not None and was_here(key, station, meant.name)
        attempt = attempt._replace(station=station.id, holder="" if is_known else station.holder)
    return Knock(attempt, "" if meant is None else meant.name)


async def begin(parts: Parts, knock: Knock) -> float:
    """Seconds that this attempt has to wait; 0: its password may be looked at."""
    if not parts.throttle.remembers:
        parts.throttle.remembers = True
        key = parts.settings.cookie_key
        await asyncio.to_thread(remember, parts.throttle, parts.records, key)
    wait_s = parts.throttle.begin(knock.attempt, time.time())
    if wait_s > 0:
        refused(parts, knock, "too_many")
    return wait_s


def remember(throttle: Throttle, records: Records, key: bytes) -> None:
    """Count what is on record of the last hour, so that a restart lets nobody guess on.

    Whoever has signed in since counts anew, as while the dashboard ran. ``key``: what names are tagged by.
    """
    now_s = time.time()
    counted = [fact for fact in records.facts(None, ("sign_in_refused",)) if _counts(fact, now_s)]
    if not counted:
        return
    newest = records.access_log(AccessFilter("sign_ins"), limit=MOST_LOOKED_AT)[::-1]
    if sum(_counts(fact, now_s) for fact in newest) >= len(counted):
        counted = newest
    # Else so many signed in that refusals lie before them all: better somebody waits than one of these is not counted.
    for fact in counted:
        body = fact.body
        if isinstance(body, facts.AccessNoted) and body.what == "signed_in":
            # A name is somebody's up to its case, and so is its tag: it is that of the name that was typed.
            throttle.forget_name(Attempt(tag_of(key, fact.by), body.address, body.station))
        elif isinstance(body, facts.SignInRefused) and _counts(fact, now_s):
            attempt = Attempt(body.tag, body.address, body.station, body.holder)
            throttle.failed(attempt, float(body.seen_at_s), body.times)


def _counts(fact: facts.Fact, now_s: float) -> bool:
    body = fact.body
    if not isinstance(body, facts.SignInRefused) or body.why != "wrong":
        return False
    return 0 <= now_s - body.seen_at_s < FORGOTTEN_AFTER_S


def refused(parts: Parts, knock: Knock, why: str) -> None:
    """Note that somebody was not let in."""
    parts.access_log.refusals.refused(
        NoteAccess(
            what="sign_in_refused",
            operator=knock.operator,
            detail=why,
            station=knock.attempt.station,
            holder=knock.attempt.holder,
            address=knock.attempt.address,
            tag=knock.attempt.tag,
            seen_at_s=round(time.time()),
        )
    )


def let_in(parts: Parts, knock: Knock, operator: str, how: str = "password") -> None:
    """Note that somebody has signed in; the name's attempts count anew."""
    parts.throttle.succeeded(knock.attempt)
    parts.access_log.note(
        NoteAccess(
            what="signed_in",
            operator=operator,
            detail=how,
            station=knock.attempt.station,
            address=knock.attempt.address,
        )
    )


async def signed_out(parts: Parts, visitor: Visitor, operator: str) -> bool:
    """End this sign-in, here at once and at the gateway; whether the gateway said that it has ended it too.

    One that is away is told when it is back, as long as this dashboard runs.
    """
    parts.sign_outs.end(parts.records, visitor.sign_in)
    return await parts.access_log.told(
        NoteAccess(
            what="signed_out",
            operator=operator,
            station="" if visitor.station is None else visitor.station.id,
            sign_in=visitor.sign_in,
        )
    )
