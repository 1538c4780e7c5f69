"""A patient's reference in what belongs to others: a session begun under it by mistake, a note, a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, func, or_, select, union

from monitor.domain.facts import ProtocolAdopted, kind_of
from monitor.storage import tables
from monitor.storage.fact_codec import encode_body
from monitor.storage.spoken import blotting

BLOTTED = "[erased]"
"""Stands in the place of a reference."""
_FACTS = tables.facts
_REFERENCES = frozenset({"patient"})
_TEXTS = frozenset({"reason", "override", "despite", "note", "text", "message", "detail", "drug"})
_NO_TEXT = (kind_of(ProtocolAdopted),)
"""Whose words are those of a file."""
_FEWEST, _FEWEST_DIGITS = 3, 4
"""Characters of a reference that is one wherever it stands: ``1`` in a note is an amount, or a room."""


def is_telling(reference: str) -> bool:
    """Whether the reference can be told from other words in a text."""
    return len(reference) >= (_FEWEST_DIGITS if reference.isdigit() else _FEWEST)


def find_mentions(
    connection: Connection, references: Iterable[str], *, among: Iterable[int] | None = None
) -> dict[int, str]:
    """The facts that speak of these references, by number, each with its body as it is without them."""
    known = list(references)
    if not known:
        return {}
    others = references_on_record(connection) - set(known)
    without = blotting(filter(is_telling, known), others, BLOTTED)
    # The database looks first: it is quick, and hardly any fact is one.
    speaks = or_(*(func.instr(func.lower(_FACTS.c.body), one.lower()) > 0 for one in known))
    query = select(_FACTS.c.id, _FACTS.c.body).where(speaks, _FACTS.c.kind.not_in(_NO_TEXT))
    wanted = None if among is None else set(among)
    found = {}
    for number, stored in connection.execute(query.order_by(_FACTS.c.id)):
        if wanted is None or number in wanted:
            body = json.loads(stored)
            blotted = _blotted(body, known, without)
            if blotted != body:
                found[number] = encode_body(blotted)
    return found


def references_on_record(connection: Connection) -> set[str]:
    """Of every patient who has a session, a visit or a score."""
    columns = (table.c.patient for table in (tables.sessions, tables.visits, tables.outcomes))
    return set(connection.execute(union(*map(select, columns))).scalars())


def _blotted(
    body: dict[str, Any], references: Iterable[str], without: Callable[[str], str]
) -> dict[str, Any]:
    changed = dict(body)
    for name, value in body.items():
        if name in _REFERENCES and value in references:
            changed[name] = BLOTTED
        elif name in _TEXTS and isinstance(value, str):
            changed[name] = without(value)
    return changed
