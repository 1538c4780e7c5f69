"""What concerns the stored record as a whole: export, migration, checking the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.cli.common import (
    AsJson,
    Refusal,
    chosen_settings,
    existing_directory,
    made_directory,
    put,
    put_json,
    put_table,
    reading,
    say,
)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(export)
    app.command()(migrate)
    app.command("check-config")(check_config)


def export(
    context: typer.Context,
    session: Annotated[str, typer.Argument(metavar="ID")],
    file_format: Annotated[Literal["csv"], typer.Option("--format", help="What to write.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="It is complete or absent.")],
    as_json: AsJson = False,
) -> None:
    """Write a session's readings to a file, with its seal beside it."""
    from monitor.export import export_csv

    simulated = existing_directory(context).simulated
    with reading(context) as records:
        try:
            seal = export_csv(records, session, out, simulated=simulated)
        except LookupError as error:
            raise Refusal(str(error.args[0])) from None
        except OSError as error:
            raise Refusal(f"{out}: {error.strerror}") from None
    if as_json:
        put_json({"session": session, "format": file_format, "file": str(out), "rows": seal.rows})
    else:
        say(f"{seal.rows} readings written to {out}")


def migrate(context: typer.Context, as_json: AsJson = False) -> None:
    """Bring the database to this version's schema; again is harmless. Not while a gateway runs."""
    from monitor.data_directory import DirectoryBusyError
    from monitor.storage import SchemaError
    from monitor.storage import migrate as migrate_database

    directory = made_directory(context)
    try:
        with directory.writing():
            done = migrate_database(directory.path)
    except DirectoryBusyError as error:
        raise Refusal(f"{error}: stop its gateway first") from None
    except SchemaError as error:
        raise Refusal(str(error)) from None
    if as_json:
        put_json({"before": done.before, "after": done.after})
    else:
        found = {None: "a new database", done.after: "nothing to do"}
        put(f"schema {done.after}: {found.get(done.before, f'was {done.before}')}")


def check_config(context: typer.Context, as_json: AsJson = False) -> None:
    """Print the settings in force, or say what is wrong with them."""
    from monitor.bootstrap import StartRefusedError, notice_addresses

    settings = chosen_settings(context, {})
    try:
        notice_addresses(settings, simulated=False)
    except StartRefusedError as error:
        raise Refusal(str(error)) from None
    shown = settings.model_dump(mode="json")
    if as_json:
        put_json(shown)
    else:
        put_table(list(shown.items()))
