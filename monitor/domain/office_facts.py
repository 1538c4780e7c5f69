"""Facts of rooms, devices and operators. See ``facts`` for what a fact is."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.readings import Instant


@dataclass(frozen=True, slots=True)
class RoomAdded:
    room_id: str
    name: str


@dataclass(frozen=True, slots=True)
class RoomRenamed:
    room_id: str
    name: str


@dataclass(frozen=True, slots=True)
class RoomRetired:
    room_id: str


@dataclass(frozen=True, slots=True)
class DeviceAdded:
    device_id: str
    name: str
    room_id: str
    simulated: bool
    token_hash: str


@dataclass(frozen=True, slots=True)
class DeviceMoved:
    """From this fact's moment on the device's readings belong to the new room."""

    device_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class TokenRotated:
    device_id: str
    token_hash: str


@dataclass(frozen=True, slots=True)
class DeviceRevoked:
    device_id: str


@dataclass(frozen=True, slots=True)
class OperatorAdded:
    name: str
    role: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class RoleChanged:
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    name: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class PinSet:
    """A short number with which an operator comes back to a station; an empty hash: none any more."""

    name: str
    pin_hash: str


@dataclass(frozen=True, slots=True)
class SignedOutEverywhere:
    """Every sign-in of the operator is over, wherever it was."""

    name: str


@dataclass(frozen=True, slots=True)
class OperatorDisabled:
    name: str


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class JournalKeyRotated:
    """The chain goes on under another key from the next batch on; this one is the last under the old key."""

    old: str
    new: str
    """Their fingerprints."""


@dataclass(frozen=True, slots=True)
class RecordRestored:
    """From here on the record is that of a backup: what followed the backup's last batch elsewhere is not in it."""

    batch: int
    made_at: Instant
    recorded_to: Instant
    batches_lost: int | None
    """None where nobody can tell."""
    readings_lost: int | None
    lost_to: Instant | None
    numbers: dict[str, int]
    """The highest numbers that were given by then, by kind: none of them is given again."""
    erasures_known: bool | None = None
    """Whether whoever was erased since is known, and erased anew; None on a record from before this was told."""
