"""What the clinic has: rooms, devices and where they stood when, operators and what they may order. Pure data.

Built from the stored tables at start, then kept current by ``Registry.apply`` with each fact.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from monitor.domain import facts
from monitor.domain.ended_sign_ins import EndedSignIns
from monitor.domain.readings import Instant


@dataclass(frozen=True, slots=True)
class Room:
    id: str
    name: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """A device stood in a room from ``since`` until its next binding."""

    device_id: str
    room_id: str
    since: Instant


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    name: str
    simulated: bool
    token_hash: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    role: str
    password_hash: str
    disabled: bool = False
    language: str = "en"
    pin_hash: str = ""
    generation: int = 0
    """Grows whenever every sign-in of the operator ends; a cookie of an earlier one proves nothing."""
    passwords: int = 0
    """Grows with each new password: with it ends what browsers may show because this operator signed in there."""

    def after(self, body: facts.FactBody) -> Operator:
        """As the operator is after a fact about passwords, PINs and sign-ins."""
        match body:
            case facts.PasswordChanged(_, password_hash):
                return replace(
                    self,
                    password_hash=password_hash,
                    pin_hash="",
                    generation=self.generation + 1,
                    passwords=self.passwords + 1,
                )
            case facts.PinSet(_, pin_hash):
                return replace(self, pin_hash=pin_hash)
            case facts.SignedOutEverywhere():
                return replace(self, generation=self.generation + 1)
            case _:
                return self


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are one to a reader: they differ by case at most."""
    return folded(one) == folded(other)


def operator_as_typed(operators: Iterable[Operator], name: str) -> Operator | None:
    """The operator in use whom a typed name means: as it is written, else by a difference of case alone."""
    in_use = [known for known in operators if not known.disabled and is_same_name(known.name, name)]
    exactly = (known for known in in_use if known.name == name)
    # Names of before they were told apart without their case may be two: then it must be written as it is.
    return next(exactly, in_use[0] if len(in_use) == 1 else None)


def folded(name: str) -> str:
    """What names have in common that differ by case at most."""
    return unicodedata.normalize("NFC", name.casefold())


@dataclass(slots=True)
class Registry:
    """Rooms by id, devices by id, dated bindings by device, operators by name."""

    rooms: dict[str, Room] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    operators: dict[str, Operator] = field(default_factory=dict)
    ended: EndedSignIns = field(default_factory=EndedSignIns)
    _stood_in: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)
    """The devices that were ever bound to a room, by its id: with many rooms few of all devices are asked for one."""

    def bind(self, binding: Binding) -> None:
        """Take in where a device stands from a moment on; later ones come later."""
        self.bindings.setdefault(binding.device_id, []).append(binding)
        self._stood_in.setdefault(binding.room_id, set()).add(binding.device_id)

    def room_named(self, name: str) -> Room | None:
        """The room in use that carries this name."""
        return next((r for r in self.rooms.values() if r.name == name and not r.retired), None)

    def device_with_token(self, token_hash: str) -> Device | None:
        """The device whose current token has this hash, revoked ones included."""
        return next((d for d in self.devices.values() if d.token_hash == token_hash), None)

    def room_of(self, device_id: str, at: Instant) -> str | None:
        """The id of the room in which the device stood at that moment; its first room for any earlier one."""
        bindings = self.bindings.get(device_id)
        if not bindings:
            return None
        for binding in reversed(bindings):
            if binding.since <= at:
                return binding.room_id
        return bindings[0].room_id

    def devices_in(self, room_id: str, at: Instant) -> list[Device]:
        """The devices in use that stand in the room at that moment, by id."""
        candidates = (self.devices[name] for name in sorted(self._stood_in.get(room_id, ())))
        return [
            device
            for device in candidates
            if not device.revoked and self.room_of(device.id, at) == room_id
        ]

    def apply(self, fact: facts.Fact) -> None:
        """Take one fact in; facts about other things change nothing."""
        match fact.body:
            case facts.RoomAdded(room_id, name):
                self.rooms[room_id] = Room(room_id, name)
            case facts.RoomRenamed(room_id, name):
                self.rooms[room_id] = replace(self.rooms[room_id], name=name)
            case facts.RoomRetired(room_id):
                self.rooms[room_id] = replace(self.rooms[room_id], retired=True)
            case (
                facts.DeviceAdded()
                | facts.DeviceMoved()
                | facts.TokenRotated()
                | facts.DeviceRevoked()
            ):
                self._apply_device(fact.body, fact.at)
            case _:
                self._apply_operator(fact.body)

    def _apply_device(self, body: facts.FactBody, at: Instant) -> None:
        match body:
            case facts.DeviceAdded(device_id, name, room_id, simulated, token_hash):
                self.devices[device_id] = Device(device_id, name, simulated, token_hash)
                self.bind(Binding(device_id, room_id, at))
            case facts.DeviceMoved(device_id, room_id):
                self.bind(Binding(device_id, room_id, at))
            case facts.TokenRotated(device_id, token_hash):
                self.devices[device_id] = replace(self.devices[device_id], token_hash=token_hash)
            case facts.DeviceRevoked(device_id):
                self.devices[device_id] = replace(self.devices[device_id], revoked=True)

    def _apply_operator(self, body: facts.FactBody) -> None:
        match body:
            case facts.OperatorAdded(name, role, password_hash):
                self.operators[name] = Operator(name, role, password_hash)
            case facts.RoleChanged(name, role):
                self.operators[name] = replace(self.operators[name], role=role)
            case facts.PasswordChanged() | facts.PinSet() | facts.SignedOutEverywhere():
                self.operators[body.name] = self.operators[body.name].after(body)
            case facts.AccessNoted(what="signed_out"):
                self.ended.end(body.sign_in)
            case facts.OperatorDisabled(name):
                self.operators[name] = replace(self.operators[name], disabled=True)
            case facts.LanguageChosen(name, language):
                self.operators[name] = replace(self.operators[name], language=language)
