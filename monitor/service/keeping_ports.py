"""What the gateway asks of whoever looks after the stored record."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class RecordCare(NamedTuple):
    """How the record is kept. ``problems`` has a word for each thing that staff must know, with its sentence."""

    problems: dict[str, str]
    backup_age_s: float | None
    """None before the first backup, and where none are to be made."""
    free_bytes: int
    bytes_per_day: float | None
    """How fast the disk fills; None while nobody can tell."""
    days_left: float | None
    """Until the disk is full at that pace; None where it does not fill, or nobody can tell."""


class Keeper(Protocol):
    """Has backups made and watches the disk. Never blocks."""

    def care(self) -> RecordCare:
        """What is known now."""
