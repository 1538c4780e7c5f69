"""``infusion-monitor access``: who came in, and who looked at or ordered what. ``secrets rotate``: a new cookie key."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.common import (
    AsJson,
    Refusal,
    existing_directory,
    put_json,
    put_table,
    reading,
    say,
)

if TYPE_CHECKING:
    from monitor.domain.facts import Fact

MOST_SECRET = frozenset({"password_hash", "pin_hash", "token_hash"})


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(access)
    secrets = typer.Typer(help="The keys of this directory.", no_args_is_help=True)
    secrets.command()(rotate)
    secrets.callback()(_secrets)
    app.add_typer(secrets, name="secrets")


def access(
    context: typer.Context,
    kind: Annotated[
        Literal["sign_ins", "openings", "exports", "orders"] | None,
        typer.Option(help="Only these."),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Only this operator's.")] = None,
    since: Annotated[datetime | None, typer.Option(metavar="DATE", help="Not before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Tell sign-ins, also refused ones, openings and exports of records, and orders; the newest first."""
    from monitor.service.ports import AccessFilter

    begin = None if since is None else round(since.timestamp() * 1000)
    with reading(context) as records:
        told = [
            _told(fact) for fact in records.access_log(AccessFilter(kind, by, begin), limit=limit)
        ]
    if as_json:
        put_json(told)
    else:
        put_table([(one["at"], one["by"], one["kind"], _in_short(one)) for one in told])


def _told(fact: Fact) -> dict[str, Any]:
    from monitor.domain.facts import kind_of
    from monitor.wire.base import rfc3339

    body = {name: value for name, value in asdict(fact.body).items() if name not in MOST_SECRET}
    return {
        "at": rfc3339(fact.at),
        "by": fact.by,
        "kind": body.pop("what", None) or kind_of(fact.body),
        "session": fact.session_id or body.pop("subject", None),
        "details": body,
    }


def _in_short(one: dict[str, Any]) -> str:
    details = " ".join(f"{name}={value}" for name, value in one["details"].items() if value)
    return f"{one['session'] or ''} {details}".strip()


def _secrets() -> None:
    """The keys of this directory."""


def rotate(context: typer.Context) -> None:
    """Make a new cookie key: every sign-in and every station's pass ends. No gateway may run.

    The journal's key stays: its chain is proven with it from the first batch on.
    """
    from monitor.data_directory import DirectoryBusyError, DirectoryError

    directory = existing_directory(context)
    try:
        with directory.writing():
            directory.rotate_cookie_key()
    except DirectoryBusyError as error:
        raise Refusal(f"{error}: stop its gateway first") from None
    except DirectoryError as error:
        raise Refusal(str(error)) from None
    say("everybody signs in anew, at every station; the journal's key is the same as before")
