"""What a page's script asks of a callback, understood only where it is exactly what that callback declares.

Dash hands inputs and state to a callback by their place, whatever the request calls them; the gate judges them by name.
A request that names them otherwise, twice, in another order, or more or fewer of them, is therefore no request: what
is understood here is what the callback will be given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from monitor.dashboard import ids

ROUTER = ".._pages_content.children..._pages_store.data.."
"""Dash's own callback that brings a page; it has it only once it has answered a request."""
_ROUTER_DECLARES: Mapping[str, Any] = {
    "inputs": [
        {"id": ids.LOCATION, "property": "pathname"},
        {"id": ids.LOCATION, "property": "search"},
    ],
    "state": [],
    "callback": True,
}
DEEPEST = 60
"""Lists and objects in one another; Dash's readers of a request call themselves once for each."""
_WILD = (["ALL"], ["ALLSMALLER"], ["MATCH"])
_MANY = (["ALL"], ["ALLSMALLER"])


class Asked(NamedTuple):
    """What the page's script wants of a callback."""

    output: str
    """As Dash names it; the callback's key."""
    written: frozenset[str]
    """The ids of what it would change."""
    given: dict[tuple[str, str], Any]
    """Values by id and property, as they are declared."""


class _Part(NamedTuple):
    id: str
    kind: str

    @property
    def pattern(self) -> dict[str, Any] | None:
        """The ids that it stands for, where it is not one."""
        return json.loads(self.id) if self.id.startswith("{") else None


def understood(body: bytes, callbacks: Mapping[str, Mapping[str, Any]]) -> Asked | None:
    """The request in ``body`` if one of ``callbacks`` (Dash's own map of them) declares it just so, else None."""
    try:
        asked = json.loads(body)
        if not _is_shallow(asked):
            return None
        # Text that no encoding has would break the answer that repeats it.
        json.dumps(asked, ensure_ascii=False).encode()
        key = asked["output"]
        declared = _ROUTER_DECLARES if key == ROUTER else callbacks[key]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if "callback" not in declared or not _has_outputs(asked.get("outputs"), key, declared):
        return None
    parts = [_Part(one["id"], one["property"]) for one in _both(declared)]
    values = _values(asked, parts, len(declared["inputs"]))
    if values is None or not _changed_is_given(asked):
        return None
    written = frozenset(part.id for part in _outputs(key, declared))
    return Asked(key, written, values)


def _is_shallow(asked: Any) -> bool:
    level = [asked]
    for _depth in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return not level


def _both(declared: Mapping[str, Any]) -> list[dict[str, str]]:
    return [*declared["inputs"], *declared["state"]]


def _values(
    asked: Mapping[str, Any], parts: list[_Part], inputs: int
) -> dict[tuple[str, str], Any] | None:
    given, state = asked.get("inputs"), asked.get("state", [])
    if not isinstance(given, list) or not isinstance(state, list) or len(given) != inputs:
        return None
    if len(given) + len(state) != len(parts):
        return None
    values: dict[tuple[str, str], Any] = {}
    for part, one in zip(parts, [*given, *state], strict=True):
        if not _fits(part, one):
            return None
        value = [each.get("value") for each in one] if isinstance(one, list) else one.get("value")
        if values.setdefault(part, value) != value:
            # Declared as input and as state: it is one property, with one value.
            return None
    return values


def _has_outputs(given: Any, key: str, declared: Mapping[str, Any]) -> bool:
    parts = _outputs(key, declared)
    if not parts:
        return not given
    if not key.startswith(".."):
        return _fits(parts[0], given)
    return isinstance(given, list) and len(given) == len(parts) and all(map(_fits, parts, given))


def _outputs(key: str, declared: Mapping[str, Any]) -> list[_Part]:
    """As Dash writes them: "a.children", or "..a.children...b.data.." for several."""
    if declared.get("no_output"):
        return []
    named = key[2:-2].split("...") if key.startswith("..") else [key]
    split = (output.rpartition(".") for output in named)
    return [_Part(id_, name) for id_, _, name in split]


def _fits(part: _Part, given: Any) -> bool:
    pattern = part.pattern
    if pattern is not None and any(wanted in _MANY for wanted in pattern.values()):
        return isinstance(given, list) and all(_is(part, pattern, one) for one in given)
    return _is(part, pattern, given)


def _is(part: _Part, pattern: dict[str, Any] | None, one: Any) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("property"), str):
        return False
    # An output that several callbacks write has a mark of its own behind the property.
    if one["property"].partition("@")[0] != part.kind.partition("@")[0]:
        return False
    id_ = one.get("id")
    if pattern is None:
        return bool(id_ == part.id)
    return isinstance(id_, dict) and id_.keys() == pattern.keys() and _matches(pattern, id_)


def _matches(pattern: Mapping[str, Any], id_: Mapping[str, Any]) -> bool:
    return all(
        isinstance(id_[name], (str, int, float)) if wanted in _WILD else id_[name] == wanted
        for name, wanted in pattern.items()
    )


def _changed_is_given(asked: Mapping[str, Any]) -> bool:
    """Whether what is said to have changed is among the inputs."""
    changed = asked.get("changedPropIds", [])
    given = {f"{_text(one['id'])}.{one['property']}" for one in _flat(asked["inputs"])}
    return isinstance(changed, list) and all(
        isinstance(one, str) and one in given for one in changed
    )


def _flat(given: Iterable[Any]) -> Iterable[Mapping[str, Any]]:
    for one in given:
        yield from one if isinstance(one, list) else [one]


def _text(id_: Any) -> str:
    if isinstance(id_, str):
        return id_
    return json.dumps(id_, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
