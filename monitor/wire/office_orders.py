"""Orders about rooms, devices and operators; see ``orders`` for the envelope."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.wire.base import Message, Name

Password = Annotated[str, Field(min_length=8, max_length=200)]
Pin = Annotated[str, Field(pattern=r"^[0-9]{4,12}$")]
Role = Literal["nurse", "clinician", "tester", "administrator"]
Language = Literal["en", "nb"]


class AddRoom(Message):
    kind: Literal["add_room"] = "add_room"
    name: Name


class RenameRoom(Message):
    kind: Literal["rename_room"] = "rename_room"
    room: Name
    name: Name


class RetireRoom(Message):
    kind: Literal["retire_room"] = "retire_room"
    room: Name


class AddDevice(Message):
    """Answered with ``id`` and the ``token`` (shown once, kept only as a hash)."""

    kind: Literal["add_device"] = "add_device"
    room: Name
    name: Name
    simulated: bool = False


class MoveDevice(Message):
    kind: Literal["move_device"] = "move_device"
    device: str
    room: Name


class RotateToken(Message):
    """Answered with the new ``token``; the old one stops at once."""

    kind: Literal["rotate_token"] = "rotate_token"
    device: str


class RevokeDevice(Message):
    kind: Literal["revoke_device"] = "revoke_device"
    device: str


class AddOperator(Message):
    kind: Literal["add_operator"] = "add_operator"
    name: Name
    role: Role
    password: Password


class ChangeRole(Message):
    kind: Literal["change_role"] = "change_role"
    operator: Name
    role: Role


class ChangePassword(Message):
    kind: Literal["change_password"] = "change_password"
    operator: Name
    password: Password


class SetPin(Message):
    """An operator's own; ``password`` is the operator's, so that nobody sets it at a station that was left."""

    kind: Literal["set_pin"] = "set_pin"
    pin: Pin
    password: Annotated[str, Field(min_length=1, max_length=200)]


class ResetPin(Message):
    """The operator has none any more."""

    kind: Literal["reset_pin"] = "reset_pin"
    operator: Name


class SignOutEverywhere(Message):
    """Every sign-in ends within a second: one's own, or, as an administrator, anybody's."""

    kind: Literal["sign_out_everywhere"] = "sign_out_everywhere"
    operator: Name


class DisableOperator(Message):
    kind: Literal["disable_operator"] = "disable_operator"
    operator: Name


class ChooseLanguage(Message):
    """An operator's own language."""

    kind: Literal["choose_language"] = "choose_language"
    language: Language
