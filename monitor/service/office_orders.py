"""Orders about what the clinic has: rooms, devices and operators."""

from __future__ import annotations

from typing import Any

from monitor.domain import facts
from monitor.domain.permissions import ADMINISTRATOR, TESTER
from monitor.domain.registry import Device, Operator, Room, is_same_name
from monitor.identity import hash_token
from monitor.service.given import Given
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Notice, Ward


def add_room(ward: Ward, given: Given) -> dict[str, Any]:
    name = given.order.name
    _refuse_taken_name(ward, name)
    room_id = ward.new_id("room")
    _note(ward, given, facts.RoomAdded(room_id, name))
    ward.outbox.rooms[room_id] = None
    return {"id": room_id, "room": name}


def rename_room(ward: Ward, given: Given) -> dict[str, Any]:
    room = known_room(ward, given.order.room)
    _refuse_taken_name(ward, given.order.name)
    _note(ward, given, facts.RoomRenamed(room.id, given.order.name))
    ward.outbox.rooms[room.id] = None
    return {"id": room.id, "room": given.order.name}


def retire_room(ward: Ward, given: Given) -> dict[str, Any]:
    room = known_room(ward, given.order.room)
    if ward.open_session(room.id) is not None:
        raise OrderRefusedError("session_open", f"room {room.name} has an open session", "room")
    _note(ward, given, facts.RoomRetired(room.id))
    ward.outbox.retired_rooms.append(room.id)
    return {"id": room.id}


def add_device(ward: Ward, given: Given) -> dict[str, Any]:
    order = given.order
    room = known_room(ward, order.room)
    _refuse_testers_real_devices(given, simulated=order.simulated)
    if order.simulated and not ward.simulated:
        raise OrderRefusedError(
            "not_simulated",
            "simulated devices are accepted only in a simulated data directory",
            "simulated",
        )
    token, device_id = ward.tokens.new_token(), ward.new_id("device")
    _note(
        ward,
        given,
        facts.DeviceAdded(device_id, order.name, room.id, order.simulated, hash_token(token)),
    )
    _watch_in_its_room(ward, device_id, given)
    ward.outbox.rooms[room.id] = None
    return {
        "id": device_id,
        "room": room.name,
        "name": order.name,
        "simulated": order.simulated,
        "token": token,
    }


def move_device(ward: Ward, given: Given) -> dict[str, Any]:
    device, room = _known_device(ward, given.order.device), known_room(ward, given.order.room)
    before = ward.registry.room_of(device.id, given.at)
    if before == room.id:
        return {"id": device.id, "room": room.name}
    _stop_watching(ward, device.id, given)
    _note(ward, given, facts.DeviceMoved(device.id, room.id))
    session = _watch_in_its_room(ward, device.id, given)
    ward.outbox.notices.append(Notice("session", device.id, session))
    for room_id in (before, room.id):
        if room_id is not None:
            ward.outbox.rooms[room_id] = None
    return {"id": device.id, "room": room.name}


def rotate_token(ward: Ward, given: Given) -> dict[str, Any]:
    device = _known_device(ward, given.order.device)
    _refuse_testers_real_devices(given, simulated=device.simulated)
    token = ward.tokens.new_token()
    _note(ward, given, facts.TokenRotated(device.id, hash_token(token)))
    ward.outbox.notices.append(Notice("rotated", device.id))
    return {"id": device.id, "token": token}


def revoke_device(ward: Ward, given: Given) -> dict[str, Any]:
    device = ward.registry.devices.get(given.order.device)
    if device is None:
        raise OrderRefusedError(
            "unknown_device", f"there is no device {given.order.device}", "device"
        )
    _refuse_testers_real_devices(given, simulated=device.simulated)
    if not device.revoked:
        _stop_watching(ward, device.id, given)
        _note(ward, given, facts.DeviceRevoked(device.id))
        ward.outbox.notices.append(Notice("revoked", device.id))
        room_id = ward.registry.room_of(device.id, given.at)
        if room_id is not None:
            ward.outbox.rooms[room_id] = None
    return {"id": device.id}


def add_operator(ward: Ward, given: Given) -> dict[str, Any]:
    order = given.order
    _refuse_known_operator(ward, order.name)
    reserved = order.name.lower().startswith(("console:", "device:"))
    if reserved or is_same_name(order.name, facts.Fact.SYSTEM):
        raise OrderRefusedError("name_reserved", f"the name {order.name} is reserved", "name")
    _note(ward, given, facts.OperatorAdded(order.name, order.role, _hash(given)))
    return {"name": order.name, "role": order.role}


def change_role(ward: Ward, given: Given) -> dict[str, Any]:
    operator = _known_operator(ward, given.order.operator)
    if given.order.role != ADMINISTRATOR:
        _refuse_to_lose_the_last_administrator(ward, given, operator)
    _note(ward, given, facts.RoleChanged(operator.name, given.order.role))
    return {"name": operator.name, "role": given.order.role}


