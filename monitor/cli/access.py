"""``infusion-monitor access``: who came in, and who looked at or ordered what. ``secrets rotate``: new keys."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.common import (
    AsJson,
    Refusal,
    Yes,
    ask,
    existing_directory,
    put_json,
    put_table,
    reading,
    say,
)

if TYPE_CHECKING:
    from monitor.data_directory import DataDirectory
    from monitor.domain.facts import Fact
    from monitor.keeping import Rotated
    from monitor.storage import SqliteRecords

MOST_SHOWN = 120
"""Characters of one detail in a line; ``--json`` has all."""
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
        by = None if by is None else _name_on_record(records, by)
        told = [
            _told(fact) for fact in records.access_log(AccessFilter(kind, by, begin), limit=limit)
        ]
    if as_json:
        put_json(told)
    else:
        if not told:
            say("nothing of this is on record")
        put_table([(one["at"], one["by"], one["kind"], _in_short(one)) for one in told])


def _name_on_record(records: SqliteRecords, typed: str) -> str:
    """The operator's, disabled ones too, or the word by which a program or a console is on record. Raises Refusal."""
    from monitor.domain.registry import is_same_name
    from monitor.service.ports import AccessFilter

    names = [known.name for known in records.operators()]
    alike = [name for name in names if is_same_name(name, typed)]
    if typed in names or records.access_log(AccessFilter(by=typed), limit=1):
        return typed
    if len(alike) == 1:
        return alike[0]
    raise Refusal(f"nobody of the name {typed} is known, and nothing by that name is on record")


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
    details = " ".join(f"{name}={_line(value)}" for name, value in one["details"].items() if value)
    return f"{one['session'] or ''} {details}".strip()


def _line(value: object) -> str:
    """A whole protocol is among these: each entry stays a line that can be read and searched."""
    text = " ".join(str(value).split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"


def _secrets() -> None:
    """The keys of this directory."""


def rotate(
    context: typer.Context,
    only: Annotated[
        Literal["sign-ins", "journal"] | None,
        typer.Option(help="Only the key of the sign-ins, or only that of the journal."),
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make new keys: every sign-in and every station's pass ends, the journal goes on under another key.

    No gateway may run. The journal's older keys are kept beside the new one: what they sealed is proven with them.
    """
    from monitor.data_directory import DirectoryBusyError, DirectoryError
    from monitor.logs import log_to_stderr
    from monitor.service.ports import JournalUnavailableError, RecordsUnavailableError
    from monitor.storage import JournalDamagedError, SchemaError

    log_to_stderr("warning")
    directory = existing_directory(context)
    try:
        with directory.writing():
            if not yes:
                ask(_asked(directory, only))
            done = _rotated(directory, only)
    except DirectoryBusyError as error:
        raise Refusal(f"{error}: stop its gateway first") from None
    except (
        DirectoryError,
        JournalDamagedError,
        JournalUnavailableError,
        RecordsUnavailableError,
        SchemaError,
    ) as error:
        raise Refusal(str(error)) from None
    _tell_rotated(done, sign_ins=only != "journal", as_json=as_json)


def _rotated(directory: DataDirectory, only: str | None) -> Rotated | None:
    """Call with the directory's lock held."""
    from monitor.console import console_user
    from monitor.keeping import rotate_journal_key

    done = None
    if only != "sign-ins":
        now = round(time.time() * 1000)
        done = rotate_journal_key(directory, by=console_user(), now=now)
    if only != "journal":
        directory.rotate_cookie_key()
    return done


def _asked(directory: DataDirectory, only: str | None) -> str:
    ends = "" if only == "journal" else " Every sign-in and every station's pass ends."
    goes_on = "" if only == "sign-ins" else " The journal goes on under another key."
    return f"make new keys for {directory.path}?{ends}{goes_on}"


def _tell_rotated(done: Rotated | None, *, sign_ins: bool, as_json: bool) -> None:
    if as_json:
        put_json({"sign_ins": sign_ins, "journal": None if done is None else done._asdict()})
        return
    if done is not None:
        say(
            f"from batch {done.batch + 1} on the journal is sealed with key {done.new}; "
            f"{done.old} is kept to prove what is older: make a backup now"
        )
    if sign_ins:
        say("everybody signs in anew, at every station; a dashboard that runs must be restarted")
