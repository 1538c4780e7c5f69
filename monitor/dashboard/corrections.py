"""An entry in place of an earlier one, and the moment that a typed time of day means. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from monitor.dashboard.words import Words
from monitor.domain.readings import Instant
from monitor.wire.base import rfc3339
from monitor.wire.orders import CorrectEntry


def correction(order: Any, amends: str, reason: str) -> CorrectEntry:
    """An entry in place of an earlier one."""
    return CorrectEntry.model_validate(
        {
            "session": order.session,
            "entry": amends,
            "reason": reason,
            "replacement": order,
        }
    )


def entered_at(
    words: Words, clock: str, opened_at: Instant, amended_at: Instant | None
) -> str | None:
    """The moment that a time of day means; None for now. Raises ValueError for what is no time.

    ``amended_at``: when the entry was measured that is corrected; its own minute stands for its own moment.
    """
    clock = clock[:5]
    if amended_at is None:
        is_now = clock in ("", words.clock(opened_at))
        return None if is_now else rfc3339(words.moment_at(clock, opened_at))
    if clock in ("", words.clock(amended_at)):
        return rfc3339(amended_at)
    return rfc3339(moment_near(words, clock, amended_at))


def moment_near(words: Words, clock: str, near: Instant) -> Instant:
    """The moment next to ``near`` at which the clinic's wall showed ``clock``: of that day, or the one beside it."""
    at = words.local(near)
    days = (at.date() + timedelta(days=n) for n in (-1, 0, 1))
    moments = [datetime.combine(day, time.fromisoformat(clock), words.zone) for day in days]
    nearest = min(moments, key=lambda moment: abs(moment - at))
    return round(nearest.timestamp() * 1000)