def change_password(ward: Ward, given: Given) -> dict[str, Any]:
    operator = _known_operator(ward, given.order.operator)
    _note(ward, given, facts.PasswordChanged(operator.name, _hash(given)))
    return {"name": operator.name}


def set_pin(ward: Ward, given: Given) -> dict[str, Any]:
    operator = _known_operator(ward, given.by)
    if given.password_hash is None:
        raise OrderRefusedError("wrong_password", "this is not your password", "password")
    _note(ward, given, facts.PinSet(operator.name, given.password_hash))
    return {"name": operator.name}


def reset_pin(ward: Ward, given: Given) -> dict[str, Any]:
    operator = _known_operator(ward, given.order.operator)
    _note(ward, given, facts.PinSet(operator.name, ""))
    return {"name": operator.name}


def sign_out_everywhere(ward: Ward, given: Given) -> dict[str, Any]:
    operator = _known_operator(ward, given.order.operator)
    if operator.name != given.by and given.role != ADMINISTRATOR:
        reason = "only an administrator may sign somebody else out"
        raise OrderRefusedError("not_allowed", reason, "operator")
    _note(ward, given, facts.SignedOutEverywhere(operator.name))
    return {"name": operator.name}


def disable_operator(ward: Ward, given: Given) -> dict[str, Any]:
    operator = _known_operator(ward, given.order.operator)
    _refuse_to_lose_the_last_administrator(ward, given, operator)
    _note(ward, given, facts.OperatorDisabled(operator.name))
    return {"name": operator.name}


def choose_language(ward: Ward, given: Given) -> dict[str, Any]:
    operator = _known_operator(ward, given.by)
    _note(ward, given, facts.LanguageChosen(operator.name, given.order.language))
    return {"language": given.order.language}


def known_room(ward: Ward, name: str) -> Room:
    """The room of that name. Raises OrderRefusedError."""
    room = ward.registry.room_named(name)
    if room is None:
        raise OrderRefusedError("unknown_room", f"there is no room {name}", "room")
    return room


def _known_device(ward: Ward, device_id: str) -> Device:
    device = ward.registry.devices.get(device_id)
    if device is None or device.revoked:
        raise OrderRefusedError(
            "unknown_device", f"there is no device {device_id} in use", "device"
        )
    return device


def _known_operator(ward: Ward, name: str) -> Operator:
    operator = ward.registry.operators.get(name)
    if operator is None or operator.disabled:
        raise OrderRefusedError("unknown_operator", f"there is no operator {name}", "operator")
    return operator


def _refuse_known_operator(ward: Ward, name: str) -> None:
    """Two who differ by case alone could not be told apart, neither at sign-in nor in the record."""
    for known in ward.registry.operators:
        if is_same_name(known, name):
            raise OrderRefusedError("name_taken", f"there is already an operator {known}", "name")


def _refuse_testers_real_devices(given: Given, *, simulated: bool) -> None:
    if given.role == TESTER and not simulated:
        raise OrderRefusedError(
            "not_allowed", "a tester may set up simulated devices only", "simulated"
        )


def _refuse_taken_name(ward: Ward, name: str) -> None:
    if ward.registry.room_named(name) is not None:
        raise OrderRefusedError("name_taken", f"there is already a room {name}", "name")


def _refuse_to_lose_the_last_administrator(ward: Ward, given: Given, operator: Operator) -> None:
    """Somebody on the screens must be left who can; from the console it is always possible to add one again."""
    if operator.role != ADMINISTRATOR or given.by.startswith("console:"):
        return
    others = (
        known
        for known in ward.registry.operators.values()
        if known.role == ADMINISTRATOR and not known.disabled and known.name != operator.name
    )
    if next(others, None) is None:
        raise OrderRefusedError(
            "last_administrator", f"{operator.name} is the last administrator", "operator"
        )


def _hash(given: Given) -> str:
    if given.password_hash is None:
        raise OrderRefusedError("no_password", "a password is wanted", "password")
    return given.password_hash


def _watch_in_its_room(ward: Ward, device_id: str, given: Given) -> str | None:
    session = ward.session_of_device(device_id, given.at)
    alarms = None if session is None else ward.alarms.touch(session.id)
    if session is None or alarms is None:
        return None
    connection = ward.connections.get(device_id)
    alarms.expect(device_id, None if connection is None else connection.intervals, given.at)
    ward.must_checkpoint[session.id] = None
    return session.id


def _stop_watching(ward: Ward, device_id: str, given: Given) -> None:
    session = ward.session_of_device(device_id, given.at)
    alarms = None if session is None else ward.alarms.touch(session.id)
    if session is not None and alarms is not None:
        alarms.forget(device_id, given.at)
        ward.must_checkpoint[session.id] = None


def _note(ward: Ward, given: Given, body: facts.FactBody) -> None:
    ward.note(body, at=given.at, by=given.by)
