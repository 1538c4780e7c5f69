"""Facts as journal rows and back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, get_args

from monitor.domain.facts import Fact, FactBody, kind_of

BODY_CLASSES: dict[str, type[Any]] = {kind_of(body): body for body in get_args(FactBody)}
_FIELDS = {body: tuple(f.name for f in fields(body)) for body in get_args(FactBody)}
encode_body = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode

FactRow = tuple[int, str, str | None, str, str]
"""at, by, session_id, kind, body as JSON."""


def fact_to_row(fact: Fact) -> FactRow:
    """Raises ValueError or TypeError for a body that is no plain JSON."""
    body = {name: getattr(fact.body, name) for name in _FIELDS[type(fact.body)]}
    return fact.at, fact.by, fact.session_id, kind_of(fact.body), encode_body(body)


def fact_from_row(at: int, by: str, session_id: str | None, kind: str, body: str) -> Fact:
    """Raises KeyError for a kind and TypeError for a body that this version does not know."""
    return Fact(at, by, session_id, BODY_CLASSES[kind](**json.loads(body)))
