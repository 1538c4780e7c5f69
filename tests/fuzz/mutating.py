"""Frames that a hostile or broken peer might send: what is right, changed in a few places by a seeded chance."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

CORPUS = Path(__file__).parent / "corpus"
MARKUP = (
    "<script>window.carried=1</script>",
    "<img src=x onerror=window.carried=1 data-carried>",
    '"><svg onload=window.carried=1 data-carried>',
    "javascript:window.carried=1",
    "{{7*7}}${7*7}",
)
QUERIES = (
    "' OR '1'='1",
    "1; DROP TABLE readings; --",
    "s1' UNION SELECT key FROM facts --",
    "%' ESCAPE '",
    "\\",
)
PATHS = ("../../etc/passwd", "..\\..\\x", "/etc/passwd", "s1/../s1", ".", "..%2f..%2fx", "CON")
TEXTS = (
    *(*MARKUP, *QUERIES, *PATHS),
    *(
        "",
        " ",
        "\n",
        "\x00",
        "\u202e",
        "\ud800",
        "𝔘𝔫𝔦",
        "é" * 300,
        "é" * 150,
        "Europe",
        "=1+1",
        "@SUM(A1)",
        "null",
        "NaN",
        "s1",
        "r1",
    ),
)
NUMBERS: tuple[Any, ...] = (
    *(0, -0.0, 1, -1, 20, 300, 127, 8388607, 0.1 + 0.2, 1e-320, 1e308, -1e308),
    *(2**31, 2**53, 2**53 + 1, 2**63, 2**64, 10**30, -(10**30), True, False),
)
TIMES = (
    *(
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "2199-12-31T23:59:59.999Z",
        "2200-01-01T00:00:00Z",
    ),
    *(
        "2026-02-30T00:00:00Z",
        "2026-11-22",
        "2026-11-22T25:00:00Z",
        "2026-11-22T10:00:00",
        "0",
        "now",
    ),
)
NESTED: tuple[Any, ...] = (
    None,
    [],
    {},
    [[]],
    [None],
    {"": {}},
    [[[[[[[[[[]]]]]]]]]],
    {"kind": "add_room"},
)
_PUNCTUATION = '{}[]":,\\\x00eE-+.'


def corpus(name: str) -> list[str]:
    """The frames that are kept under this name, one in each line, and those that once broke something."""
    broke = CORPUS / f"broke-{name}.jsonl"
    found = broke.read_text(encoding="utf-8").splitlines() if broke.exists() else []
    lines = (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [*map(json.loads, found), *lines]


def mutated(frame: str, chance: Random, fill: Callable[[Any, Random], None] | None = None) -> str:
    """The frame with up to three changes; now and then it is not JSON any more, or is what it was.

    ``fill`` may give what it names other names first.
    """
    try:
        message = json.loads(frame)
    except ValueError:
        return _torn(frame, chance)
    if fill is not None:
        fill(message, chance)
    whole = [message]
    for _ in range(chance.randrange(4)):
        _change(whole, chance)
    text = json.dumps(whole[0])
    return _torn(text, chance) if chance.random() < 0.1 else text


def _change(whole: list[Any], chance: Random) -> None:
    """One value is replaced, left out, added or said twice."""
    holder, key = chance.choice(_places(whole))
    what = chance.random()
    if what < 0.7:
        holder[key] = _evil(chance)
    elif holder is whole:
        return
    elif what < 0.85:
        del holder[key]
    elif isinstance(holder, list):
        holder[key:key] = [holder[key]] * chance.choice((1, 2, 700))
    else:
        holder[chance.choice(TEXTS)] = copy.deepcopy(holder[key])


def _places(holder: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    items = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for key, value in items:
        found.append((holder, key))
        if isinstance(value, dict | list):
            found += _places(value)
    return found


def _evil(chance: Random) -> Any:
    evil = chance.choice(chance.choice((TEXTS, NUMBERS, TIMES, NESTED)))
    return copy.deepcopy(evil) if isinstance(evil, dict | list) else evil


def _torn(text: str, chance: Random) -> str:
    """Cut, doubled or with a stranger in it."""
    at = chance.randrange(len(text) + 1)
    how = chance.randrange(4)
    if how == 0:
        return text[:at]
    if how == 1:
        return text[:at] + chance.choice(_PUNCTUATION) + text[at:]
    if how == 2:
        return text[:at] + text[at:].replace("0", "9" * 30, 1)
    return text + text
