"""An order of every kind, with a value in each field that is wanted; few of them could be carried out."""

from __future__ import annotations

from typing import Any, get_args
from uuid import uuid4

from monitor.wire import orders

_TIMES = {"first_at", "last_at", "at"}
_TEXTS = {"on": "2026-11-21", "pin": "4711"}
_VALUES: dict[str, Any] = {"integer": 1, "number": 1, "boolean": False, "array": []}
_Json = dict[str, Any]


def order_of(kind: str) -> Any:
    """An order of this kind, as the wire knows it."""
    [model] = [model for model in _models() if model.model_fields["kind"].default == kind]
    schema = model.model_json_schema()
    return model.model_validate({"kind": kind, **_filled(schema, schema.get("$defs", {}))})


def _models() -> list[Any]:
    found, waiting = [], [orders.Order]
    while waiting:
        one: Any = waiting.pop()
        if hasattr(one, "model_fields"):
            found.append(one)
        else:
            waiting += get_args(one)
    return found


def _filled(schema: _Json, definitions: _Json) -> _Json:
    properties = schema["properties"]
    kind = {"kind": properties["kind"]["const"]} if "kind" in properties else {}
    wanted = [name for name in schema.get("required", []) if name != "kind"]
    return kind | {name: _value(name, properties[name], definitions) for name in wanted}


def _value(name: str, field: _Json, definitions: _Json) -> Any:
    while "$ref" in field or "anyOf" in field or "oneOf" in field:
        choices = field.get("anyOf") or field.get("oneOf")
        named = field.get("$ref", "").rpartition("/")[2]
        field = choices[0] if choices else definitions[named]
    if name in _TIMES:
        return "2026-11-21T10:00:00.000Z"
    if field["type"] == "string":
        return _text(name, field)
    if field["type"] == "object":
        return _filled(field, definitions) if "properties" in field else {}
    if field["type"] == "array" and field.get("minItems"):
        return [_value(name, field["items"], definitions)]
    return _VALUES[field["type"]]


def _text(name: str, field: _Json) -> str:
    if name in _TEXTS:
        return _TEXTS[name]
    if field.get("format") == "uuid":
        return str(uuid4())
    return str(field.get("enum", ["x" * max(1, field.get("minLength", 1))])[0])
