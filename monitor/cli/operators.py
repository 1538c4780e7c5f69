"""``infusion-monitor operator``: who may sign in, and as what."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated, Literal

import typer

from monitor.cli.common import AsJson, Refusal, give, new_app, put_json, put_table, reading

app = new_app("Who may sign in. Passwords are read from standard input.")
Name = Annotated[str, typer.Argument(metavar="NAME")]
Role = Literal["nurse", "clinician", "tester", "administrator"]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option(help="What the operator may do.")],
) -> None:
    """Add an operator; the password comes on standard input."""
    fields = {"name": name, "role": role, "password": _read_password()}
    # With the rooms it is what a new clinic begins with.
    give(context, "add_operator", may_make_directory=True, **fields)


@app.command()
def role(
    context: typer.Context,
    name: Name,
    new: Annotated[Role, typer.Argument(metavar="ROLE")],
) -> None:
    """Give an operator another role: nurse, clinician, tester or administrator."""
    give(context, "change_role", operator=name, role=new)


@app.command()
def password(context: typer.Context, name: Name) -> None:
    """Give an operator another password, which comes on standard input.

    Within a second it ends every sign-in of the operator, and browsers where the operator was the last to sign in show
    the ward no longer: what shuts out a device that was lost.
    """
    give(context, "change_password", operator=name, password=_read_password())


@app.command()
def disable(context: typer.Context, name: Name) -> None:
    """Let an operator sign in no longer; what the operator did stays on record."""
    give(context, "disable_operator", operator=name)


@app.command("reset-pin")
def reset_pin(context: typer.Context, name: Name) -> None:
    """Take an operator's PIN away; the operator signs in with the password and may set another."""
    give(context, "reset_pin", operator=name)


@app.command("sign-out")
def sign_out(context: typer.Context, name: Name) -> None:
    """End every sign-in of an operator, wherever it is, within a second; stations go on showing the ward, locked."""
    give(context, "sign_out_everywhere", operator=name)


@app.command("list")
def list_operators(context: typer.Context, as_json: AsJson = False) -> None:
    """List the operators: name, role, state."""
    with reading(context) as records:
        operators = records.operators()
    if as_json:
        put_json([{"name": o.name, "role": o.role, "disabled": o.disabled} for o in operators])
    else:
        put_table([(o.name, o.role, "disabled" if o.disabled else "in use") for o in operators])


def _read_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ", stream=sys.stderr)
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Refusal("no password came on standard input")
    return line
