"""Who came in, who opened and took along what, and who ordered what: the newest first."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from monitor.domain.ended_sign_ins import MOST_ENDED
from monitor.domain.facts import AccessNoted, Fact, SignInRefused, kind_of
from monitor.service.ports import AccessFilter
from monitor.storage import tables
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.queries import FACT_COLUMNS

_FACTS = tables.facts
_NOTED, _REFUSED = kind_of(AccessNoted), kind_of(SignInRefused)
_WHAT = func.json_extract(_FACTS.c.body, "$.what")
_IS_NOTED = _FACTS.c.kind == _NOTED
_IS_ORDER = and_(
    _FACTS.c.kind.not_in([_NOTED, _REFUSED]),
    _FACTS.c.by != Fact.SYSTEM,
    _FACTS.c.by.not_like("device:%"),
)
KINDS: dict[str, ColumnElement[bool]] = {
    "sign_ins": or_(
        _FACTS.c.kind == _REFUSED, and_(_IS_NOTED, _WHAT.in_(["signed_in", "signed_out"]))
    ),
    "openings": and_(_IS_NOTED, _WHAT == "record_opened"),
    "exports": and_(_IS_NOTED, _WHAT == "record_exported"),
    "orders": _IS_ORDER,
}
_ANY = or_(_FACTS.c.kind.in_([_NOTED, _REFUSED]), _IS_ORDER)


def read_access(connection: Connection, which: AccessFilter, limit: int) -> list[Fact]:
    """Raises KeyError for a kind that there is none of."""
    wanted = _ANY if which.kind is None else KINDS[which.kind]
    query = select(*FACT_COLUMNS).where(wanted)
    if which.by is not None:
        theirs = func.json_extract(_FACTS.c.body, "$.operator") == which.by
        query = query.where(or_(_FACTS.c.by == which.by, and_(_FACTS.c.kind == _REFUSED, theirs)))
    if which.since is not None:
        query = query.where(_FACTS.c.at >= which.since)
    if which.until is not None:
        query = query.where(_FACTS.c.at < which.until)
    rows = connection.execute(query.order_by(_FACTS.c.id.desc()).limit(limit))
    return [fact_from_row(*row) for row in rows]


def read_ended_sign_ins(connection: Connection) -> list[str]:
    """Of the notes alone, by their index; facts of before sign-ins had an id name none."""
    sign_in = func.json_extract(_FACTS.c.body, "$.sign_in")
    query = select(sign_in).where(_IS_NOTED, _FACTS.c.session_id.is_(None), sign_in != "")
    newest = connection.execute(query.order_by(_FACTS.c.id.desc()).limit(MOST_ENDED)).scalars()
    return list(newest)[::-1]
