"""Commands run inside the test's process, on a data directory of their own."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.app import run


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Runs commands; ``data`` is named by the environment."""

    data: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, stdin: str = "") -> Answer:
        self.monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        self.capsys.readouterr()
        code = run(list(arguments))
        captured = self.capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    def done(self, *arguments: str, stdin: str = "") -> Answer:
        """A command that must succeed."""
        answer = self(*arguments, stdin=stdin)
        assert answer.code == 0, answer.err
        return answer

    def refused(self, *arguments: str, stdin: str = "") -> str:
        """The one line of a command that must be refused."""
        answer = self(*arguments, stdin=stdin)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.count("\n") == 1
        return answer.err
