"""The protocol reference: ``python -m monitor.wire.reference`` writes it from the models into README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from monitor.wire import device, live, orders

README = Path(__file__).with_name("README.md")

_HEAD = """# wire: the messages

Generated from the models in this folder by `python -m monitor.wire.reference`; a test holds it. Every message is one
JSON object in a text frame. A field that is not listed is refused, never guessed at. Times of the device feed are
RFC 3339 with their zone; times of the screen feed are milliseconds since the Unix epoch by the gateway's clock.

| socket | who | subprotocol | first frame |
|---|---|---|---|
| `/device` | devices, with `Authorization: Bearer TOKEN` | `infusion-monitor.v1` | `hello` |
| `/live` | screens, with the cookie of a signed-in operator | none | `subscribe` |
| `/orders` | dashboard and commands, with the local credential | none | `order` |

Version 1 of the device feed. A change that an existing device would notice is a new version with a new subprotocol.

## How a device's reading is judged

1. The frame is checked as a whole: one fault, and it is answered with `error` and changes nothing.
2. Each reading is checked by itself: one that cannot be true is `rejected` in the acknowledgement and kept apart.
3. The rest is stored, then acknowledged. `null` and the sentinels (0, -1, -99.9, -100, -999, 127 for SpO2, 8388607) are
   stored as "no value"; 0 is a value for `resp_rate` and `temperature`.
4. A frame repeats when its `seq` was taken before; then `stored` is 0. A `seq` that was skipped may still come later:
   it is stored once.
5. Of a cuff with one sentinel among systolic and diastolic only the mean is kept: half a pair is no blood pressure.
"""


def reference() -> str:
    """The whole document."""
    parts = [_HEAD]
    parts += _section("From a device", TypeAdapter(device.FromDevice))
    parts += _section("To a device", TypeAdapter(device.ToDevice))
    parts += _section("From a screen", TypeAdapter(live.FromScreen))
    for title, model in (
        ("To a screen: snapshot", live.Snapshot),
        ("To a screen: update", live.Update),
        ("To a screen: heartbeat", live.Heartbeat),
        ("Orders", orders.OrderMessage),
        ("Answer to an order", orders.OrderResult),
    ):
        parts += _section(title, TypeAdapter(model))
    return "\n".join(parts)


def _section(title: str, adapter: TypeAdapter[Any]) -> list[str]:
    schema = adapter.json_schema()
    names = sorted(schema.get("$defs", {}))
    lines = [f"## {title}", ""]
    lines += [f"- `{name}`: {_described(schema['$defs'][name])}" for name in names]
    lines += ["", "<details><summary>JSON Schema</summary>", "", "```json"]
    lines += [_written(schema), "```", "</details>", ""]
    return lines


def _written(schema: dict[str, Any]) -> str:
    """One line for each definition: short enough to read, and a change of one is one line of a diff."""
    definitions = schema.get("$defs", {})
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    lines = [
        f"  {json.dumps(name)}: {_on_one_line(definitions[name])}" for name in sorted(definitions)
    ]
    head = ",\n".join(f" {json.dumps(key)}: {_on_one_line(rest[key])}" for key in sorted(rest))
    return "{\n" + head + ',\n "$defs": {\n' + ",\n".join(lines) + "\n }\n}"


def _on_one_line(part: object) -> str:
    return json.dumps(part, ensure_ascii=False, sort_keys=True)


def _described(schema: dict[str, Any]) -> str:
    text = schema.get("description")
    if text:
        return " ".join(text.split("\n")[0].split())
    return ", ".join(f"`{name}`" for name in schema.get("properties", {})) or schema.get("type", "")


def models() -> list[type[BaseModel]]:
    """Every message model, for the test that each refuses unknown fields."""
    return [
        known
        for module in (device, live, orders)
        for known in vars(module).values()
        if isinstance(known, type) and issubclass(known, BaseModel)
    ]


if __name__ == "__main__":
    README.write_text(reference(), encoding="utf-8")
