"""Who a browser's cookies say is there: an operator, a locked station, or a stranger."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import Response

from monitor.dashboard.visit import Parts
from monitor.domain.registry import Operator
from monitor.identity import (
    COOKIE_MAX_AGE_S,
    COOKIE_NAME,
    STATION_COOKIE_NAME,
    STATION_MAX_AGE_S,
    Holder,
    Station,
    came_here,
    holder_of,
    holder_tag,
    new_station,
    read_cookie,
    read_station,
    sign_cookie,
    sign_station,
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Neither operator nor station is a stranger. A station without an operator is locked.

    ``ends_at_s``: when the sign-in ends, in seconds since the epoch. ``is_barred``: its operator was disabled.
    """

    operator: Operator | None = None
    station: Station | None = None
    ends_at_s: float = 0.0
    is_barred: bool = False
    until_s: int | None = None
    """When the sign-in is over in any case; ``ends_at_s`` is earlier while no hand does anything."""
    sign_in: str = ""
    """The sign-in's id."""

    @property
    def is_locked(self) -> bool:
        """A station of the ward at which nobody is signed in."""
        return self.operator is None and self.station is not None


def visitor_of(parts: Parts, cookies: Mapping[str, str]) -> Visitor:
    """The visitor whom these cookies prove."""
    key = parts.settings.cookie_key
    station = read_station(key, cookies.get(STATION_COOKIE_NAME, ""))
    if station is not None and holder_of(key, station, _holders(parts)) is None:
        station = None
    sign_in = read_cookie(key, cookies.get(COOKIE_NAME, ""))
    if sign_in is None:
        return Visitor(station=station)
    operator = operator_in_use(parts, sign_in.operator)
    if operator is None:
        return Visitor(is_barred=True)
    is_ended = parts.sign_outs.is_ended(parts.records, sign_in.id)
    if is_ended or operator.generation != sign_in.generation:
        return Visitor(station=station)
    return Visitor(
        operator, station, sign_in.ends_at_s, until_s=sign_in.until_s, sign_in=sign_in.id
    )


def automatic_visitor(parts: Parts) -> Visitor:
    """The operator as whom a simulated directory signs a stranger in, if it does."""
    name = parts.settings.auto_sign_in
    operator = None if name is None else operator_in_use(parts, name)
    return Visitor(operator, ends_at_s=time.time() + COOKIE_MAX_AGE_S)


def operator_in_use(parts: Parts, name: str) -> Operator | None:
    """The operator of this name, unless disabled."""
    return next((o for o in parts.records.operators() if o.name == name and not o.disabled), None)


def _holders(parts: Parts) -> Iterator[Holder]:
    known = parts.records.operators()
    return (Holder(one.name, one.passwords) for one in known if not one.disabled)


def set_operator_cookie(
    response: Response,
    parts: Parts,
    operator: Operator,
    until_s: int | None = None,
    sign_in: str = "",
) -> None:
    """Let the browser prove from now on who this is; scripts and other sites cannot read it.

    ``until_s``, and ``sign_in`` which is its id: of a sign-in that goes on because a hand did something.
    """
    value = sign_cookie(
        parts.settings.cookie_key,
        operator.name,
        generation=operator.generation,
        idle_s=parts.settings.idle_s,
        until_s=until_s,
        sign_in=sign_in,
    )
    _set(response, COOKIE_NAME, value, COOKIE_MAX_AGE_S)


def set_station_cookie(
    response: Response, parts: Parts, station: Station | None, operator: Operator
) -> None:
    """Let the browser go on showing the ward when nobody is signed in; a known station stays the same one."""
    key = parts.settings.cookie_key
    holder = holder_tag(key, operator.name, operator.passwords)
    known = station or new_station(operator.language, holder)
    known = came_here(key, known, operator.name)
    value = sign_station(key, known._replace(language=operator.language, holder=holder))
    _set(response, STATION_COOKIE_NAME, value, STATION_MAX_AGE_S)


def forget_operator(response: Response) -> None:
    """Nobody is signed in there any more."""
    response.delete_cookie(COOKIE_NAME, path="/", httponly=True, samesite="strict")


def forget_station(response: Response) -> None:
    """The browser may no longer show the ward."""
    response.delete_cookie(STATION_COOKIE_NAME, path="/", httponly=True, samesite="strict")


def _set(response: Response, name: str, value: str, max_age_s: int) -> None:
    response.set_cookie(name, value, max_age=max_age_s, path="/", httponly=True, samesite="strict")
