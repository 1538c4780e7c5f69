"""What the facts of outcome scores change in their table. The figures of sessions have a keeper of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.sql.base import Executable

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.storage.tables import outcomes

Statements = tuple[Executable, ...]


def _entered(body: facts.OutcomeEntered, fact: Fact) -> Statements:
    return (insert(outcomes).values(**asdict(body), entered_by=fact.by, entered_at=fact.at),)


def _voided(body: facts.OutcomeVoided, fact: Fact) -> Statements:
    outcome = update(outcomes).where(outcomes.c.entry == body.entry)
    voided = {"voided_by": fact.by, "voided_at": fact.at, "void_reason": body.reason}
    return (outcome.values(**voided),)


REVIEW_STATEMENTS: dict[type[Any], Callable[[Any, Fact], Statements]] = {
    facts.OutcomeEntered: _entered,
    facts.OutcomeVoided: _voided,
}
