"""What all commands share: the data directory option, printing a result, refusing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from monitor.data_directory import DataDirectory
    from monitor.settings import Settings
    from monitor.storage import SqliteRecords

PROGRAM = "infusion-monitor"

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class Refusal(Exception):  # noqa: N818 - not an error of the program: its answer is no
    """The command is refused or has failed; the message is one line, empty where it has been said already."""


def say(line: str) -> None:
    """Advice or progress: to stderr, because stdout is the result's."""
    print(f"{PROGRAM}: {line}", file=sys.stderr)  # noqa: T201 - a command speaks


def ask(question: str) -> None:
    """Go on when the answer is yes. Raises Refusal for any other, and where nobody answers."""
    # Not input(): it writes to standard output, which is the result's.
    say(f"{question} Type yes to do it:")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refusal("nothing was changed")


def put(text: str) -> None:
    """The result, to stdout."""
    print(text)  # noqa: T201 - a command speaks


def put_json(result: object) -> None:
    """The result as JSON, to stdout."""
    put(json.dumps(result, ensure_ascii=False, indent=1))


def put_table(rows: Sequence[Sequence[object]]) -> None:
    """The result as aligned columns without a head, for people."""
    texts = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*texts, strict=True)]
    for row in texts:
        put("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())


def new_app(summary: str) -> typer.Typer:
    """A group of commands that explains itself and nothing more."""
    return typer.Typer(
        help=summary,
        no_args_is_help=False,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def data_path(context: typer.Context) -> Path:
    """The data directory that was named. Raises a usage error when none was."""
    path: Path | None = context.obj["data"]
    if path is None:
        raise typer.BadParameter("name the data directory: --data DIR, or INFUSION_MONITOR_DATA")
    return path


def existing_directory(context: typer.Context) -> DataDirectory:
    """The data directory that was named. Raises Refusal when there is none."""
    from monitor.data_directory import DirectoryError, open_existing

    try:
        return open_existing(data_path(context))
    except DirectoryError as error:
        raise Refusal(str(error)) from None


def made_directory(context: typer.Context) -> DataDirectory:
    """The data directory that was named, made (for real data) where there is none. Raises Refusal."""
    from monitor.data_directory import DirectoryError, create

    try:
        return create(data_path(context), simulated=None)
    except DirectoryError as error:
        raise Refusal(str(error)) from None


def chosen_settings(context: typer.Context, flags: Mapping[str, object]) -> Settings:
    """The settings in force for this command. Raises Refusal with all that cannot be used."""
    settings, faults = settings_and_faults(context, flags)
    if faults:
        raise Refusal("; ".join(faults))
    return settings


def settings_and_faults(
    context: typer.Context, flags: Mapping[str, object]
) -> tuple[Settings, Sequence[str]]:
    """The settings, without those that cannot be used, and what is wrong with these."""
    from monitor.config import ConfigError, load_settings, unknown_variables

    faults: Sequence[str] = ()
    try:
        settings = load_settings(flags, directory=data_path(context), file=context.obj["config"])
    except ConfigError as error:
        settings, faults = error.others, error.faults
    for variable in unknown_variables():
        say(f"warning: {variable} is set and is not a setting of this program; is it misspelt?")
    return settings, faults


@contextmanager
def reading(context: typer.Context) -> Iterator[SqliteRecords]:
    """The records of the data directory that was named. Raises Refusal."""
    from monitor.service.ports import RecordsUnavailableError
    from monitor.storage import open_records

    records = open_records(existing_directory(context).path)
    try:
        yield records
    except RecordsUnavailableError as error:
        raise Refusal(str(error)) from None
    finally:
        records.close()


def give(
    context: typer.Context, kind: str, /, *, may_make_directory: bool = False, **fields: object
) -> dict[str, Any]:
    """Give the order of this kind, and return its result. Raises Refusal, or a usage error for impossible fields.

    Without ``may_make_directory`` there must be a data directory: a mistyped path is not to become a clinic.
    """
    from pydantic import TypeAdapter, ValidationError

    from monitor.console import NotDoneError, execute
    from monitor.data_directory import DirectoryError
    from monitor.logs import log_to_stderr
    from monitor.wire.base import invalid_messages
    from monitor.wire.orders import Order

    try:
        order = TypeAdapter[Any](Order).validate_python({"kind": kind, **fields})
    except ValidationError as error:
        faults = "; ".join(fault.message for fault in invalid_messages(error))
        raise typer.BadParameter(faults) from None
    try:
        log_to_stderr("warning")
        directory = made_directory if may_make_directory else existing_directory
        return execute(directory(context), order)
    except (NotDoneError, DirectoryError) as error:
        raise Refusal(str(error)) from None


def unnoted(directory: DataDirectory, what: str, session: str, detail: str) -> str:
    """Put on record that somebody opens a session or takes it along; why it could not be, empty where it is.

    Of a record that cannot be written it is shown all the same: the caller says so.
    """
    from monitor.console import NotDoneError, console_user, execute
    from monitor.data_directory import DirectoryError
    from monitor.logs import log_to_stderr
    from monitor.wire.orders import NoteAccess

    log_to_stderr("warning")
    given = {"what": what, "operator": console_user(), "subject": session, "detail": detail}
    try:
        execute(directory, NoteAccess.model_validate(given))
    except (NotDoneError, DirectoryError) as error:
        return str(error)
    return ""
