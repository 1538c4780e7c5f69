"""Operators: what their table says, and of PINs and sign-ins what the facts say."""

from __future__ import annotations

from sqlalchemy import Connection, select

from monitor.domain.facts import PasswordChanged, PinSet, SignedOutEverywhere, kind_of
from monitor.domain.registry import Operator
from monitor.storage import tables
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.queries import FACT_COLUMNS

_KINDS = [kind_of(body) for body in (PasswordChanged, PinSet, SignedOutEverywhere)]


def load_operators(connection: Connection) -> list[Operator]:
    """Every operator, disabled ones too."""
    known = {row.name: Operator(*row) for row in connection.execute(select(tables.operators))}
    table = tables.facts
    query = select(*FACT_COLUMNS).where(table.c.kind.in_(_KINDS)).order_by(table.c.id)
    for row in connection.execute(query):
        body = fact_from_row(*row).body
        if isinstance(body, PasswordChanged | PinSet | SignedOutEverywhere) and body.name in known:
            known[body.name] = known[body.name].after(body)
    return list(known.values())
