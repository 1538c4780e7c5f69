"""The log of hazards: each has a cause, a control and a proof, and every proof is a test that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOG = (ROOT / "monitor" / "HAZARDS.md").read_text(encoding="utf-8")
HAZARDS = re.split(r"(?m)^### ", LOG)[1:]
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file, whatever makes more of one."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    )


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda text: text.split()[0])
def test_a_hazard_has_its_severity_cause_control_and_what_is_left(hazard: str) -> None:
    for wanted in (
        r"^Severity: (fatal|serious|minor)\.",
        r"^- Cause: \S",
        r"^- Control: \S",
        r"^- Left: \S",
    ):
        assert re.search(wanted, hazard, re.MULTILINE), wanted


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda text: text.split()[0])
def test_each_control_is_proven_by_tests_that_exist(hazard: str) -> None:
    named = _TEST.findall(hazard)
    assert named, "no test proves the control"
    assert hazard.count("::") == len(named), "a test is named in a way that cannot be followed"
    for path, name in named:
        assert (ROOT / path).is_file(), path
        assert name in names_in(path), f"{path} has no {name}"


def test_hazards_are_numbered_without_a_gap() -> None:
    numbers = [text.split()[0] for text in HAZARDS]
    assert numbers == [f"H{number}" for number in range(1, len(HAZARDS) + 1)]
