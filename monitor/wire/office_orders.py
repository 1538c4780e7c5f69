"""Orders about rooms, devices and operators; see ``orders`` for the envelope."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.wire.base import Message, Name

Password = Annotated[str, Field(min_length=8, max_length=200)]
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


class DisableOperator(Message):
    kind: Literal["disable_operator"] = "disable_operator"
    operator: Name


class ChooseLanguage(Message):
    """An operator's own language."""

    kind: Literal["choose_language"] = "choose_language"
    language: Language
