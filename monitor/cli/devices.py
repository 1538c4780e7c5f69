"""``infusion-monitor device``: which devices may send, and in which room each stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import AsJson, give, new_app, put, put_json, put_table, reading

if TYPE_CHECKING:
    from monitor.storage import SqliteRecords

app = new_app("The devices that may send readings.")
Id = Annotated[str, typer.Argument(metavar="ID")]
Room = Annotated[str, typer.Option(metavar="NAME", help="The room it stands in.")]


@app.command()
def add(
    context: typer.Context,
    room: Room,
    name: Annotated[str, typer.Option(metavar="TEXT", help="What staff call it.")],
    simulated: Annotated[bool, typer.Option("--simulated", help="It is no real device.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a device and print its token, which is shown this once."""
    result = give(context, "add_device", room=room, name=name, simulated=simulated)
    if as_json:
        described = {"room": room, "name": name, "simulated": simulated}
        put_json({"id": result["id"], **described, "token": result["token"]})
    else:
        put(result["token"])


@app.command()
def move(context: typer.Context, device: Id, room: Room) -> None:
    """From now on the device stands in this room."""
    give(context, "move_device", device=device, room=room)


@app.command()
def rotate(context: typer.Context, device: Id, as_json: AsJson = False) -> None:
    """Print a new token for the device; the old one stops at once."""
    token = give(context, "rotate_token", device=device)["token"]
    if as_json:
        put_json({"id": device, "token": token})
    else:
        put(token)


@app.command()
def revoke(context: typer.Context, device: Id) -> None:
    """Never let the device send again; its connection ends at once."""
    give(context, "revoke_device", device=device)


@app.command("list")
def list_devices(context: typer.Context, as_json: AsJson = False) -> None:
    """List the devices: id, room, name, state, when last seen."""
    with reading(context) as records:
        devices = _described(records)
    if as_json:
        put_json(devices)
        return
    put_table(
        [
            (d["id"], d["room"], d["name"], "revoked" if d["revoked"] else "in use", d["last_seen"])
            for d in devices
        ]
    )


def _described(records: SqliteRecords) -> list[dict[str, Any]]:
    from monitor.wire.base import rfc3339

    names = {room.id: room.name for room in records.rooms()}
    # By device, then by time: the last one is where it stands now.
    rooms = {binding.device_id: names[binding.room_id] for binding in records.bindings()}
    last_seen = records.last_seen()
    return [
        {
            "id": device.id,
            "room": rooms.get(device.id),
            "name": device.name,
            "simulated": device.simulated,
            "revoked": device.revoked,
            "last_seen": rfc3339(last_seen[device.id]) if device.id in last_seen else None,
        }
        for device in records.devices()
    ]
