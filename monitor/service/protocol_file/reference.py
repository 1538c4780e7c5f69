"""The reference of the file format: ``python -m monitor.service.protocol_file.reference`` writes it from the models."""

from __future__ import annotations

from typing import Any

from monitor.domain.limits import Limit, Side
from monitor.domain.readings import SECOND, UNITS
from monitor.service.protocol_file.file import File
from monitor.service.protocols import PROTOCOLS_DIRECTORY, load_protocols

README = PROTOCOLS_DIRECTORY / "README.md"

_HEAD = """# protocols: what a session is run by

| file | what it is |
|---|---|
| `ketamine_iv.toml` | racemic ketamine by vein, 0.5 mg/kg over 40 minutes; the usual one |
| `esketamine_nasal.toml` | esketamine nasal spray; the phase `infusion` is dosing, device by device |

Both are starting points that need clinical sign-off: a `source` that says so marks what nobody has published. A
protocol is one TOML file. A key that is not listed here is refused, never guessed at; so are a number without its
`source`, a text that is not in both languages, and tables that contradict each other. The refusal names the file, the
key and the reason, and the line where TOML itself is wrong. A session keeps the text that it began with (its
*edition*, the first 12 hexadecimal digits of the SHA-256 of the file), also after the file has changed.

Generated from the models in [protocol_file](../service/protocol_file) by
`python -m monitor.service.protocol_file.reference`; a test holds it.

## What must fit together

- Ids are unique in their table. `event`, `intervention` and `drug` have one with the id `other`.
- A `checked` criterion names a check of the phase `discharge`, and each of those is wanted by a criterion.
- A criterion's or limit's score is defined, and its number lies in that score's range; a criterion's is due in
  observation. A criterion about the cuff wants `cuff_minutes.observation`.
- A cadence is longer than `overdue.grace_minutes`; what is due once is due before the phase is planned to end.
- The gate lies below the highest alarm limit of the pressure.
- `dose.usual_minutes` is `phase_minutes.infusion`; usual, second check and most do not fall.
- A criterion of time is not longer than the phases are planned.
- `series.days` has as many days as `protocol.planned_sessions` says.
- Between the limits of one value some value lies, and each limit is a number that a reading can have.
"""

_IDS = """## Ids of limits

The order `change_limit` names a limit by its id: value or component, side, and its place on that side, the mildest
first. A second value that confirms a first one goes by the limit of the first. Those of the presets:

| protocol | id | limit | priority |
|---|---|---|---|"""
_ORDER = (
    *("protocol", "phase_words", "phase_minutes", "cuff_minutes", "check", "gate", "override"),
    *("dose", "series", "unlike", "score", "event", "intervention", "drug", "route", "discharge"),
    *("limit", "rise", "score_limit", "clear", "missing", "clock", "overdue", "disagreement"),
)
_BOUNDS = {
    "exclusiveMinimum": "above {:g}",
    "minimum": "from {:g}",
    "maximum": "to {:g}",
    "maxLength": "at most {} letters",
    "minItems": "at least {}",
}
_TYPES = {
    "number": "number",
    "integer": "whole number",
    "boolean": "`true` or `false`",
    "string": "text",
}


def reference() -> str:
    """The whole document."""
    schema = File.model_json_schema()
    known = schema["$defs"]
    lines = [_HEAD]
    for table in _ORDER:
        lines += _section(table, schema["properties"][table], known)
    lines += _limit_ids()
    return "\n".join(lines)


def _limit_ids() -> list[str]:
    """What a patient's own limit is ordered by."""
    limits = [
        (name, limit)
        for name, protocol in sorted(load_protocols().items())
        for limit in protocol.alarms.limits
        if limit.kind == "limit"
    ]
    return [
        _IDS,
        *[f"| `{name}` | `{one.id}` | {_told(one)} | {one.priority} |" for name, one in limits],
        "",
    ]


def _told(limit: Limit) -> str:
    sign = {
        (Side.BELOW, False): "<",
        (Side.BELOW, True): "≤",
        (Side.ABOVE, False): ">",
        (Side.ABOVE, True): "≥",
    }[limit.side, limit.inclusive]
    delay = f" for {limit.delay_ms / SECOND:g} s" if limit.delay_ms else ""
    return f"{sign} {limit.limit:g} {UNITS[limit.metric]}{delay}"


def tables() -> set[str]:
    """Every table that a file may have, for the test that none is left out."""
    return set(File.model_fields)


def _section(table: str, found: dict[str, Any], known: dict[str, Any]) -> list[str]:
    if found.get("type") == "array":
        heading, inner = f"## `[[{table}]]`", found["items"]
    elif "additionalProperties" in found:
        heading, inner = f"## `[{table}.METRIC]`", found["additionalProperties"]
    else:
        heading, inner = f"## `[{table}]`", _not_null(found)
    lines = [heading, ""]
    for reference_ in inner.get("oneOf", [inner]):
        lines += _table(_resolved(reference_, known), known)
    return lines


def _table(model: dict[str, Any], known: dict[str, Any]) -> list[str]:
    lines = [" ".join(model.get("description", "").split()), ""]
    lines += ["| key | what is wanted | left out | meaning |", "|---|---|---|---|"]
    wanted = model.get("required", [])
    for key, found in model["properties"].items():
        default = "refused" if key in wanted else _default(found.get("default"))
        meaning = " ".join(found.get("description", "").split())
        lines.append(f"| `{key}` | {_wanted(found, known)} | {default} | {meaning} |")
    return [*lines, ""]


def _default(value: Any) -> str:
    if value in (None, "", [], {}) or isinstance(value, dict):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _wanted(found: dict[str, Any], known: dict[str, Any]) -> str:
    found = _resolved(_not_null(found), known)
    if "enum" in found or "const" in found:
        return ", ".join(f"`{value}`" for value in found.get("enum", [found.get("const")]))
    if found.get("type") == "array":
        return f"list: {_wanted(found['items'], known)}{_bounds(found)}"
    if found.get("type") == "object":
        return "{ " + ", ".join(f"`{key}`" for key in found["properties"]) + " }"
    if "pattern" in found:
        return "small letters, digits and `_`"
    return _TYPES[found["type"]] + _bounds(found)


def _bounds(found: dict[str, Any]) -> str:
    told = [text.format(found[name]) for name, text in _BOUNDS.items() if name in found]
    return "".join(f", {text}" for text in told)


def _not_null(found: dict[str, Any]) -> dict[str, Any]:
    """The part of an optional value that is not "none"."""
    kinds = [kind for kind in found.get("anyOf", [found]) if kind.get("type") != "null"]
    return dict(kinds[0])


def _resolved(found: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in found:
        return found
    resolved: dict[str, Any] = known[found["$ref"].rsplit("/", 1)[-1]]
    return resolved


if __name__ == "__main__":
    README.write_text(reference(), encoding="utf-8")
