"""Clinical protocols: read from files or from a session's stored text, checked, ready for the domain."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from monitor.domain.course import Course
from monitor.domain.limits import AlarmSettings
from monitor.service.protocol_file.building import alarm_settings, course_of
from monitor.service.protocol_file.file import ProtocolError, parse

__all__ = [
    "PROTOCOLS_DIRECTORY",
    "Protocol",
    "ProtocolError",
    "load_protocol",
    "load_protocols",
    "read_protocol",
]

PROTOCOLS_DIRECTORY = Path(__file__).parent.parent / "protocols"
_EDITION_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a session is run by. Durations in ms; ``planned_sessions`` is the length of a series.

    ``edition`` tells one text from another, whatever their version says: a session keeps the one it began with.
    """

    name: str
    version: int
    title: str
    planned_sessions: int | None
    phase_ms: dict[str, int]
    cuff_ms: dict[str, int]
    alarms: AlarmSettings
    course: Course
    edition: str
    text: str = field(repr=False)
    usual: bool = False
    """Offered before the others."""


def load_protocols(directory: Path = PROTOCOLS_DIRECTORY) -> dict[str, Protocol]:
    """Every protocol of a directory by name, the usual one first.

    Raises ProtocolError for the first that cannot be used.
    """
    found: dict[str, Protocol] = {}
    for path in sorted(directory.glob("*.toml")):
        protocol = load_protocol(path)
        if protocol.name in found:
            raise ProtocolError(f"{path}: protocol.name: another file is {protocol.name} too")
        found[protocol.name] = protocol
    return dict(sorted(found.items(), key=lambda item: not item[1].usual))


def load_protocol(path: Path) -> Protocol:
    """One protocol file. Raises ProtocolError with file, key and reason."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ProtocolError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ProtocolError(f"{path}: this is no text in UTF-8") from error
    return read_protocol(text, str(path))


def read_protocol(text: str, name: str) -> Protocol:
    """A protocol from its text; ``name`` is what a fault is told with. Raises ProtocolError."""
    file = parse(text, name)
    course = course_of(file)
    return Protocol(
        name=file.protocol.name,
        version=file.protocol.version,
        title=file.protocol.title,
        planned_sessions=file.protocol.planned_sessions,
        phase_ms=dict(course.phase_ms),
        cuff_ms=dict(course.cuff_ms),
        alarms=alarm_settings(file),
        course=course,
        edition=hashlib.sha256(text.encode("utf-8")).hexdigest()[:_EDITION_LENGTH],
        text=text,
        usual=file.protocol.usual,
    )
