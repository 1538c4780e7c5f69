"""What an erasure leaves that may speak of the patient all the same: for a person to look at."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from monitor.storage import tables
from monitor.storage.belongings import Belongings
from monitor.storage.engine import DATABASE_NAME, reader_engine
from monitor.storage.mentions import is_telling, references_on_record
from monitor.storage.spoken import Spoken

_FACTS, _REJECTED, _STREAMS = tables.facts, tables.rejected_readings, tables.streams


class LeftMention(NamedTuple):
    """``what``: a kind of fact, ``rejected_reading`` or ``queue``; ``whose``: the session, room, device or protocol."""

    what: str
    whose: str
    field: str
    shown: str
    """Some of the text; all of a short one."""


def find_left(
    directory: Path, reference: str, going: Belongings | None = None
) -> list[LeftMention]:
    """In the record as it is, or as it will be without what is going."""
    if not is_telling(reference):
        return []
    engine = reader_engine(directory / DATABASE_NAME)
    try:
        with engine.begin() as connection:
            spoken = Spoken(reference, references_on_record(connection) - {reference})
            return [
                *_in_facts(connection, reference, spoken, going),
                *_in_rejected(
                    connection, reference, spoken, () if going is None else going.sessions
                ),
                *_in_queues(connection, spoken),
            ]
    finally:
        engine.dispose()


def _in_facts(
    connection: Connection, reference: str, spoken: Spoken, going: Belongings | None
) -> Iterator[LeftMention]:
    query = select(_FACTS.c.id, _FACTS.c.kind, _FACTS.c.body).order_by(_FACTS.c.id)
    query = query.where(_speaks(_FACTS.c.body, reference))
    gone = frozenset[int]() if going is None else frozenset(going.facts)
    for number, kind, stored in connection.execute(query):
        if number not in gone:
            body = json.loads(stored if going is None else going.mentions.get(number, stored))
            for field, text in _texts(body):
                shown = text if spoken.is_twin(text) else spoken.left_in(text)
                # Another patient's own reference, as far as that one is longer, is nobody else's.
                if shown and (field != "patient" or spoken.is_twin(text)):
                    yield LeftMention(kind, _whose(body), field, shown)


def _speaks(column: ColumnElement[str], reference: str) -> ColumnElement[bool]:
    """The database looks first: it is quick, and hardly any row does."""
    return func.instr(func.lower(column), reference.lower()) > 0


def _texts(body: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a fact, with the name of its field."""
    if isinstance(body, str):
        yield field, body
    elif isinstance(body, dict):
        for name, value in body.items():
            yield from _texts(value, name)
    elif isinstance(body, list):
        for value in body:
            yield from _texts(value, field)


def _whose(body: dict[str, Any]) -> str:
    known = ("session_id", "visit_id", "entry", "device_id", "room_id", "name")
    return next((str(body[name]) for name in known if body.get(name)), "")


def _in_rejected(
    connection: Connection, reference: str, spoken: Spoken, gone: Container[str]
) -> Iterator[LeftMention]:
    query = select(_REJECTED.c.session_id, _REJECTED.c.message, _REJECTED.c.raw)
    query = query.where(
        or_(_speaks(_REJECTED.c.message, reference), _speaks(_REJECTED.c.raw, reference))
    )
    for session_id, message, raw in connection.execute(query.order_by(_REJECTED.c.id)):
        if session_id not in gone:
            for field, text in (("message", message), ("raw", raw)):
                if shown := spoken.left_in(text):
                    yield LeftMention("rejected_reading", session_id or "", field, shown)


def _in_queues(connection: Connection, spoken: Spoken) -> Iterator[LeftMention]:
    for source, stream in connection.execute(select(_STREAMS.c.source, _STREAMS.c.stream)):
        if shown := spoken.left_in(stream):
            yield LeftMention("queue", source, "stream", shown)
