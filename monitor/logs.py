"""One log for the whole program: lines on stderr, so that stdout stays the result's."""

from __future__ import annotations

import contextlib
import logging
import sys

import structlog


def log_to_stderr(level: str) -> None:
    """Send everything of this severity or worse to stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        # Looked up for each line: who runs a command inside a program may have put another stream there.
        logger_factory=lambda *_: _Lines(),
    )


def log_libraries_to_stderr(level: str) -> None:
    """The same for the libraries' own lines; what they say when all is well is of no use to staff."""
    logging.basicConfig(
        level=max(_number(level), logging.WARNING),
        format="timestamp=%(asctime)s level=%(levelname)s logger=%(name)s event=%(message)r",
    )


class _Lines:
    """Writes lines, and lets nobody end because the disk that the log lies on is full or gone.

    What storage then lacks is said on every screen; what could not be written waits in the stream, which keeps the
    first lines and writes them once it can.
    """

    def msg(self, line: str) -> None:
        with contextlib.suppress(OSError):
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - the log is what is printed here

    log = debug = info = warning = warn = error = critical = exception = fatal = msg


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
