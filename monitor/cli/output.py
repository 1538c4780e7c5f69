"""Standard output that says in one line when nothing can be written to it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from monitor.cli.common import Refusal


class _Result(io.TextIOWrapper):
    """Writes to another stream's descriptor; whoever writes is refused when the system refuses."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(
            stream.buffer,
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=stream.isatty(),
        )

    def write(self, text: str, /) -> int:
        with _refusing():
            return super().write(text)

    def flush(self) -> None:
        with _refusing():
            super().flush()


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # What is still kept back has nowhere to go, and would be tried again when the process ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        raise Refusal(f"the result cannot be written: {error.strerror}") from None


def refuse_when_unwritable() -> None:
    """Make a failed write to standard output a Refusal, for the rest of this process."""
    sys.stdout = _Result(sys.stdout)
