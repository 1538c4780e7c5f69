"""One log for the whole program: lines on stderr, so that stdout stays the result's."""

from __future__ import annotations

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
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def log_libraries_to_stderr(level: str) -> None:
    """The same for the libraries' own lines; what they say when all is well is of no use to staff."""
    logging.basicConfig(
        level=max(_number(level), logging.WARNING),
        format="timestamp=%(asctime)s level=%(levelname)s logger=%(name)s event=%(message)r",
    )


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
