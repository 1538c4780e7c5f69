"""Whether somebody has read a session's record and signed for it, and whether it is still the record they read."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from monitor.domain import facts
from monitor.domain.readings import Instant


class SignOff(StrEnum):
    """Where a session stands with its reviewers."""

    OPEN = "open"
    UNSIGNED = "unsigned"
    SIGNED = "signed"
    CHANGED = "changed"
    """It was signed, and something has been added, voided or corrected since."""


class Signature(NamedTuple):
    """Who has signed, and when."""

    by: str
    at: Instant


class Comment(NamedTuple):
    """What a reviewer has written."""

    by: str
    at: Instant
    text: str


class ReviewState(NamedTuple):
    """``changed_at`` is the newest change of the record, its end among them; None while the session is open.

    ``signatures`` and ``comments`` oldest first; of the signatures the last is the one that ``state`` speaks of.
    """

    state: SignOff
    changed_at: Instant | None
    signatures: tuple[Signature, ...]
    comments: tuple[Comment, ...]


NO_CHANGE = (
    facts.ReviewCommented,
    facts.ReviewSigned,
    facts.OrderRefused,
    facts.AssignmentProposed,
    facts.AssignmentWithdrawn,
    facts.AlarmChanged,
    facts.AlarmShown,
    facts.PauseEnded,
    facts.WatchBegun,
    facts.WatchResumed,
    facts.FeedExpected,
    facts.FeedForgotten,
    facts.ClockCompared,
)
"""Facts of a session that leave its record what it was. Any other, one of a later version too, is a change."""


def is_change(body: facts.FactBody) -> bool:
    """Whether a session with this fact is another than it was: who has signed it has not read this."""
    return not isinstance(body, NO_CHANGE)
