"""``infusion-monitor room``: the rooms of the clinic."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import AsJson, give, new_app, put, put_json, reading

app = new_app("The rooms of the clinic.")
Name = Annotated[str, typer.Argument(metavar="NAME")]


@app.command()
def add(context: typer.Context, name: Name) -> None:
    """Add a room."""
    give(context, "add_room", may_make_directory=True, name=name)


@app.command()
def rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD")],
    new: Annotated[str, typer.Argument(metavar="NEW")],
) -> None:
    """Give a room another name."""
    give(context, "rename_room", room=old, name=new)


@app.command()
def retire(context: typer.Context, name: Name) -> None:
    """Take a room out of use; its sessions stay."""
    give(context, "retire_room", room=name)


@app.command("list")
def list_rooms(context: typer.Context, as_json: AsJson = False) -> None:
    """List the rooms in use, one name a line."""
    with reading(context) as records:
        rooms = [room for room in records.rooms() if not room.retired]
        open_sessions = {
            session.room_id: session.id for session in records.sessions(open_only=True)
        }
    if as_json:
        put_json([{"id": r.id, "name": r.name, "session": open_sessions.get(r.id)} for r in rooms])
        return
    for room in rooms:
        put(room.name)
