"""What concerns the stored record as a whole: export, migration, packing, checking the settings."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

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
    settings_and_faults,
    unnoted,
)

if TYPE_CHECKING:
    from monitor.data_directory import DataDirectory
    from monitor.export import Exported, RecordProof, Source, Wanted
    from monitor.settings import Settings

PROGRESS_EVERY_S = 2.0

FileFormat = Annotated[
    Literal["csv", "parquet", "fhir", "pdf", "registry"],
    typer.Option("--format", help="What to write."),
]
Out = Annotated[Path, typer.Option(metavar="FILE", help="It is complete or absent.")]
Resolution = Annotated[
    Literal["reading", "minute"],
    typer.Option(help="FHIR: every reading, or the minute's median of continuous values."),
]
Deidentified = Annotated[
    bool,
    typer.Option(
        "--deidentified",
        help="For research: dates shifted, references replaced, no names, no free text.",
    ),
]
Language = Annotated[
    Literal["en", "nb"] | None,
    typer.Option(help="Of what people read in it; without it, that of the settings."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(export)
    app.command()(migrate)
    app.command()(compact)
    app.command("check-config")(check_config)


def export(
    context: typer.Context,
    session: Annotated[str, typer.Argument(metavar="ID")],
    file_format: FileFormat,
    out: Out,
    resolution: Resolution = "reading",
    deidentified: Deidentified = False,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Write a session to a file, what belongs to it beside it, and the seal of each."""
    from monitor.export import Source, Wanted
    from monitor.service.protocols import load_protocols

    if resolution == "minute" and file_format != "fhir":
        raise typer.BadParameter(
            f"--resolution minute is for fhir; {file_format} has every reading"
        )
    directory = existing_directory(context)
    settings = chosen_settings(context, {"language": language})
    zone = ZoneInfo(settings.clinic_time_zone)
    wanted = Wanted(session, file_format, resolution, settings.language, deidentified, zone)
    with reading(context) as records:
        source = Source(records, load_protocols(), directory.simulated, directory.research_secret)
        proof = _proof(directory, session)
        done = _exported(source, wanted, out, proof)
    what = f"{file_format}{' deidentified' if deidentified else ''}"
    if fault := unnoted(directory, "record_exported", session, what):
        say(f"warning: the export is not in the access log: {fault}")
    if as_json:
        found = {"session": session, "format": file_format, "file": str(out)}
        put_json(found | _told_of(done, proof))
    else:
        _say_what_was_written(done)
    if proof.fault:
        say(f"{session} is not as it was recorded, and its files say so: {proof.fault}")
    if done.is_open and not as_json:
        say(f"{session} is open: these files are not final")


def _told_of(done: Exported, proof: RecordProof) -> dict[str, object]:
    return {
        "files": [str(file) for file in done.files],
        "rows": done.seals[0].rows,
        "open": done.is_open,
        "verified": proof.proven,
    }


def _say_what_was_written(done: Exported) -> None:
    what = "1 reading" if done.readings == 1 else f"{done.readings} readings"
    say(f"{what} written to {' and '.join(str(file) for file in done.files)}")


def _proof(directory: DataDirectory, session: str) -> RecordProof:
    """Of the session's own batches: what came after them takes as long as the record is."""
    from monitor.export import RecordProof
    from monitor.storage import SchemaError, verify_session

    try:
        found = verify_session(directory.path, directory.journal_key, session, to_head=False)
    except (LookupError, OSError, SchemaError):
        # What is wrong is said by the export itself.
        return RecordProof()
    return RecordProof(found.fault is None, "" if found.fault is None else found.fault.message)


def _exported(source: Source, wanted: Wanted, out: Path, proof: RecordProof) -> Exported:
    from monitor.export import ExportRefusedError
    from monitor.export import export as write_export

    try:
        return write_export(source, wanted, out, _Progress(out).tell, proof)
    except LookupError as error:
        raise Refusal(str(error.args[0])) from None
    except ExportRefusedError as error:
        raise Refusal(str(error)) from None
    except OSError as error:
        raise Refusal(f"{out}: {error.strerror}") from None


class _Progress:
    """Says how far a long export is, every other second."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._told_at = time.monotonic()

    def tell(self, written: int) -> None:
        """Called with the bytes written so far."""
        now = time.monotonic()
        if now - self._told_at >= PROGRESS_EVERY_S:
            self._told_at = now
            say(f"{self._out}: {written / 1000:,.0f} kB so far")


def migrate(context: typer.Context, as_json: AsJson = False) -> None:
    """Bring the database to this version's schema; again is harmless. Not while a gateway runs."""
    from monitor.data_directory import DirectoryBusyError
    from monitor.storage import SchemaError
    from monitor.storage import migrate as migrate_database

    directory = made_directory(context)
    try:
        with directory.writing():
            done = migrate_database(directory.path, directory.journal_key)
    except DirectoryBusyError as error:
        raise Refusal(f"{error}: stop its gateway first") from None
    except SchemaError as error:
        raise Refusal(str(error)) from None
    if as_json:
        put_json({"before": done.before, "after": done.after})
    else:
        found = {None: "a new database", done.after: "nothing to do"}
        put(f"schema {done.after}: {found.get(done.before, f'was {done.before}')}")


def compact(context: typer.Context, as_json: AsJson = False) -> None:
    """Pack the readings of closed sessions, which stay what they are, and give the room back. No gateway may run."""
    from monitor.data_directory import DirectoryBusyError
    from monitor.logs import log_to_stderr
    from monitor.service.ports import JournalUnavailableError
    from monitor.storage import JournalDamagedError, SchemaError
    from monitor.storage import compact as compact_database

    log_to_stderr("warning")
    directory = existing_directory(context)
    try:
        with directory.writing():
            done = compact_database(directory.path, directory.journal_key)
    except DirectoryBusyError as error:
        raise Refusal(f"{error}: its gateway packs what is an hour old by itself") from None
    except (JournalDamagedError, JournalUnavailableError, SchemaError) as error:
        raise Refusal(str(error)) from None
    if as_json:
        put_json(done._asdict())
    else:
        was, now = (f"{size / 1_000_000:,.1f} MB" for size in (done.before, done.after))
        put(f"{done.blocks} blocks of readings packed: the database has {now} and had {was}")


def check_config(context: typer.Context, as_json: AsJson = False) -> None:
    """Print the settings in force, or say all that is wrong with them."""
    from monitor.start_checks import notice_addresses, refusals, tls_context

    settings, faults = settings_and_faults(context, {})
    found = [
        *faults,
        *refusals(
            lambda: notice_addresses(settings, simulated=False), lambda: tls_context(settings)
        ),
        *_what_would_not_work(settings),
    ]
    if found:
        raise Refusal("; ".join(found))
    shown = settings.model_dump(mode="json")
    if as_json:
        put_json(shown)
    else:
        put_table(list(shown.items()))


def _what_would_not_work(settings: Settings) -> Iterator[str]:
    """What each setting by itself does not show. At a start it ends nothing: monitoring goes before backups."""
    if settings.port and settings.port == settings.gateway_port:
        yield f"port and gateway_port are both {settings.port}"
    folder = settings.backup_directory
    if folder and not (Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        yield f"backup_directory: {folder} is no folder that can be written"
