"""Parsers under coverage-guided fuzzing: whatever bytes come, a message or a refusal, never another failure.

Needs atheris in the environment, which is no dependency of ours: ``python -m tests.fuzz.guided [SECONDS]``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor.wire.base import InvalidMessageError
from monitor.wire.device import parse_from_device
from monitor.wire.live import parse_from_screen
from monitor.wire.orders import parse_order
from tests.fuzz.mutating import corpus

PARSERS: tuple[Callable[[str], Any], ...] = (parse_from_device, parse_order, parse_from_screen)


def take(data: bytes) -> None:
    """One input to every parser. Raises what none of them may raise."""
    text = data.decode("utf-8", "replace")
    for parse in PARSERS:
        try:
            parse(text)
        except InvalidMessageError as refused:
            if not refused.message:
                raise AssertionError("a refusal without a reason") from refused


def main(seconds: int) -> None:
    """Fuzz for so long, beginning with the corpus."""
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        sys.exit("skipped: atheris is not installed here")
    with TemporaryDirectory() as folder:
        for name in ("device", "greetings", "orders", "screens"):
            for number, frame in enumerate(corpus(name)):
                Path(folder, f"{name}-{number}").write_text(frame, encoding="utf-8")
        atheris.instrument_all()
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", folder], take)
        atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
