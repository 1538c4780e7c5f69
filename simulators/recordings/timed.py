"""What readers of recordings share: values by the time at which they were measured."""

from __future__ import annotations

from simulators.devices.measurement import Measurement


class RecordingError(ValueError):
    """The file is not a recording that can be played back; one sentence with the line."""


Timed = dict[int, list[Measurement]]
"""Milliseconds of any clock to what was measured then."""
