"""The table of a check: what was expected, and what was seen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from simulators.check.verdict import Outcome, Row

_EXPECTED, _SEEN = 52, 78
_RIGHT, _WRONG = "ok", "NOT"


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The table for people: one block a scenario."""
    for outcome in outcomes:
        yield f"{outcome.name}: {'passed' if outcome.passed else 'FAILED'}"
        several = len({row.room for row in outcome.rows}) > 1
        for row in outcome.rows:
            yield from _row(row, several=several)
        for alarm in outcome.also:
            yield f"  also {alarm}"
        yield ""
    passed = sum(outcome.passed for outcome in outcomes)
    yield f"{passed} of {len(outcomes)} scenarios passed"


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "scenario": outcome.name,
            "passed": outcome.passed,
            "rows": [row._asdict() for row in outcome.rows],
            "also": list(outcome.also),
        }
        for outcome in outcomes
    ]


def _row(row: Row, *, several: bool) -> Iterator[str]:
    expected = f"{row.room}: {row.expected}" if several else row.expected
    left, right = textwrap.wrap(expected, _EXPECTED), textwrap.wrap(row.seen, _SEEN)
    for number in range(max(len(left), len(right))):
        mark = (_RIGHT if row.right else _WRONG) if number == 0 else ""
        one = left[number] if number < len(left) else ""
        other = right[number] if number < len(right) else ""
        yield f"  {mark:4}{one:{_EXPECTED}}  {other}".rstrip()
