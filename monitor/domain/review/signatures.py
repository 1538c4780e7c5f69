"""Who has read a session's record and signed for it, as its facts have it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.domain.readings import Instant
from monitor.domain.sign_off import is_change


class Signed(NamedTuple):
    """A reviewer's signature; ``stands`` while nothing has changed in the record since."""

    by: str
    at: Instant
    stands: bool


def signatures(session_facts: Sequence[Fact]) -> list[Signed]:
    """Every signature of a session, oldest first; ``session_facts`` as they were committed."""
    found, stands = [], True
    for fact in reversed(session_facts):
        if isinstance(fact.body, facts.ReviewSigned):
            found.append(Signed(fact.by, fact.at, stands))
        elif is_change(fact.body):
            stands = False
    return found[::-1]
